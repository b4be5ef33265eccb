import { createIdentity, type SignedRecord } from "@grapevine/core";
import { beforeEach, expect, it } from "vitest";
import { Counters } from "../src/counters.ts";
import { InboundQueue } from "../src/inbound-queue.ts";
import { inboundQueue } from "../src/network-limits.ts";
import { lessonOf } from "./swarm.ts";

const lesson = lessonOf(createIdentity(), "order");

let written = 0;
/** Each of an author of its own, unless one is given. */
function recordOf(author = `author ${written++}`): SignedRecord {
  return { ...lesson, body: { ...lesson.body, author } };
}

let counters: Counters;
let handed: { from: string; records: readonly SignedRecord[] }[];
let admit: () => void;
let queue: InboundQueue;

beforeEach(() => {
  counters = new Counters();
  handed = [];
  const admitted = Promise.withResolvers<void>();
  admit = admitted.resolve;
  queue = new InboundQueue({
    counters,
    log: () => undefined,
    receive: async (records, from) => {
      handed.push({ from, records });
      await admitted.promise;
    },
    isNamed: (author) => author.startsWith("named"),
  });
});

function push(from: string, count: number, author?: string): number {
  let pushed = 0;
  for (; pushed < count && queue.hasRoomFor(from, author); pushed++) queue.push(recordOf(author), from);
  return pushed;
}

function handedAuthors(): string[][] {
  return handed.map(({ records }) => records.map(({ body }) => body.author));
}

it("promise 8: one forwarder fills its part and no more", async () => {
  expect(push("loud", 1)).toBe(1); // in hand at once
  expect(push("loud", inboundQueue.mostPerForwarder + 1)).toBe(inboundQueue.mostPerForwarder);
  expect(push("quiet", 1)).toBe(1);
  admit();
  await queue.idle();
  expect(queue.size).toBe(0);
});

it("takes a batch of each forwarder in turn, in the order in which each brought its own", async () => {
  push("first", 1);
  push("loud", 3 * inboundQueue.batch);
  push("quiet", 2);
  admit();
  await queue.idle();
  expect(handed.map(({ from, records }) => [from, records.length])).toEqual([
    ["first", 1],
    ["loud", inboundQueue.batch],
    ["quiet", 2],
    ["loud", inboundQueue.batch],
    ["loud", inboundQueue.batch],
  ]);
});

it("promise 8: one author fills its part and no more, whoever brings it", async () => {
  push("in hand", 1);
  expect(push("loud", inboundQueue.mostPerAuthor - 1, "writer")).toBe(inboundQueue.mostPerAuthor - 1);
  expect(push("other", 2, "writer")).toBe(1);
  expect(push("loud", 1, "somebody else")).toBe(1);
  admit();
  await queue.idle();
  expect(push("loud", 2, "writer")).toBe(2);
  await queue.idle();
});

it("takes one record of each author in turn, of what a forwarder has brought", async () => {
  push("in hand", 1);
  push("loud", inboundQueue.batch, "writer");
  push("loud", 2, "quiet");
  push("loud", 1, "late");
  admit();
  await queue.idle();
  const [, batch] = handedAuthors();
  expect(batch?.slice(0, 6)).toEqual(["writer", "quiet", "late", "writer", "quiet", "writer"]);
  expect(batch).toHaveLength(inboundQueue.batch);
});

it("takes what named authors wrote before anything else, in order, even where all else is taken", async () => {
  push("in hand", 1);
  for (const from of ["a", "b", "c", "d"]) push(from, inboundQueue.most);
  expect(push("a", 1, "named one")).toBe(1);
  expect(push("b", 1, "named other")).toBe(1);
  expect(push("b", 1, "named one")).toBe(1);
  admit();
  await queue.idle();
  const [, first, second, third] = handed;
  expect(first?.from).toBe("a");
  expect(first?.records.map(({ body }) => body.author)).toEqual(["named one"]);
  expect(second?.from).toBe("b");
  expect(second?.records.map(({ body }) => body.author)).toEqual(["named other", "named one"]);
  expect(third?.records).toHaveLength(inboundQueue.batch);
  expect(counters.snapshot()).toEqual({});
});

it("promise 8: named authors have a bounded number of places, of which others take none", async () => {
  push("in hand", 1);
  expect(push("friend", inboundQueue.mostOfNamed + 1, "named")).toBe(inboundQueue.mostOfNamed);
  expect(push("friend", 1)).toBe(1);
  admit();
  await queue.idle();
  expect(queue.size).toBe(0);
});

it("promise 8: where all is taken, whoever has most makes room for one who has less, and it is counted", async () => {
  push("in hand", 1);
  for (const from of ["a", "b", "c", "d"]) expect(push(from, inboundQueue.most)).toBe(inboundQueue.mostPerForwarder);
  expect(queue.size).toBe(inboundQueue.most);
  expect(push("late", 3)).toBe(3);
  expect(queue.size).toBe(inboundQueue.most);
  expect(counters.snapshot()).toEqual({ "gossip.drop.displaced": 3 });
  admit();
  await queue.idle();
  expect(handed.filter(({ from }) => from === "late").flatMap(({ records }) => records)).toHaveLength(3);
});

it("counts what could not be stored, and goes on", async () => {
  let failing = true;
  const failingOnce = new InboundQueue({
    counters,
    log: () => undefined,
    receive: async (records, from) => {
      if (failing) throw new Error("no space left");
      handed.push({ from, records });
    },
  });
  failingOnce.push(recordOf(), "a");
  await failingOnce.idle();
  failing = false;
  failingOnce.push(recordOf(), "a");
  await failingOnce.idle();
  expect(counters.snapshot()).toEqual({ "gossip.drop.not-stored": 1 });
  expect(handed).toHaveLength(1);
});
