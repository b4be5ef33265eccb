import { authorFromPublicKey, createIdentity, limits } from "@grapevine/core";
import fc from "fast-check";
import { beforeEach, describe, expect, it } from "vitest";
import { Counters } from "../src/counters.ts";
import {
  authorRate,
  excessRate,
  forwarderRate,
  maxConnections,
  mostRejected,
  namedRate,
  publishRate,
  shareRate,
  strangerRate,
  swarmRate,
} from "../src/network-limits.ts";
import { RecentCounts } from "../src/recent-counts.ts";
import { RecordGate, type RecordVerdict, verdicts } from "../src/record-gate.ts";
import { TokenBuckets } from "../src/token-buckets.ts";
import { lessonOf } from "./swarm.ts";

const author = createIdentity();
const now = 1_700_000_000_000;

let at: number;
let counters: Counters;
let blocked: string | undefined;
let room: boolean;
let friend: string | undefined;
let gate: RecordGate;

beforeEach(() => {
  at = now;
  counters = new Counters();
  blocked = undefined;
  room = true;
  friend = undefined;
  gate = new RecordGate({
    clock: { now: () => at },
    counters,
    isBlocked: (who) => who === blocked,
    hasRoomFor: (_, who) => room || (who !== undefined && who === friend),
    isNamed: (who) => who === friend,
  });
});

function frame(text: string, changes: { createdAt?: number; expiresAt?: number } = {}): Uint8Array {
  return lessonOf(author, text, { createdAt: now, ...changes }).frame;
}

function verdict(bytes: Uint8Array, from = "neighbour"): string {
  return inWords(gate.check(bytes, from));
}

async function syncVerdict(bytes: Uint8Array): Promise<string> {
  return inWords(await gate.checkSynced(bytes));
}

function inWords(result: RecordVerdict): string {
  return result.verdict === "accept" ? "accept" : `${result.verdict} ${result.reason}`;
}

