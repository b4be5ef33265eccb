/** Nodes that only sync: their records are in memory, and those that are the same everywhere have no bodies. */
import { createIdentity, type RecordId, type RecordKey, type SignedRecord, systemClock } from "@grapevine/core";
import { createNetwork, type Network, type RecordSetChange, type RecordSetChanges, type SyncRecords } from "@grapevine/network";

/** Records of which only those that were added have bodies. */
export class BenchRecords implements SyncRecords, RecordSetChanges {
  readonly #keys: RecordKey[];
  readonly #records = new Map<RecordId, SignedRecord>();
  /** Of those without a body. */
  readonly #known: ReadonlySet<RecordId>;
  #follower: (change: RecordSetChange) => void = () => undefined;

  constructor(common: readonly Pick<RecordKey, "id" | "createdAt">[]) {
    this.#keys = common.map((key) => ({ ...key, type: "lesson" }));
    this.#known = new Set(common.map(({ id }) => id));
  }

  add(records: readonly SignedRecord[]): void {
    for (const record of records) {
      this.#records.set(record.id, record);
    }
    this.#follower({ added: records.map(({ id, body }) => ({ id, createdAt: body.createdAt })), removed: [] });
  }

  async record(id: RecordId): Promise<SignedRecord | undefined> {
    return this.#records.get(id);
  }

  async frames(ids: readonly RecordId[]): Promise<(Uint8Array | undefined)[]> {
    return ids.map((id) => this.#records.get(id)?.frame);
  }

  async *recordKeys(): AsyncIterable<RecordKey> {
    for (const key of this.#keys) yield key;
  }

  async knows(ids: readonly RecordId[]): Promise<boolean[]> {
    return ids.map((id) => this.#records.has(id) || this.#known.has(id));
  }

  follow(onChange: (change: RecordSetChange) => void): () => void {
    this.#follower = onChange;
    return () => undefined;
  }
}

export interface BenchNetworkInit {
  /** In place of all checks of a record. */
  readonly decode?: ((frame: Uint8Array) => SignedRecord) | undefined;
  /** From connecting to the second sync, which is both sides' and may take turns with one that is measured. Default: the network's. */
  readonly syncSettleMs?: number;
}

export function networkOf(records: BenchRecords, { decode, syncSettleMs }: BenchNetworkInit = {}): Network {
  const timing = syncSettleMs === undefined ? {} : { syncSettleMs };
  return createNetwork(
    { identity: createIdentity(), name: "bench", swarm: "bench", listen: ["/ip4/127.0.0.1/tcp/0"], timing },
    {
      clock: systemClock,
      decode,
      log: () => undefined,
      records,
      recordChanges: records,
      receive: async (received) => records.add(received),
      outbox: { pending: async () => [], published: async () => undefined },
      isBlocked: () => false,
    },
  );
}
