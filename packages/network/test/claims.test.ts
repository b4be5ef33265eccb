/** Peers that offer records and do not bring them, and authors who are allowed again. */
import { type Clock, createIdentity } from "@grapevine/core";
import * as dagCbor from "@ipld/dag-cbor";
import { lpStream } from "@libp2p/utils";
import { multiaddr } from "@multiformats/multiaddr";
import { describe, expect, it } from "vitest";
import { type Claimant, Claims } from "../src/claims.ts";
import {
  brokenClaimMs,
  claimPerRecordMs,
  claimTimeoutMs,
  forgivenMissRate,
  maxMissedIds,
  reconsiderEveryMs,
  strangersClaimMs,
} from "../src/network-limits.ts";
import { digestOf } from "../src/range-sync/record-digest.ts";
import { packedFrames, pageReply } from "../src/record-pages.ts";
import { listOf, startLiar } from "./liar.ts";
import { createNode, lessonOf, withNodes } from "./swarm.ts";

function movableClock(): Clock & { move(milliseconds: number): void } {
  let now = Date.now();
  return {
    now: () => now,
    move: (milliseconds) => {
      now += milliseconds;
    },
  };
}

function claimants(): [Claimant, Claimant, Claimant] {
  return [
    { peer: "one", isNamed: false, until: 0, broughtAt: 0, brought: 0, missed: 0 },
    { peer: "two", isNamed: false, until: 0, broughtAt: 0, brought: 0, missed: 0 },
    { peer: "named", isNamed: true, until: 0, broughtAt: 0, brought: 0, missed: 0 },
  ];
}

describe("a claim", () => {
  it("holds for its time, and not a moment longer", () => {
    const clock = movableClock();
    const claims = new Claims(clock);
    const [first, second] = claimants();
    claims.begin(first);
    expect([claims.take("a", first), claims.take("a", second), claims.take("b", second)]).toEqual([true, false, true]);
    clock.move(claimTimeoutMs - 1);
    expect(claims.take("a", second)).toBe(false);
    clock.move(1);
    claims.begin(second);
    expect([claims.take("a", second), claims.take("a", first)]).toEqual([true, false]);
  });

  it("is lengthened by what its peer brings, record by record, up to its whole time", () => {
    const clock = movableClock();
    const claims = new Claims(clock);
    const [first, second] = claimants();
    claims.begin(first);
    claims.take("a", first);
    claims.brought(first, 1);
    clock.move(claimTimeoutMs - 1);
    claims.brought(first, 1);
    clock.move(claimPerRecordMs);
    expect(claims.take("a", second)).toBe(false);
    claims.brought(first, (2 * claimTimeoutMs) / claimPerRecordMs);
    clock.move(claimTimeoutMs - 1);
    expect(claims.take("a", second)).toBe(false);
    clock.move(1);
    claims.brought(first, 1); // too late
    expect(claims.take("a", second)).toBe(true);
  });

  it("of a peer that was too slow hinders nobody afterwards", () => {
    const clock = movableClock();
    const claims = new Claims(clock);
    const [slow, other] = claimants();
    claims.begin(slow);
    claims.take("a", slow);
    clock.move(claimTimeoutMs);
    claims.begin(other);
    expect(claims.take("a", other)).toBe(true);
    claims.begin(slow);
    expect([claims.take("b", slow), claims.take("b", other)]).toEqual([true, true]);
  });

  it("of a stranger who sends nothing gives way to a peer that the user named, and not the other way round", () => {
    const clock = movableClock();
    const claims = new Claims(clock);
    const [stranger, other, named] = claimants();
    for (const claimant of [stranger, other, named]) claims.begin(claimant);
    expect([claims.take("a", stranger), claims.take("b", named)]).toEqual([true, true]);
    clock.move(strangersClaimMs - 1);
    expect(claims.take("a", named)).toBe(false);
    clock.move(1);
    expect([claims.take("a", other), claims.take("a", named), claims.take("a", stranger)]).toEqual([false, true, false]);
    expect([claims.take("b", stranger), claims.take("b", { ...named, peer: "another" })]).toEqual([false, false]);
    // It did nothing wrong.
    expect([claims.take("c", stranger), claims.take("c", other)]).toEqual([true, false]);
    claims.brought(stranger, 1);
    expect(claims.take("c", named)).toBe(false);
  });

  it("of a peer that did not bring what it was asked for hinders nobody, until that is forgotten", () => {
    const clock = movableClock();
    const claims = new Claims(clock);
    const [liar, honest] = claimants();
    claims.begin(liar);
    miss(claims, liar, forgivenMissRate.burst + 1);
    expect([claims.take("a", liar), claims.take("a", honest)]).toEqual([true, true]);
    clock.move(brokenClaimMs);
    claims.begin(liar);
    expect([claims.take("b", liar), claims.take("b", honest)]).toEqual([true, false]);
    claims.settle("b", liar);
    claims.giveUp([], liar);
    claims.begin(liar);
    expect([claims.take("c", liar), claims.take("c", honest)]).toEqual([true, false]);
  });

  it(`promise 8: counts while its peer has left out no more than it brought in the same sync and ${forgivenMissRate.burst} ids`, () => {
    const clock = movableClock();
    const claims = new Claims(clock);
    const [peer, other] = claimants();
    const isHeldFor = (id: string): boolean => claims.take(id, peer) && !claims.take(id, other);
    claims.begin(peer);
    miss(claims, peer, forgivenMissRate.burst);
    expect(isHeldFor("a")).toBe(true);
    claims.brought(peer, forgivenMissRate.burst + 1);
    miss(claims, peer, 1);
    expect(isHeldFor("b")).toBe(true);
    // Another sync does not make it forgotten.
    const again = { ...peer, brought: 0, missed: 0 };
    claims.begin(again);
    miss(claims, again, 1);
    expect([claims.take("c", again), claims.take("c", other)]).toEqual([true, true]);
  });

  it("of an id that was named and did not come keeps nobody from it, whoever makes it, until that is forgotten", () => {
    const clock = movableClock();
    const claims = new Claims(clock);
    const [first, second, honest] = claimants();
    for (const claimant of [first, second, honest]) claims.begin(claimant);
    claims.take("a", first);
    claims.giveUp(["a"], first);
    expect([claims.take("a", second), claims.take("a", honest)]).toEqual([true, true]);
    clock.move(brokenClaimMs);
    for (const claimant of [first, second, honest]) claims.begin(claimant);
    expect([claims.take("a", second), claims.take("a", honest)]).toEqual([false, true]);
  });

  it(`promise 8: remembers ${maxMissedIds} ids that did not come, and no more`, () => {
    const claims = new Claims(movableClock());
    const [first, second, other] = claimants();
    for (const claimant of [first, second, other]) claims.begin(claimant);
    claims.brought(first, maxMissedIds + 1);
    miss(claims, first, maxMissedIds);
    expect([claims.take("missed 1", second), claims.take("missed 1", other)]).toEqual([true, true]);
    claims.take("one more", first);
    claims.giveUp(["one more"], first);
    expect([claims.take("missed 1", second), claims.take("missed 2", second)]).toEqual([false, true]);
    expect(claims.take("missed 2", first)).toBe(true);
  });
});

