/** The owner of a closed swarm has another key: whatever the order in which words on members, rotations and lessons come, the same is kept, and the old key admits nobody. */
import {
  closedSwarmName,
  type Identity,
  isMemberAt,
  keptDigests,
  type MembershipBody,
  ownersSuccession,
  presentOwner,
  type RecordDraft,
  RotationIndex,
  type SignedRecord,
  signRecord,
} from "@grapevine/core";
import { MemoryLessonStore } from "@grapevine/testing";
import { describe, expect, it } from "vitest";
import { type MemberBook, openMemberBook } from "../src/members.ts";
import { openPrincipalBook } from "../src/principals.ts";
import { restateMemberships } from "../src/restating.ts";
import {
  at,
  deliver,
  identityNumbered,
  idsOf,
  inAnyOrder,
  ledgerOf,
  lesson,
  offered,
  type Place,
  rotation,
} from "./arriving-records.ts";

const [self, founder, next, third, bo, cy, puppet, thief] = [1, 2, 3, 4, 5, 6, 7, 8].map(identityNumbered) as [
  Identity,
  Identity,
  Identity,
  Identity,
  Identity,
  Identity,
  Identity,
  Identity,
];
const swarm = closedSwarmName("team", founder.author);

const commitment = rotation(founder, next);
const taught = lesson(founder, 1);
const kept = rotation(next, third, { follows: founder.author, keeps: keptDigests([taught.id]) });
const short = rotation(next, third, { seq: 1, follows: founder.author });
const last = rotation(third, self, { follows: next.author });

function membership(
  by: Identity,
  member: Identity,
  seq: number,
  changes: Partial<RecordDraft<MembershipBody>> = {},
): SignedRecord<MembershipBody> {
  const rotations = new RotationIndex([commitment, short, ...(by === third ? [last] : [])]);
  const succession = by === founder ? undefined : ownersSuccession({ swarm, rotations });
  const draft = { type: "membership", seq, createdAt: at, swarm, member: member.author, state: "admitted" } as const;
  return signRecord<MembershipBody>(by, { ...draft, ...changes, succession });
}

async function place(): Promise<Place & { readonly members: MemberBook }> {
  const store = new MemoryLessonStore();
  const principals = await openPrincipalBook(store);
  const rotations = new RotationIndex();
  const members = await openMemberBook(store, swarm, rotations);
  return { store, ledger: ledgerOf({ store, principals, members, rotations, self }), members };
}

const places = { open: place, numRuns: 40 };

describe("promise 4 where the owner of a closed swarm replaces the key: the same records in any order", () => {
  const before = [membership(founder, bo, 1), membership(founder, cy, 2)];
  const shown = membership(next, next, 10);
  // The thief has the old key and gives what it signs any number.
  const stolen = [membership(founder, puppet, 1_000), membership(founder, bo, 1_001, { state: "revoked" })];
  const ofBo = lesson(bo, 3);
  const ofPuppet = lesson(puppet, 4);

  it("leave what the new key says of members, and nothing that the old one said, however high its numbers", async () => {
    const again = [shown, membership(next, bo, 11), membership(next, cy, 12)];
    const all = [commitment, kept, short, taught, ofBo, ...before, ...stolen, ...again];
    await inAnyOrder(places, all, async ({ store, members }) => {
      expect(await offered(store)).toEqual(idsOf(commitment, kept, short, taught, ofBo, ...again));
      expect((await store.get(ofBo.id))?.standing.state).toBe("held");
      const areMembers = [next, bo, cy, puppet, founder].map(({ author }) => isMemberAt(author, at, members));
      expect(areMembers).toEqual([true, true, true, false, false]);
    });
  });

  it("are found by whoever has heard of nothing but one word by the new key", async () => {
    const node = await place();
    await deliver(node, [membership(next, bo, 11)]);
    expect(presentOwner(node.members)).toBe(next.author);
    await deliver(node, [ofBo, ofPuppet, ...stolen]);
    expect(await offered(node.store)).toEqual(idsOf(commitment, short, membership(next, bo, 11), ofBo));
  });

  it("leave of a chain of keys the word of the last", async () => {
    const words = [membership(founder, bo, 3), membership(next, bo, 2, { state: "revoked" }), membership(third, bo, 1)];
    await inAnyOrder(places, [...words, ofBo, last], async ({ store, members }) => {
      expect(await offered(store)).toEqual(idsOf(commitment, short, last, ofBo, words[2] as SignedRecord));
      expect(isMemberAt(next.author, at, members)).toBe(false);
    });
  });

  it("hold to the first commitment, whatever a thief shows", async () => {
    const node = await place();
    const other = rotation(founder, thief, { createdAt: at - 1_000 });
    const claim = rotation(thief, thief, { follows: founder.author });
    const succession = [other.frame, claim.frame];
    const draft = { type: "membership", seq: 5, createdAt: at, swarm, member: puppet.author, state: "admitted" } as const;
    const admission = signRecord<MembershipBody>(thief, { ...draft, succession });
    await deliver(node, [commitment, admission, ofPuppet]);
    expect(await offered(node.store)).toEqual(idsOf(commitment));
    expect(presentOwner(node.members)).toBe(founder.author);
  });
});

