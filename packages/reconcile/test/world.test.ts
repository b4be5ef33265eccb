/**
 * Model-based: five hundred records of a world, delivered to small nodes in any order, some of them twice, some of them late.
 *
 * What is claimed. The set of accepted records, which are those that are kept or remembered as not wanted, is the same on every peer, whatever the order, whomever it
 * trusts, and however little room it has. Every lesson's state is the same on peers with the same principals and the same evidence of their own, as long as there
 * is room.
 *
 * What is not claimed, since it cannot hold. Under pressure it depends on what came first which of two equal lessons has the room, and evidence that comes after
 * pruning is weighed against what was known then. Clusters and topics begin with the lesson that was here first. A record that is ignored (dated
 * ahead, or a blocked author's retraction of a lesson that is not here) is neither kept nor remembered: peers offer it again, and so every delivery here ends with one
 * more round of all. A record that expires between two deliveries is kept by whom it reached in time and refused by the others; neither uses it.
 */
import type { AuthorId, Principal, SignedRecord } from "@grapevine/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type KeepingLimits, lowerBound } from "../src/index.ts";
import {
  friend,
  lessonOf,
  now,
  otherFriend,
  outcomesOf,
  principalOf,
  principalsOf,
  retractionOf,
  self,
  stranger,
} from "./fixtures.ts";
import { sampleWorld, type World, worldPrincipals } from "./sample-world.ts";
import { type OwnEvidence, SmallNode } from "./small-node.ts";

const recordCount = 500;
const worlds: readonly World[] = [1, 2, 3, 4].map(sampleWorld);
const tight: KeepingLimits = { capacity: 30, heldShare: 0.5, authorShare: 0.3 };

type Event = SignedRecord | readonly [string, OwnEvidence];
const isEvidence = (event: Event): event is readonly [string, OwnEvidence] => Array.isArray(event);

/** Five hundred of a world's records, and three deliveries of them: each its own order, and some again at its end. */
const deliveries: fc.Arbitrary<readonly (readonly Event[])[]> = fc
  .constantFrom(...worlds)
  .chain(({ records, evidence }) =>
    fc.tuple(fc.shuffledSubarray([...records], { minLength: recordCount, maxLength: recordCount }), fc.constant(evidence)),
  )
  .chain(([records, evidence]) => {
    const events: Event[] = [...records, ...evidence];
    const delivery = fc
      .tuple(fc.shuffledSubarray(events, { minLength: events.length }), fc.shuffledSubarray(records, { maxLength: 100 }))
      .map(([all, again]) => [...all, ...again]);
    return fc.tuple(delivery, delivery, delivery);
  });

function peer(
  changes: { self?: AuthorId; principals?: ReadonlyMap<AuthorId, Principal>; limits?: KeepingLimits } = {},
): SmallNode {
  return new SmallNode({ self: self.author, principals: worldPrincipals, now, ...changes });
}

function deliver(events: readonly Event[], to: SmallNode): SmallNode {
  for (const event of events) {
    if (isEvidence(event)) to.learn(...event);
    else to.receive(event);
  }
  return to;
}

/** As anti-entropy does at last: everything is offered once more. */
function delivered(events: readonly Event[], to: SmallNode): SmallNode {
  deliver(events, to);
  return deliver(
    events.filter((event) => !isEvidence(event)),
    to,
  );
}

const standings = (node: SmallNode): unknown =>
  Object.fromEntries([...node.lessons].map(([id, { standing }]) => [id, standing] as const));

describe("any order, duplication or delay of five hundred records", () => {
  it("gives peers with the same evidence the same state of every lesson, and the same accepted records", () => {
    fc.assert(
      fc.property(deliveries, (orders) => {
        const [first, ...others] = orders.map((events) => delivered(events, peer()));
        for (const other of others) {
          expect(other.states()).toEqual(first?.states());
          expect(other.accepted()).toEqual(first?.accepted());
        }
      }),
      { numRuns: 16, endOnFailure: true },
    );
  });

  it("gives peers that trust others, and have little room, the same accepted records", () => {
    const trusting = (...trusted: readonly (typeof self)[]): ReadonlyMap<AuthorId, Principal> =>
      principalsOf(...trusted.map((each) => principalOf(each, { standing: "trusted" })));
    fc.assert(
      fc.property(deliveries, ([one = [], two = [], three = []]) => {
        const peers = [
          delivered(one, peer({ self: friend.author, principals: trusting(stranger), limits: tight })),
          delivered(two, peer({ self: otherFriend.author, principals: trusting(friend, self) })),
          delivered(three, peer({ self: stranger.author, principals: trusting() })),
        ];
        for (const each of peers) expect(each.accepted()).toEqual(peers[0]?.accepted());
      }),
      { numRuns: 10, endOnFailure: true },
    );
  });

  it("reaches every rule that a lesson can be decided by without neighbours", () => {
    const deciding = new Set<string>();
    const seen = (node: SmallNode): void => {
      for (const { standing } of node.lessons.values()) deciding.add(standing.rule);
    };
    for (const { records, evidence } of worlds) {
      seen(delivered([...records, ...evidence], peer()));
      seen(delivered([...records, ...evidence], peer({ limits: tight })));
    }
    expect([...deciding].sort()).toEqual([
      "ancestor-retracted",
      "author-failing",
      "failing",
      "own",
      "own-success",
      "pruned",
      "retracted",
      "stranger",
      "superseded",
      "trial-failed",
      "trial-passed",
      "trusted-principal",
      "witnesses",
    ]);
  });
});

