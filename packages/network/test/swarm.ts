/** Networks in one process over real loopback sockets, with records kept in memory. */
import {
  type AuthorId,
  createIdentity,
  type Identity,
  type LessonBody,
  type RecordDraft,
  type RecordId,
  type RecordKey,
  type SignedRecord,
  signRecord,
  systemClock,
} from "@grapevine/core";
import {
  createNetwork,
  type Network,
  type NetworkComponents,
  type NetworkInit,
  type NetworkTiming,
  type RecordSetChange,
  type RecordSetChanges,
  type SyncRecords,
} from "../src/index.ts";

class MemoryRecords implements SyncRecords, RecordSetChanges {
  readonly refused = new Set<RecordId>();
  readonly #records = new Map<RecordId, SignedRecord>();
  #sorted: RecordKey[] | undefined;
  /** Called after every change. */
  onChange: () => void = () => undefined;
  /** How often all keys were read from the first. */
  readings = 0;
  readonly #followers = new Set<(change: RecordSetChange) => void>();

  add(records: readonly SignedRecord[]): void {
    for (const record of records) this.#records.set(record.id, record);
    this.#changed({ added: records.map(({ id, body }) => ({ id, createdAt: body.createdAt })), removed: [] });
  }

  /** Takes a record out and knows it as refused from then on. */
  refuse({ id, body }: SignedRecord): void {
    this.#records.delete(id);
    this.refused.add(id);
    this.#changed({ added: [], removed: [{ id, createdAt: body.createdAt }] });
  }

  follow(onChange: (change: RecordSetChange) => void): () => void {
    this.#followers.add(onChange);
    return () => void this.#followers.delete(onChange);
  }

  #changed(change: RecordSetChange): void {
    this.#sorted = undefined;
    for (const follower of this.#followers) follower(change);
    this.onChange();
  }

  get size(): number {
    return this.#records.size;
  }

  has(id: RecordId): boolean {
    return this.#records.has(id);
  }

  async record(id: RecordId): Promise<SignedRecord | undefined> {
    return this.#records.get(id);
  }

  async frames(ids: readonly RecordId[]): Promise<(Uint8Array | undefined)[]> {
    return ids.map((id) => this.#records.get(id)?.frame);
  }

  async *recordKeys(after?: RecordKey): AsyncIterable<RecordKey> {
    if (after === undefined) this.readings++;
    this.#sorted ??= [...this.#records.values()]
      .map(({ id, body }) => ({ id, type: body.type, createdAt: body.createdAt }))
      .sort((a, b) => a.createdAt - b.createdAt || (a.id < b.id ? -1 : 1));
    for (const key of this.#sorted) {
      if (after === undefined || key.createdAt > after.createdAt || (key.createdAt === after.createdAt && key.id > after.id))
        yield key;
    }
  }

  async knows(ids: readonly RecordId[]): Promise<boolean[]> {
    return ids.map((id) => this.#records.has(id) || this.refused.has(id));
  }
}

/** Resolves when a condition holds; looked at after every change that is reported to it. */
class Watched {
  readonly #waiting = new Set<() => void>();

  readonly changed = (): void => {
    for (const look of this.#waiting) look();
  };

  until(condition: () => boolean, what: string, timeoutMs = 25_000): Promise<void> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#waiting.delete(look);
        reject(new Error(`not within ${timeoutMs} ms: ${what}`));
      }, timeoutMs);
      const look = (): void => {
        if (!condition()) return;
        this.#waiting.delete(look);
        clearTimeout(timer);
        resolve();
      };
      this.#waiting.add(look);
      look();
    });
  }
}

export interface TestNode {
  readonly identity: Identity;
  readonly network: Network;
  readonly records: MemoryRecords;
  readonly outbox: Map<RecordId, SignedRecord>;
  readonly watched: Watched;
  readonly received: { readonly record: SignedRecord; readonly from: AuthorId }[];
  readonly blocked: Set<AuthorId>;
  readonly log: string[];
  /** A new lesson of this node: stored, put into the outbox, and announced. */
  teach(text: string): SignedRecord;
}

/** Quick enough for tests, slow enough that a busy machine does not redial live peers. */
export const quickTiming: Partial<NetworkTiming> = {
  syncSettleMs: 300,
  gapDelayMs: 50,
  gapEveryMs: 50,
  redialFirstMs: 50,
  redialMostMs: 500,
  watchdogMs: 200,
  deafAfterMs: 20_000,
};

export function createNode(init: Partial<NetworkInit> = {}, components: Partial<NetworkComponents> = {}): TestNode {
  const identity = init.identity ?? createIdentity();
  const records = new MemoryRecords();
  const outbox = new Map<RecordId, SignedRecord>();
  const watched = new Watched();
  const blocked = new Set<AuthorId>();
  const received: TestNode["received"] = [];
  const log: string[] = [];
  records.onChange = watched.changed;
  const network = createNetwork(
    { identity, name: "node", swarm: "test", listen: ["/ip4/127.0.0.1/tcp/0"], timing: quickTiming, ...init },
    {
      clock: systemClock,
      log: (_level, message) => {
        log.push(message);
        watched.changed();
      },
      records,
      recordChanges: records,
      receive: async (batch, from) => {
        received.push(...batch.map((record) => ({ record, from })));
        records.add(batch);
      },
      outbox: {
        pending: async () => [...outbox.values()],
        published: async (id) => {
          outbox.delete(id);
          watched.changed();
        },
      },
      isBlocked: (author) => blocked.has(author),
      onPeersChange: watched.changed,
      ...components,
    },
  );
  const teach = (text: string): SignedRecord => {
    const record = lessonOf(identity, text);
    records.add([record]);
    outbox.set(record.id, record);
    network.publish();
    return record;
  };
  return { identity, network, records, outbox, watched, received, blocked, log, teach };
}

let sequence = 0;

export function lessonOf(
  identity: Identity,
  text: string,
  changes: Partial<RecordDraft<LessonBody>> = {},
): SignedRecord<LessonBody> {
  return signRecord<LessonBody>(identity, {
    type: "lesson",
    seq: sequence++,
    createdAt: Date.now(),
    kind: "procedure",
    title: `List ${text} in order`,
    situation: "A box of the stash tool is to be listed in order",
    guidance: "Use peek with the field after --by",
    example: { task: "List box tin in order of size", steps: ["stash peek tin --by size"] },
    evidence: { worked: 1, changed: 0, failed: 1, verifiedBy: "environment" },
    tags: ["stash"],
    derivedFrom: [],
    ...changes,
  });
}

/** Starts nodes and stops them after the test, whatever happened. */
export async function withNodes<Nodes extends readonly TestNode[]>(
  nodes: readonly [...Nodes],
  run: (...nodes: NoInfer<Nodes>) => Promise<void>,
): Promise<void> {
  try {
    await Promise.all(nodes.map((node) => node.network.start()));
    await run(...nodes);
  } finally {
    await Promise.all(nodes.map((node) => node.network.stop()));
  }
}

export function codeOf(action: Promise<unknown> | (() => unknown)): Promise<string> {
  return Promise.resolve()
    .then(() => (typeof action === "function" ? action() : action))
    .then(
      () => "none",
      (error: Error & { code?: string }) => error.code ?? error.message,
    );
}