describe("an owner who has another key", () => {
  const clock = { now: () => at + 50_000 };
  const rotations = new RotationIndex([commitment, short]);

  async function ownersStore(...words: readonly SignedRecord<MembershipBody>[]): Promise<MemoryLessonStore> {
    const store = new MemoryLessonStore();
    await store.apply(words.map((record) => ({ kind: "membership", record })));
    return store;
  }

  it("says again what was said of members, once, and shows itself", async () => {
    const until = at + 90_000;
    const store = await ownersStore(
      membership(founder, bo, 7, { until }),
      membership(founder, cy, 8, { state: "revoked", keeps: keptDigests([taught.id]) }),
    );
    const restate = (): ReturnType<typeof restateMemberships> =>
      restateMemberships({ swarm, rotations }, { store, identity: next, clock });
    const { changes, said, revoked } = await restate();
    expect({ said, revoked }).toEqual({ said: 3, revoked: 0 });
    await store.apply(changes);
    const now = (await store.memberships(swarm)).map(({ body: { author, member, state, until: end, keeps } }) => {
      return { author, member, state, end, keeps };
    });
    expect(now).toHaveLength(3);
    expect(now).toEqual(
      expect.arrayContaining([
        { author: next.author, member: next.author, state: "admitted" },
        { author: next.author, member: bo.author, state: "admitted", end: until },
        { author: next.author, member: cy.author, state: "revoked", keeps: keptDigests([taught.id]) },
      ]),
    );
    expect((await restate()).changes).toEqual([]);
  });

  it("revokes whom the stolen key admitted since the theft, by the dates that its words bear", async () => {
    const store = await ownersStore(membership(founder, bo, 1), membership(founder, puppet, 2, { createdAt: at + 10 }));
    const { changes, said, revoked } = await restateMemberships(
      { swarm, rotations, since: at + 10 },
      { store, identity: next, clock },
    );
    expect({ said, revoked }).toEqual({ said: 2, revoked: 1 });
    await store.apply(changes);
    const states = (await store.memberships(swarm)).map(({ body: { member, state } }) => [member, state]);
    expect(states).toContainEqual([puppet.author, "revoked"]);
    expect(states).toContainEqual([bo.author, "admitted"]);
  });

  it("says nothing where the swarm is open or another's, or where nobody followed the founder", async () => {
    const store = await ownersStore(membership(founder, bo, 1));
    for (const [of, known] of [
      ["team", rotations],
      [closedSwarmName("team", cy.author), rotations],
      [swarm, new RotationIndex()],
    ] as const) {
      const restated = await restateMemberships({ swarm: of, rotations: known }, { store, identity: next, clock });
      expect(restated.changes).toEqual([]);
    }
  });
});