/** So many ids are asked of it and do not come. */
function miss(claims: Claims, claimant: Claimant, count: number): void {
  for (let number = claimant.missed + 1, last = claimant.missed + count; number <= last; number++) {
    claims.take(`missed ${number}`, claimant);
    claims.giveUp([`missed ${number}`], claimant);
  }
}

describe("a peer does not keep another from bringing a record", () => {
  it("that it offers, and stays silent", async () => {
    await withLiar(async ({ here, other, clock, lesson, say }) => {
      expect(await say({ type: "offer", ids: digestOf(lesson.id) })).toMatchObject({ wanted: digestOf(lesson.id) });
      await other.network.connect(here.network.addresses());
      await other.network.sync();
      expect(here.records.size).toBe(0);
      clock.move(claimTimeoutMs);
      await other.network.sync();
      expect(here.records.has(lesson.id)).toBe(true);
    });
  });

  it("that it offers, and brings others that nobody asked for", async () => {
    await withLiar(async ({ here, other, clock, lesson, say }) => {
      const old = lessonOf(createIdentity(), "jar", { expiresAt: 1 });
      await say({ type: "offer", ids: digestOf(lesson.id) });
      clock.move(claimTimeoutMs);
      await say({ type: "give", frames: packedFrames([old.frame]) });
      await other.network.connect(here.network.addresses());
      await other.network.sync();
      expect(here.records.has(lesson.id)).toBe(true);
    });
  });

  it("that it offers again and again", async () => {
    await withLiar(async ({ here, other, lesson, say }) => {
      for (let time = 0; time < 2; time++) await say({ type: "offer", ids: digestOf(lesson.id) });
      await other.network.connect(here.network.addresses());
      await other.network.sync();
      expect(here.records.has(lesson.id)).toBe(true);
    });
  });
});

