/** Whose word is an echo: through long lineages, through ancestors that come late, and after a lesson was forgotten. */
import {
  type AttestationBody,
  type Identity,
  type RetractionBody,
  type SignedRecord,
  type StoredLesson,
  signRecord,
} from "@grapevine/core";
import { MemoryLessonStore } from "@grapevine/testing";
import { expect, it } from "vitest";
import { createLedger, type Ledger } from "../src/ledger.ts";
import { descendantsOf, lineageIn, maxLineage, relativesOf } from "../src/lineage.ts";
import { createMerits, type Merits } from "../src/merits.ts";
import { openPrincipalBook } from "../src/principals.ts";
import { createRoom } from "../src/room.ts";
import { clock, friend, lesson, nextSequence, now, other, self, stranger } from "./box-lessons.ts";

function praise(author: Identity, of: SignedRecord): SignedRecord<AttestationBody> {
  const counts = { worked: 3, changed: 0, failed: 0 };
  return signRecord<AttestationBody>(author, {
    type: "attestation",
    seq: nextSequence(),
    createdAt: now,
    lesson: of.id,
    ...counts,
  });
}

interface Node {
  readonly store: MemoryLessonStore;
  readonly ledger: Ledger;
  readonly merits: Merits;
  readonly stateOf: (record: SignedRecord) => Promise<string | undefined>;
}

/** The user trusts friend and other. */
async function openNode(): Promise<Node> {
  const store = new MemoryLessonStore();
  const principals = await openPrincipalBook(store);
  const merits = createMerits({ store, principals, self: self.author, clock });
  const limits = { capacity: 1_000, heldShare: 0.5, authorShare: 1 };
  const room = createRoom({ store, principals, self: self.author, limits, utilitiesOf: merits.glancedUtilitiesOf });
  const onLessons = ({ added, attested }: { added: readonly StoredLesson[]; attested: readonly string[] }): void => {
    merits.forget(attested);
    merits.arrived(added);
  };
  const ledger = createLedger({ store, principals, self: self.author, clock, room, onLessons, onOutbox: () => undefined });
  for (const { author } of [friend, other]) await ledger.setPrincipal((known) => ({ ...known, standing: "trusted" }), author);
  return { store, ledger, merits, stateOf: async ({ id }) => (await store.get(id))?.standing.state };
}

it("an echo cannot be hidden behind more relatives than are looked at", async () => {
  const { store, ledger, stateOf } = await openNode();
  const record = lesson(stranger);
  await ledger.receive([record]);
  const crowd = Array.from({ length: maxLineage }, () => lesson(stranger, { derivedFrom: [record.id] }));
  await ledger.receive(crowd.slice(0, -1));
  expect(await descendantsOf(record.id, lineageIn(store))).toMatchObject({ isWhole: true });
  expect((await relativesOf(record, lineageIn(store))).authors).toEqual(new Set([stranger.author]));
  const echo = lesson(other, { derivedFrom: [crowd[0]?.id ?? ""] });
  await ledger.receive([...crowd.slice(-1), echo]);
  expect(await descendantsOf(record.id, lineageIn(store))).toMatchObject({ isWhole: false });
  expect((await relativesOf(record, lineageIn(store))).authors).toBe("everybody");
  await ledger.receive([praise(friend, record), praise(other, record)]);
  expect(await stateOf(record)).toBe("held"); // two words of trusted principals, of which one is an echo
});

it("an ancestor that comes after its word was counted makes an echo of it", async () => {
  const { store, ledger, merits } = await openNode();
  const ancestor = lesson(friend);
  const record = lesson(stranger, { derivedFrom: [ancestor.id] });
  await ledger.receive([record, praise(friend, record)]);
  const utility = async (): Promise<number | undefined> =>
    (await merits.utilitiesOf([(await store.get(record.id)) as StoredLesson]))[0];
  const counted = await utility();
  await ledger.receive([ancestor]);
  expect(await utility()).toBeLessThan(counted ?? 0);
});

it("forgetting a lesson has those judged again whose standing rested on it", async () => {
  const { ledger, stateOf } = await openNode();
  const [first, root] = [lesson(friend), lesson(other)];
  const later = lesson(friend, { supersedes: first.id });
  const derived = lesson(friend, { derivedFrom: [root.id] });
  const takenBack = signRecord<RetractionBody>(other, {
    type: "retraction",
    seq: nextSequence(),
    createdAt: now,
    lesson: root.id,
  });
  await ledger.receive([first, later, root, derived, takenBack]);
  expect([await stateOf(first), await stateOf(derived)]).toEqual(["archived", "held"]);
  await ledger.revise(async () => [
    { kind: "forget", id: later.id, reason: "forgotten" },
    { kind: "forget", id: root.id, reason: "forgotten" },
  ]);
  expect([await stateOf(later), await stateOf(root)]).toEqual([undefined, undefined]);
  expect([await stateOf(first), await stateOf(derived)]).toEqual(["admitted", "admitted"]);
});
