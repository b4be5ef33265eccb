/** What came in, by gossip or sync, on its way to the node, and what is to be asked for again because of it. */
import { type AuthorId, isMembership, isRotation, type RotationBody, type SignedRecord } from "@grapevine/core";
import type { GossipGaps } from "./gossip-gaps.ts";
import { reconsiderEveryMs } from "./network-limits.ts";
import type { NetworkComponents } from "./network-types.ts";
import type { PeerTable } from "./peer-table.ts";
import type { PassedOver } from "./record-intake.ts";
import type { Settlements } from "./settlements.ts";
import type { SyncScheduler } from "./sync-scheduler.ts";

export interface RecordArrivalsInit extends Pick<NetworkComponents, "clock" | "records" | "receive"> {
  readonly peers: PeerTable;
  readonly syncs: () => Pick<SyncScheduler, "request" | "requestSoon">;
  readonly gaps: Pick<GossipGaps, "arrived">;
  readonly passedOver: PassedOver;
  readonly settlements: Settlements;
}

export class RecordArrivals {
  readonly #init: RecordArrivalsInit;
  #reconsideredAt = Number.NEGATIVE_INFINITY;

  constructor(init: RecordArrivalsInit) {
    this.#init = init;
  }

  /** Whatever came in, by gossip or sync. */
  async take(records: readonly SignedRecord[], from: AuthorId): Promise<void> {
    await this.#init.receive(records, from);
    for (const record of records) this.#init.gaps.arrived(record);
    // What the member has written may have come before, and been ignored.
    const isMembers = records.some(isMembership);
    const isRotated = await this.#hasNamedMore(records.filter(isRotation));
    if (isMembers) this.#init.passedOver.clear();
    if (!isMembers && !isRotated) return;
    this.#init.settlements.clear();
    if (this.#init.peers.get(from) !== undefined) this.#init.syncs().request(from);
  }

  /** What came by sync is not gossiped: the other neighbours are told by a sync, which is one short message each way where they have it. */
  syncOn(from: AuthorId): void {
    for (const { peerId } of this.#init.peers.list()) if (peerId !== from) this.#init.syncs().requestSoon(peerId);
  }

  /** See `Network.reconsider`. */
  reconsider(): void {
    this.#wantAgain();
    const now = this.#init.clock.now();
    if (now - this.#reconsideredAt < reconsiderEveryMs) return;
    this.#reconsideredAt = now;
    for (const { peerId } of this.#init.peers.list()) this.#init.syncs().request(peerId);
  }

  /** Does a successor name records that stay, of a key of which some were passed over? Only one that is kept counts: anybody can say that he follows. */
  async #hasNamedMore(rotations: readonly SignedRecord<RotationBody>[]): Promise<boolean> {
    let has = false;
    for (const { id, body } of rotations) {
      if (body.follows === undefined || (await this.#init.records.record(id)) === undefined) continue;
      has = this.#init.passedOver.dropRotated(body.follows) || has;
    }
    return has;
  }

  /** What was passed over may be wanted now. */
  #wantAgain(): void {
    this.#init.passedOver.clear();
    this.#init.settlements.clear();
  }
}
