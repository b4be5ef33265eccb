/** Records as they arrive at a ledger, in whatever order: what authors write, a ledger without a disk, and the properties that hold for every order. */
import {
  type AttestationBody,
  type Identity,
  identityFromSeed,
  keyHashOf,
  type LessonBody,
  type RecordDraft,
  type RetractionBody,
  type RotationBody,
  type SignedRecord,
  signRecord,
} from "@grapevine/core";
import type { MemoryLessonStore } from "@grapevine/testing";
import fc from "fast-check";
import { createLedger, type Ledger, type LedgerComponents } from "../src/ledger.ts";
import { createRoom } from "../src/room.ts";

export const at = 1_700_000_000_000;

export function identityNumbered(seed: number): Identity {
  return identityFromSeed(new Uint8Array(32).fill(seed));
}

export function lesson(author: Identity, seq: number): SignedRecord<LessonBody> {
  return signRecord<LessonBody>(author, {
    type: "lesson",
    seq,
    createdAt: at + seq,
    kind: "procedure",
    title: `Open box ${seq}`,
    situation: `Box ${seq} is shut`,
    guidance: `Turn the handle ${seq} times`,
    evidence: { worked: 1, changed: 0, failed: 0, verifiedBy: "environment" },
    tags: [],
    derivedFrom: [],
  });
}

export function attestation(author: Identity, seq: number, about: SignedRecord): SignedRecord<AttestationBody> {
  const counts = { worked: 2, changed: 0, failed: 0 };
  return signRecord<AttestationBody>(author, { type: "attestation", seq, createdAt: at + seq, lesson: about.id, ...counts });
}

export function retraction(author: Identity, seq: number, about: SignedRecord): SignedRecord<RetractionBody> {
  return signRecord<RetractionBody>(author, { type: "retraction", seq, createdAt: at + seq, lesson: about.id });
}

/** The author commits to the next key; `follows` says which key the author has followed. */
export function rotation(
  author: Identity,
  commitsTo: Identity,
  changes: Partial<RecordDraft<RotationBody>> = {},
): SignedRecord<RotationBody> {
  const draft = { type: "rotation", seq: 0, createdAt: at, nextKeyHash: keyHashOf(commitsTo.author), ...changes } as const;
  return signRecord<RotationBody>(author, draft);
}

/** Where records arrive. */
export interface Place {
  readonly store: MemoryLessonStore;
  readonly ledger: Ledger;
}

/** A ledger with room for everything, a little after the records were made. */
export function ledgerOf(
  components: Pick<LedgerComponents, "principals" | "members" | "rotations"> & {
    readonly store: MemoryLessonStore;
    readonly self: Identity;
  },
): Ledger {
  const { store, principals } = components;
  const self = components.self.author;
  const limits = { capacity: 1000, heldShare: 1, authorShare: 1 };
  const room = createRoom({ store, principals, self, limits, utilitiesOf: async (lessons) => lessons.map(() => 0) });
  const none = (): void => undefined;
  return createLedger({ ...components, self, clock: { now: () => at + 100_000 }, room, onLessons: none, onOutbox: none });
}

/** Gives the records in this order, and then, as sync does, whatever is still missing, until nothing more is taken. */
export async function deliver({ store, ledger }: Place, records: readonly SignedRecord[]): Promise<void> {
  for (const record of records) await ledger.receive([record]);
  for (let before = ""; ; ) {
    const after = (await offered(store)).join();
    if (after === before) return;
    before = after;
    await ledger.receive(records);
  }
}

export async function offered(store: MemoryLessonStore): Promise<string[]> {
  const ids: string[] = [];
  for await (const { id } of store.recordKeys()) ids.push(id);
  return ids.sort();
}

export function idsOf(...records: readonly SignedRecord[]): string[] {
  return records.map(({ id }) => id).sort();
}

/** The check holds at a new place to which the records come in any order. */
export async function inAnyOrder<Opened extends Place>(
  { open, numRuns }: { readonly open: () => Promise<Opened>; readonly numRuns: number },
  records: readonly SignedRecord[],
  check: (place: Opened) => Promise<void>,
): Promise<void> {
  const order = fc.shuffledSubarray([...records], { minLength: records.length });
  await fc.assert(
    fc.asyncProperty(order, async (shuffled) => {
      const place = await open();
      await deliver(place, shuffled);
      await check(place);
    }),
    { numRuns },
  );
}
