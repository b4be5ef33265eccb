/** What others say of lessons, on a store on the disk: how much of it is kept, and what becomes of the rest. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  type AttestationBody,
  type Identity,
  identityFromSeed,
  isAttestation,
  type LessonBody,
  type RecordDraft,
  type RetractionBody,
  recordIdOf,
  type SignedRecord,
  signRecord,
} from "@grapevine/core";
import { openStore, type Store } from "@grapevine/store";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createLedger, type Ledger } from "../src/ledger.ts";
import { openPrincipalBook } from "../src/principals.ts";
import { createRoom } from "../src/room.ts";

const now = 1_800_000_000_000;
const clock = { now: () => now };
const maxAttesters = 32;
const maxAheadOfAuthor = 256;
const [self, friend, stranger] = [1, 2, 3].map(person) as [Identity, Identity, Identity];
const crowd = Array.from({ length: maxAttesters + 6 }, (_, number) => person(100 + number));

function person(number: number): Identity {
  return identityFromSeed(new Uint8Array(32).fill(number));
}

function lesson(author: Identity, changes: Partial<RecordDraft<LessonBody>> = {}): SignedRecord<LessonBody> {
  return signRecord<LessonBody>(author, {
    type: "lesson",
    seq: 1,
    createdAt: now - 1_000,
    kind: "procedure",
    title: "Open the box",
    situation: "A box is shut",
    guidance: "Turn the handle",
    evidence: { worked: 1, changed: 0, failed: 0, verifiedBy: "environment" },
    tags: [],
    derivedFrom: [],
    ...changes,
  });
}

function attestation(author: Identity, id: string, seq = 1): SignedRecord<AttestationBody> {
  const counts = { worked: 1, changed: 0, failed: 0 };
  return signRecord<AttestationBody>(author, { type: "attestation", seq, createdAt: now - 500, lesson: id, ...counts });
}

function retraction(author: Identity, id: string): SignedRecord<RetractionBody> {
  return signRecord<RetractionBody>(author, { type: "retraction", seq: 2, createdAt: now - 400, lesson: id });
}

/** The id of a lesson that nobody has written. */
function inventedId(number: number): string {
  return recordIdOf(Buffer.from(`invented ${number}`));
}

interface Node {
  readonly store: Store;
  readonly ledger: Ledger;
  awaited: number;
}

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "grapevine-statements-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function openNode(name: string): Promise<Node> {
  const store = await openStore({ path: join(folder, name), clock });
  const principals = await openPrincipalBook(store.lessons);
  const limits = { capacity: 1_000, heldShare: 0.5, authorShare: 1 };
  const utilitiesOf = async (glances: readonly unknown[]): Promise<number[]> => glances.map(() => 0);
  const room = createRoom({ store: store.lessons, principals, self: self.author, limits, utilitiesOf });
  const unheard = (): void => undefined;
  const ledger = createLedger({
    store: store.lessons,
    principals,
    self: self.author,
    clock,
    room,
    onLessons: unheard,
    onOutbox: unheard,
    onAwaited: () => {
      node.awaited += 1;
    },
  });
  const node: Node = { store, ledger, awaited: 0 };
  return node;
}

const trust = (ledger: Ledger, { author }: Identity): Promise<unknown> =>
  ledger.setPrincipal((principal) => ({ ...principal, standing: "trusted" }), author);

async function acceptedBy({ store }: Node): Promise<string[]> {
  const ids: string[] = [];
  for await (const { id } of store.lessons.recordKeys()) ids.push(id);
  return ids.sort();
}