describe("a node that has heard it all", () => {
  it("changes nothing when it judges again, or hears all of it again, with room or without", () => {
    fc.assert(
      fc.property(deliveries, fc.boolean(), ([events = []], hasRoom) => {
        const node = delivered(events, peer(hasRoom ? {} : { limits: tight }));
        const before = standings(node);
        expect([...node.lessons.keys()].filter((id) => node.review(id))).toEqual([]);
        for (const event of events) {
          if (!isEvidence(event)) expect(["ignore", "refuse", "retract"]).toContain(node.receive(event).action);
        }
        expect(standings(node)).toEqual(before);
      }),
      { numRuns: 7, endOnFailure: true },
    );
  });

  it("has pruned no lesson of its own, no pinned one, and none that was retracted, and keeps to its limits", () => {
    fc.assert(
      fc.property(deliveries, ([events = []]) => {
        const node = delivered(events, peer({ limits: tight }));
        const foreign = [...node.lessons.values()].filter(({ record, pinned }) => record.body.author !== self.author && !pinned);
        const inPlay = foreign.filter(({ standing }) => standing.state === "held" || standing.state === "admitted");
        expect(inPlay.length).toBeLessThanOrEqual(tight.capacity);
        const all = [...node.lessons.values()];
        expect(all.filter(({ standing }) => standing.rule === "pruned").length).toBeGreaterThan(10);
        for (const { record, standing, pinned, trial } of all) {
          if (record.body.author === self.author) expect(standing.rule).not.toBe("pruned");
          const wasPinned = events.some((each) => isEvidence(each) && each[0] === record.id && each[1].pinned === true);
          expect(pinned).toBe(wasPinned);
          // One that was pruned before it was pinned may be archived still, if it failed a trial besides.
          if (wasPinned && trial?.verdict !== "refused") expect(standing.state).not.toBe("archived");
          const retracted = events.some(
            (each) =>
              !isEvidence(each) &&
              each.body.type === "retraction" &&
              each.body.lesson === record.id &&
              each.body.author === record.body.author,
          );
          expect(standing.state === "retracted").toBe(retracted);
        }
      }),
      { numRuns: 7, endOnFailure: true },
    );
  });

  it("has lost no evidence of what it pruned, and takes it back by what is known when better evidence comes", () => {
    fc.assert(
      fc.property(deliveries, ([events = []]) => {
        const roomy = delivered(events, peer());
        const node = delivered(events, peer({ limits: tight }));
        node.makeRoom();
        const gone = [...node.lessons.values()].filter(({ standing }) => standing.rule === "pruned");
        expect(gone.length).toBeGreaterThan(10);
        for (const { record, outcomes, trial } of gone) {
          const kept = roomy.lessons.get(record.id);
          expect({ outcomes, trial }).toEqual({ outcomes: kept?.outcomes, trial: kept?.trial });
          expect(node.attestationsOf(record.id)).toEqual(roomy.attestationsOf(record.id));
          const better = outcomesOf(outcomes.worked + 200, outcomes.failed);
          expect(lowerBound(better.worked, better.failed)).toBeGreaterThan(0.9);
          for (const each of [roomy, node]) each.learn(record.id, { outcomes: better });
          const { state, rule } = roomy.lessons.get(record.id)?.standing ?? {};
          expect(node.lessons.get(record.id)?.standing.state).toBe(state);
          // Superseded, for which a lesson that had failed its trial before keeps that as its first reason.
          if (state === "archived") expect(["superseded", "trial-failed"]).toContain(rule);
          else expect(node.lessons.get(record.id)?.standing).toMatchObject({ state: "admitted", rule: "own-success" });
        }
      }),
      { numRuns: 7, endOnFailure: true },
    );
  });
});

describe("time that passes between two deliveries", () => {
  it("leaves no lesson in use whose date has passed, whether it came in time or too late", () => {
    const dated = Array.from({ length: 40 }, (_, number) => lessonOf(friend, { seq: 5_000 + number, expiresAt: now + 10 }));
    fc.assert(
      fc.property(fc.shuffledSubarray(dated), fc.shuffledSubarray(dated), (early, late) => {
        const node = deliver(early, peer());
        node.passTo(now + 10);
        deliver(late, node);
        expect(Object.values(node.states()).every((state) => state === "archived")).toBe(true);
        expect(node.accepted()).toEqual(new Set([...early, ...late].map(({ id }) => id)));
      }),
      { numRuns: 10 },
    );
  });

  it("brings a superseded lesson back when its successor is taken back, however late any of the three comes", () => {
    const older = lessonOf(friend);
    const newer = lessonOf(friend, { title: "A later one", supersedes: older.id });
    const foreignClaim = lessonOf(stranger, { title: "A stranger's", supersedes: older.id });
    const both = [older, newer, foreignClaim];
    fc.assert(
      fc.property(fc.shuffledSubarray(both, { minLength: 3 }), fc.boolean(), (order, isTakenBack) => {
        const retraction = retractionOf(friend, newer.id);
        const at = isTakenBack ? order.length : -1;
        for (let place = 0; place <= at; place++) {
          const node = deliver([...order.slice(0, place), retraction, ...order.slice(place)], peer());
          expect(node.states()).toMatchObject({ [older.id]: "admitted", [newer.id]: "retracted" });
        }
        if (!isTakenBack)
          expect(deliver(order, peer()).states()).toMatchObject({ [older.id]: "archived", [newer.id]: "admitted" });
      }),
    );
  });
});
