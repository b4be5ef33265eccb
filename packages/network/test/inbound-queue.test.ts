import { createIdentity, type SignedRecord } from "@grapevine/core";
import { beforeEach, expect, it } from "vitest";
import { Counters } from "../src/counters.ts";
import { InboundQueue } from "../src/inbound-queue.ts";
import { inboundQueue } from "../src/network-limits.ts";
import { lessonOf } from "./swarm.ts";

const record = lessonOf(createIdentity(), "order");

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
  });
});

function push(from: string, count: number): number {
  let pushed = 0;
  for (; pushed < count && queue.hasRoomFor(from); pushed++) queue.push(record, from);
  return pushed;
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
  failingOnce.push(record, "a");
  await failingOnce.idle();
  failing = false;
  failingOnce.push(record, "a");
  await failingOnce.idle();
  expect(counters.snapshot()).toEqual({ "gossip.drop.not-stored": 1 });
  expect(handed).toHaveLength(1);
});
