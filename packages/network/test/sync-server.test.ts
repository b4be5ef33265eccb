import { randomBytes } from "node:crypto";
import { createIdentity, type RecordId, systemTimers } from "@grapevine/core";
import * as dagCbor from "@ipld/dag-cbor";
import type { Connection } from "@libp2p/interface";
import { lpStream, streamPair } from "@libp2p/utils";
import { expect, it } from "vitest";
import { Claims } from "../src/claims.ts";
import { Counters } from "../src/counters.ts";
import { maxIdsPerRequest, offerRate } from "../src/network-limits.ts";
import { idsIn } from "../src/range-sync/record-digest.ts";
import { PassedOver } from "../src/record-intake.ts";
import { SyncServer, type SyncServerComponents } from "../src/sync-server.ts";

it("leaves to others just those of the offered ids that are over the rate, wherever they stand", async () => {
  let now = Date.now();
  /** By how much each look at the clock moves it. */
  let lookMs = 0;
  const clock = { now: () => (now += lookMs) };
  const left: RecordId[] = [];
  class WatchedClaims extends Claims {
    override settle(...[id, claimant]: Parameters<Claims["settle"]>): void {
      left.push(id);
      super.settle(id, claimant);
    }
  }
  const server = new SyncServer({
    clock,
    timers: systemTimers,
    claims: new WatchedClaims(clock),
    passedOver: new PassedOver(clock),
    counters: new Counters(),
    records: { knows: async (ids: readonly RecordId[]) => ids.map(() => false) },
    greeted: async () => undefined,
    isNamed: () => false,
  } as unknown as SyncServerComponents);
  const [leading, serving] = await streamPair();
  const served = server.serve(serving, { remotePeer: createIdentity().author } as unknown as Connection);
  const frames = lpStream(leading);
  const offer = async (): Promise<{ offered: RecordId[]; wanted: RecordId[]; later: boolean }> => {
    const ids = new Uint8Array(randomBytes(maxIdsPerRequest * 32));
    await frames.write(dagCbor.encode({ type: "offer", ids }));
    const reply = dagCbor.decode<{ wanted: Uint8Array; later: boolean }>((await frames.read()).subarray());
    return { offered: idsIn(ids), wanted: idsIn(reply.wanted), later: reply.later };
  };
  for (let offered = 0; offered < offerRate.burst; offered += maxIdsPerRequest) expect((await offer()).later).toBe(false);
  await offer();
  left.length = 0;
  lookMs = 400 / offerRate.perSecond; // less than it takes for one more
  const { offered, wanted, later } = await offer();
  expect(later).toBe(true);
  expect(wanted.length).toBeGreaterThan(1);
  expect(wanted).not.toEqual(offered.slice(0, wanted.length));
  expect(left).toEqual(offered.filter((id) => !wanted.includes(id)));
  leading.abort(new Error("enough"));
  await served;
});