describe("the gate for records", () => {
  it("accepts a good record and gives it back", () => {
    const lesson = lessonOf(author, "order", { createdAt: now });
    expect(gate.check(lesson.frame, "neighbour")).toEqual({ verdict: "accept", record: lesson });
    expect(counters.snapshot()).toEqual({ "gossip.accept": 1 });
  });

  it("promise 8: rejects what no honest peer passes on", async () => {
    expect(verdict(new Uint8Array(limits.maxRecordBytes + 1))).toBe("reject RECORD_TOO_LARGE");
    expect(verdict(new Uint8Array(limits.maxRecordBytes))).toBe("reject RECORD_MALFORMED");
    expect(verdict(new Uint8Array(64))).toBe("reject RECORD_MALFORMED");
    const forged = frame("order");
    forged[3] = (forged[3] ?? 0) ^ 1;
    expect(verdict(forged)).toBe("reject RECORD_SIGNATURE");
    expect(await syncVerdict(forged)).toBe("reject RECORD_SIGNATURE");
    expect(counters.snapshot()).toMatchObject({ "gossip.reject.RECORD_MALFORMED": 2, "gossip.reject.RECORD_SIGNATURE": 1 });
  });

  it("rejects every single-bit change of a good frame", () => {
    const good = frame("order");
    let tried = 0;
    fc.assert(
      fc.property(fc.nat(good.length * 8 - 1), (bit) => {
        const changed = Uint8Array.from(good);
        changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        // A changed version number or a letter that is not assigned may make it a record of the future, which is ignored.
        expect(verdict(changed, `neighbour ${tried++}`)).toMatch(/^reject |^ignore RECORD_(VERSION|CHARACTERS)/);
      }),
      { numRuns: 3_000, seed: 19 },
    );
  }, 20_000);

  it("refuses what is huge or nested without end for its size, before anything is decoded", async () => {
    // Each array holds the next: 20,000 levels in 20,000 bytes are too long, and as many levels as fit are too deep.
    const deep = (levels: number): Uint8Array => new Uint8Array(64 + levels).fill(0x81);
    for (const bytes of [
      new Uint8Array(64 * 1024 + 1),
      new Uint8Array(100 * 1024 * 1024),
      deep(20_000),
      deep(limits.maxRecordBytes - 64),
    ]) {
      expect(await syncVerdict(bytes)).toBe("reject RECORD_TOO_LARGE");
    }
  });

  it("promise 8: ignores what is out of its time, just above the limit and not just below", () => {
    expect(verdict(frame("a", { createdAt: now + limits.maxClockSkewMs }))).toBe("accept");
    expect(verdict(frame("b", { createdAt: now + limits.maxClockSkewMs + 1 }))).toBe("ignore future");
    expect(verdict(frame("c", { expiresAt: now + 1 }))).toBe("accept");
    expect(verdict(frame("d", { expiresAt: now }))).toBe("ignore expired");
    expect(verdict(frame("e", { createdAt: now - 315_360_000_000 }))).toBe("accept");
  });

  it("ignores blocked authors, and repetitions by gossip but not by sync", async () => {
    blocked = author.author;
    expect(verdict(frame("order"))).toBe("ignore blocked-author");
    blocked = undefined;
    const good = frame("order");
    expect([verdict(good), verdict(good), await syncVerdict(good)]).toEqual(["accept", "ignore repeated", "accept"]);
  });

  it("promise 8: ignores everything while admission is full", async () => {
    room = false;
    expect(verdict(frame("order"))).toBe("ignore queue-full");
    expect(await syncVerdict(frame("order"))).toBe("accept");
  });

  it("ignores when something unexpected is thrown", async () => {
    const broken = new RecordGate({
      clock: { now: () => at },
      counters,
      isBlocked: () => {
        throw new TypeError("a defect");
      },
      hasRoomFor: () => true,
    });
    const unexpected = { verdict: "ignore", reason: "unexpected" };
    expect(broken.check(frame("order"), "neighbour")).toEqual(unexpected);
    expect(await broken.checkSynced(frame("order"))).toEqual(unexpected);
  });

  it.each([
    ["that is named", true, authorRate],
    ["that is not", false, strangerRate],
  ])("promise 8: lets an author %s have the burst, one a token later, and no more", (_, isNamed, rate) => {
    if (isNamed) friend = author.author;
    for (let index = 0; index < rate.burst; index++) expect(verdict(frame(`box ${index}`))).toBe("accept");
    expect(verdict(frame("one more"))).toBe("ignore author-rate");
    // What follows is not even read: nobody looks at its signature.
    const unread = frame("another");
    unread[3] = (unread[3] ?? 0) ^ 1;
    expect(verdict(unread)).toBe("ignore author-rate");
    at += 1000 / rate.perSecond;
    expect([verdict(frame("after a while")), verdict(frame("again"))]).toEqual(["accept", "ignore author-rate"]);
  });

  it("asks whether there is room for the author before it checks the signature, and again when it knows who signed", () => {
    const other = lessonOf(createIdentity(), "order", { createdAt: now });
    friend = author.author;
    room = false;
    const forgedInOtherName = Uint8Array.from(other.frame);
    forgedInOtherName[3] = (forgedInOtherName[3] ?? 0) ^ 1;
    expect([verdict(forgedInOtherName), verdict(other.frame), verdict(frame("order"))]).toEqual([
      "ignore queue-full",
      "ignore queue-full",
      "accept",
    ]);
    // A text in front of the author's field that looks as if a friend had written it.
    friend = authorFromPublicKey(Buffer.from("a".repeat(32)));
    const posing = lessonOf(createIdentity(), "order", { createdAt: now, title: `fauthorX ${"a".repeat(32)}` });
    expect(verdict(posing.frame)).toBe("ignore queue-full");
  });

  it("promise 8: lets a forwarder have the burst and no more, before it decodes anything, and counts who goes on", () => {
    const late = frame("late", { expiresAt: now });
    for (let index = 0; index < forwarderRate.burst; index++) expect(verdict(late)).toBe("ignore expired");
    for (let index = 0; index < excessRate.burst; index++) expect(verdict(late)).toBe("ignore forwarder-rate");
    expect(gate.floodsOf("neighbour")).toBe(0);
    expect(verdict(late)).toBe("ignore flood");
    expect([gate.floodsOf("neighbour"), gate.floodsOf("another neighbour")]).toEqual([1, 0]);
    expect(verdict(late, "another neighbour")).toBe("ignore expired");
    at += 1000 / forwarderRate.perSecond;
    expect([verdict(late), verdict(late)]).toEqual(["ignore expired", "ignore flood"]);
  });

  it("promise 8: reads nothing more of who brought too many rejected ones, until they are long past, and counts who goes on", () => {
    const junk = new Uint8Array(3);
    for (let index = 0; index < mostRejected; index++) expect(verdict(junk)).toBe("reject RECORD_MALFORMED");
    expect(gate.floodsOf("neighbour")).toBe(0);
    expect([verdict(junk), verdict(frame("good"))]).toEqual(["ignore forger", "ignore forger"]);
    expect(gate.floodsOf("neighbour")).toBe(2);
    expect(verdict(frame("good"), "another neighbour")).toBe("accept");
    at += 60_000;
    expect(verdict(frame("of later"))).toBe("accept");
  });

  it("rejects for what the bytes are alone, so that nobody else pays for who brought them first", () => {
    const rejected = Object.entries(verdicts).flatMap(([reason, verdict]) => (verdict === "reject" ? [reason] : []));
    expect(rejected.filter((reason) => !reason.startsWith("RECORD_"))).toEqual([]);
  });

  it("promise 8: lets all forwarders together have the burst, and leaves each its share", () => {
    const authors = Array.from({ length: Math.ceil((swarmRate.burst + shareRate.burst) / strangerRate.burst) + 1 }, () =>
      createIdentity(),
    );
    let made = 0;
    const next = (): Uint8Array => {
      made++;
      return lessonOf(authors[made % authors.length] ?? author, `box ${made}`, { createdAt: now }).frame;
    };
    for (let index = 0; index < swarmRate.burst; index++) expect(verdict(next(), "loud")).toBe("accept");
    for (let index = 0; index < shareRate.burst; index++) expect(verdict(next(), "loud")).toBe("accept");
    expect(verdict(next(), "loud")).toBe("ignore swarm-rate");
    expect(verdict(next(), "quiet")).toBe("accept");
    friend = author.author;
    for (let index = 0; index < namedRate.burst; index++) expect(verdict(frame(`own ${index}`), "loud")).toBe("accept");
    expect(verdict(frame("one more"), "loud")).toBe("ignore swarm-rate");
  }, 20_000);

  it("holds no rate against a forwarder that relays all it may accept and publishes all it may", () => {
    const relayed = swarmRate.perSecond + namedRate.perSecond + maxConnections * shareRate.perSecond + publishRate.perSecond;
    expect(relayed).toBeLessThanOrEqual(forwarderRate.perSecond);
    const atOnce = swarmRate.burst + namedRate.burst + maxConnections * shareRate.burst + publishRate.burst;
    expect(atOnce).toBeLessThanOrEqual(forwarderRate.burst + excessRate.burst);
  });
});

