import { strangerCalled } from "@grapevine/core";
import { sampleIdentity, sampleLesson, sampleStoredLesson } from "@grapevine/testing";
import { expect, it } from "vitest";
import type { LiveEvent } from "../src/control/dashboard-contract.ts";
import { mapSwarm, maxMapPeers } from "../src/mapping-swarm.ts";
import type { PrincipalBook } from "../src/principals.ts";
import { createWatching, maxMovedLessons } from "../src/watching.ts";

const views = { trustOf: () => 0, utilitiesOf: async () => [], nameOf: () => undefined };

it("names as many moved lessons as one event may, and counts the others", async () => {
  const identity = sampleIdentity(1);
  const lessons = Array.from({ length: maxMovedLessons + 1 }, (_, seq) =>
    sampleStoredLesson(sampleLesson(identity, { seq: seq + 1 }), seq, "admitted"),
  );
  const kept = new Map(lessons.map((lesson) => [lesson.record.id, lesson]));
  const watching = createWatching(() => ({
    ...views,
    store: { getMany: async (ids) => ids.map((id) => kept.get(id)) },
    status: () => Promise.reject(new Error("nobody needs it here")),
    peersNow: () => "",
    experiencesRevision: () => 0,
    log: { error: () => undefined },
  }));
  const events: LiveEvent[] = [];
  const leave = watching.watch((event) => events.push(event));
  const told = (): unknown[] =>
    events.map((event) => (event.type === "lessons" ? [event.lessons.length, event.more] : event.type));
  const decided = (added: typeof lessons): void => watching.decided({ added, changed: [], attested: [], pruned: [], refused: 0 });
  decided(lessons.slice(1));
  await expect.poll(told).toEqual([[maxMovedLessons, 0]]);
  decided(lessons);
  await expect.poll(told).toEqual([
    [maxMovedLessons, 0],
    [maxMovedLessons, 1],
  ]);
  leave();
});

it("maps as many peers as can be told apart, this node first", async () => {
  const principals = { get: strangerCalled, known: new Map() } as unknown as PrincipalBook;
  const shown = async (connected: number): Promise<string[]> => {
    const peers = Array.from({ length: connected }, (_, index) => ({ peerId: `peer-${index}`, addresses: [] }));
    const network = { peerId: "self", peers: () => peers } as unknown as Parameters<typeof mapSwarm>[0]["network"];
    const store = { allGlances: async function* () {} };
    return (await mapSwarm({ ...views, network, store, principals })).peers.map(({ peerId }) => peerId);
  };
  expect(await shown(maxMapPeers - 1)).toHaveLength(maxMapPeers);
  const more = await shown(maxMapPeers);
  expect([more.length, more[0]]).toEqual([maxMapPeers, "self"]);
});
