/**
 * What a node believes, in a folder, without its agent and its network: a real store, the real way of records into it and back into a prompt. The ground on which the other
 * benches and the nodes of the evaluation stand.
 */
import { join } from "node:path";
import type { AuthorId, Clock, Embedder } from "@grapevine/core";
import { openStore, type Store } from "@grapevine/store";
import { openVectorIndex } from "@grapevine/vector-index";
import { type Admission, type AdmissionComponents, createAdmission } from "./admission.ts";

export interface AdmissionBenchInit extends Pick<AdmissionComponents, "log"> {
  /** Empty, made here, or left by an earlier bench of the same author, which then goes on. */
  readonly folder: string;
  readonly self: AuthorId;
  readonly embedder: Embedder;
  readonly clock: Clock;
  /** Foreign lessons that it keeps; the node's own default where nothing is said. */
  readonly capacity?: number | undefined;
  /** Told when something was added to the outbox. */
  readonly onOutbox?: () => void;
}

export interface AdmissionBench {
  readonly store: Store;
  /** Begun by the caller, once there is something to begin with. */
  readonly admission: Admission;
  /** Resolves when everything that came in is judged, indexed, and judged by its neighbours. */
  readonly settled: () => Promise<void>;
  close(): Promise<void>;
}

/** The embedder stays the caller's to close. @throws what store and index throw when they are opened */
export async function openAdmissionBench(init: AdmissionBenchInit): Promise<AdmissionBench> {
  const { folder, self, embedder, clock, log, capacity, onOutbox = nothing } = init;
  const store = await openStore({ path: join(folder, "store"), clock });
  const { index } = await openVectorIndex({
    path: join(folder, "index"),
    embedder: embedder.id,
    dimensions: embedder.dimensions,
  });
  const admission = await createAdmission({
    lessons: store.lessons,
    index,
    embedder,
    self,
    clock,
    log,
    // No note is kept of it between two runs: `begin` compares the index with the store.
    behind: { isSet: async () => false, set: async () => undefined, clear: async () => undefined },
    onOutbox,
    limits: capacity === undefined ? {} : { capacity },
  });
  return {
    store,
    admission,
    settled: async () => {
      await admission.ledger.settled();
      await admission.indexing.settled();
      await admission.ledger.settled();
    },
    close: async () => {
      await admission.end();
      await index.close();
      await store.close();
    },
  };
}

function nothing(): void {
  // without a network nobody waits for it
}