describe("recent counts", () => {
  it("decay with time, and forget the key that was counted longest ago", () => {
    const counts = new RecentCounts({ decay: 0.5, maxKeys: 2 }, { now: () => at });
    counts.add("a");
    counts.add("a");
    at += 1_000;
    expect(counts.of("a")).toBe(1);
    counts.add("a");
    expect([counts.of("a"), counts.of("b")]).toEqual([2, 0]);
    counts.add("b");
    counts.add("c");
    expect([counts.of("a"), counts.of("b"), counts.of("c")]).toEqual([0, 1, 1]);
  });
});

describe("token buckets", () => {
  it("fill with time up to the burst, and forget the key that was idle longest", () => {
    const buckets = new TokenBuckets({ perSecond: 10, burst: 2 }, 2, { now: () => at });
    expect([buckets.take("a"), buckets.take("a"), buckets.take("a")]).toEqual([true, true, false]);
    at += 100;
    expect([buckets.take("a"), buckets.take("a")]).toEqual([true, false]);
    at += 60_000;
    expect([buckets.take("a"), buckets.take("a"), buckets.take("a")]).toEqual([true, true, false]);
    at -= 60_000;
    expect(buckets.take("a")).toBe(false);
    buckets.take("b");
    buckets.take("c");
    expect(buckets.take("a")).toBe(true);
  });
});