it("a peer that listed a record and has it no longer keeps nobody from it, and is not blamed", async () => {
  const [gone, last, next] = ["gone", "last", "next"].map((text) => lessonOf(createIdentity(), text)) as [Lesson, Lesson, Lesson];
  const [asked, answered] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  let lists = [[gone, last]];
  let pages = 0;
  const answer = async (request: { type: string }): Promise<unknown> => {
    if (request.type === "summary") return { count: 2, sum: new Uint8Array(32) };
    if (request.type === "offer") return { wanted: new Uint8Array(0), later: false };
    if (request.type === "reconcile") {
      const [list = []] = lists;
      lists = [];
      return { message: listOf(list) };
    }
    if (++pages === 1) return pageReply({ taken: 1, records: [] });
    asked.resolve();
    await answered.promise;
    return pageReply({ taken: 1, records: [last.frame] });
  };
  await withLiar(async ({ here, other, clock, say }) => {
    other.records.add([gone]);
    await asked.promise;
    await other.network.connect(here.network.addresses());
    await other.network.sync();
    // While the sync goes on in which it was listed.
    expect([here.records.has(gone.id), here.records.has(last.id)]).toEqual([true, false]);
    answered.resolve();
    await here.watched.until(() => here.records.has(last.id), "the rest is here");
    expect(await say({ type: "offer", ids: digestOf(next.id) })).toMatchObject({ wanted: digestOf(next.id) });
    other.records.add([next]);
    await other.network.sync();
    expect(here.records.has(next.id)).toBe(false);
    clock.move(claimTimeoutMs);
    await other.network.sync();
    expect(here.records.has(next.id)).toBe(true);
  }, answer);
});

type Lesson = ReturnType<typeof lessonOf>;

interface Scene {
  readonly here: ReturnType<typeof createNode>;
  /** Has the lesson, and is not connected yet. */
  readonly other: ReturnType<typeof createNode>;
  /** Of `here`. */
  readonly clock: ReturnType<typeof movableClock>;
  readonly lesson: ReturnType<typeof lessonOf>;
  /** What the liar says in a sync that it leads, and what it is answered. */
  readonly say: (request: unknown) => Promise<unknown>;
}

async function withLiar(
  play: (scene: Scene) => Promise<void>,
  answer: (request: { type: string }) => unknown = () => ({ count: 0, sum: new Uint8Array(32) }),
): Promise<void> {
  const clock = movableClock();
  const [here, other] = [createNode({}, { clock }), createNode()];
  const lesson = lessonOf(createIdentity(), "tin");
  other.records.add([lesson]);
  await withNodes([here, other], async () => {
    const liar = await startLiar(here, "test", answer);
    try {
      await here.watched.until(() => here.network.peers().length === 1, "the liar is here");
      const stream = await liar.dialProtocol(multiaddr(here.network.addresses()[0]), "/grapevine/sync/3");
      const frames = lpStream(stream);
      const say = async (request: unknown): Promise<unknown> => {
        await frames.write(dagCbor.encode(request));
        return dagCbor.decode((await frames.read()).subarray());
      };
      await play({ here, other, clock, lesson, say });
      stream.abort(new Error("enough"));
    } finally {
      await liar.stop();
    }
  });
}

it("an author who is allowed again is heard of at once", async () => {
  const clock = movableClock();
  const [here, other] = [createNode({}, { clock }), createNode()];
  const author = createIdentity();
  const lesson = lessonOf(author, "tin");
  other.records.add([lesson]);
  here.blocked.add(author.author);
  await withNodes([here, other], async () => {
    await here.network.connect(other.network.addresses());
    await here.network.sync();
    await here.network.sync(); // settled
    here.blocked.delete(author.author);
    await here.network.sync();
    expect(here.records.size).toBe(0);
    here.network.reconsider();
    await here.watched.until(() => here.records.has(lesson.id), "the record of the author");
    // Once more within the minute it only takes effect with the next sync.
    const late = lessonOf(author, "jar");
    here.blocked.add(author.author);
    other.records.add([late]);
    await here.network.sync();
    here.blocked.delete(author.author);
    here.network.reconsider();
    await here.network.sync();
    expect(here.records.has(late.id)).toBe(true);
    clock.move(reconsiderEveryMs);
    here.network.reconsider();
  });
});