describe("what strangers attest of one lesson", () => {
  const record = lesson(stranger);
  const said = crowd.map((author) => attestation(author, record.id));

  it("is kept of as many as the limit says, the same ones in any order, and the others are not fetched again", async () => {
    const orders = [
      [record, ...said],
      [...said].reverse().concat([record as never]),
      [...said.slice(9), record, ...said.slice(0, 9)],
    ];
    const accepted: string[][] = [];
    for (const [number, order] of orders.entries()) {
      const node = await openNode(String(number));
      for (let from = 0; from < order.length; from += 7) await node.ledger.receive(order.slice(from, from + 7));
      expect(await node.store.lessons.attesters(record.id)).toHaveLength(maxAttesters);
      expect(await node.ledger.knows(said.map(({ id }) => id))).toEqual(said.map(() => true));
      accepted.push(await acceptedBy(node));
      await node.store.close();
    }
    expect(accepted[1]).toEqual(accepted[0]);
    expect(accepted[2]).toEqual(accepted[0]);
  });

  it("takes no place from those whom one knows, and counts no more in memory", async () => {
    const node = await openNode("known");
    await node.ledger.receive([record, ...said]);
    const kept = new Set(await node.store.lessons.attesters(record.id));
    const out = crowd.find(({ author }) => !kept.has(author)) as Identity;
    await trust(node.ledger, out);
    await trust(node.ledger, friend);
    await node.ledger.receive([attestation(out, record.id, 2), attestation(friend, record.id)]);
    const after = await node.store.lessons.attesters(record.id);
    expect(after).toEqual(expect.arrayContaining([out.author, friend.author]));
    for await (const { attestations } of node.store.lessons.allGlances()) expect(attestations).toHaveLength(after.length);
    expect(after.length).toBeLessThanOrEqual(maxAttesters + 2);
    await node.store.close();
  });

  it("is wanted again where it found no place, once one trusts its author, over a restart as well", async () => {
    const before = await openNode("trusted later");
    await before.ledger.receive([record, ...said]);
    const kept = new Set(await before.store.lessons.attesters(record.id));
    const [out, other] = crowd.filter(({ author }) => !kept.has(author)) as [Identity, Identity];
    await before.store.close();
    const node = await openNode("trusted later");
    const saidBy = (who: Identity): SignedRecord => said[crowd.indexOf(who)] as SignedRecord;
    await trust(node.ledger, out);
    expect(await node.ledger.knows([saidBy(out).id, saidBy(other).id])).toEqual([false, true]);
    await node.ledger.receive([saidBy(out)]);
    expect(await node.store.lessons.attesters(record.id)).toContain(out.author);
    await node.store.close();
  });

  it("keeps an author's place through all later attestations", async () => {
    const node = await openNode("later");
    await node.ledger.receive([record, ...said]);
    const before = (await node.store.lessons.attesters(record.id)).sort();
    await node.ledger.receive(crowd.map((author) => attestation(author, record.id, 2)));
    expect((await node.store.lessons.attesters(record.id)).sort()).toEqual(before);
    const sequences = (await node.store.lessons.attestations(record.id)).map(({ body }) => body.seq);
    expect(new Set(sequences)).toEqual(new Set([2]));
    await node.store.close();
  });
});

describe("what is said of lessons that are not here", () => {
  const late = lesson(friend, { title: "It comes late" });
  const flood = Array.from({ length: maxAheadOfAuthor }, (_, number) =>
    number % 2 === 0 ? attestation(stranger, inventedId(number)) : retraction(stranger, inventedId(number)),
  );
  const word = attestation(stranger, late.id);

  it("is kept up to a limit for each author, also after a restart, and the rest is left aside until its lesson comes", async () => {
    const first = await openNode("ahead");
    await first.ledger.receive(flood.slice(0, -1));
    await first.ledger.receive(flood.slice(-1));
    expect(await acceptedBy(first)).toHaveLength(maxAheadOfAuthor);
    await first.ledger.receive([word]);
    expect(await acceptedBy(first)).toHaveLength(maxAheadOfAuthor);
    await first.store.close();
    const node = await openNode("ahead");
    await node.ledger.receive([word, attestation(friend, inventedId(1))]);
    expect(await acceptedBy(node)).toHaveLength(maxAheadOfAuthor + 1); // friend's, who has sent nothing yet
    expect([await node.ledger.knows([word.id]), await node.store.lessons.knows([word.id])]).toEqual([[true], [false]]);
    await node.ledger.receive([late]);
    expect([node.awaited, await node.ledger.knows([word.id])]).toEqual([1, [false]]);
    await node.ledger.receive([word]);
    expect((await node.store.lessons.attestations(late.id)).map(({ id }) => id)).toEqual([word.id]);
    await node.store.close();
  });

  it("does not bind a trusted principal, and gives places free as lessons come", async () => {
    const node = await openNode("free");
    await node.ledger.receive([...flood.slice(1), word]);
    await node.ledger.receive(flood.slice(0, 1));
    expect(await node.ledger.knows([flood[0]?.id ?? ""])).toEqual([true]);
    expect(await node.store.lessons.knows([flood[0]?.id ?? ""])).toEqual([false]);
    await node.ledger.receive([late]);
    await node.ledger.receive(flood.slice(0, 1));
    expect((await acceptedBy(node)).length).toBe(maxAheadOfAuthor + 2);
    await trust(node.ledger, stranger);
    await node.ledger.receive([attestation(stranger, inventedId(9_999))]);
    const attested = [...flood, word].filter(isAttestation).length + 1;
    expect(await attestationsIn(node)).toBe(attested);
    await node.store.close();
  });
});

async function attestationsIn({ store }: Node): Promise<number> {
  let count = 0;
  for await (const { type } of store.lessons.recordKeys()) if (type === "attestation") count += 1;
  return count;
}
