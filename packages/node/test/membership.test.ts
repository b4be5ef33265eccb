/** A closed swarm at one node: whatever the order in which lessons, admissions and revocations come, the same is kept. */
import {
  type AttestationBody,
  closedSwarmName,
  type Identity,
  identityFromSeed,
  keptDigests,
  type LessonBody,
  type MembershipBody,
  type RecordDraft,
  type RetractionBody,
  type SignedRecord,
  signRecord,
} from "@grapevine/core";
import { MemoryLessonStore } from "@grapevine/testing";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createLedger, type Ledger } from "../src/ledger.ts";
import { type MemberBook, openMemberBook } from "../src/members.ts";
import { openPrincipalBook } from "../src/principals.ts";
import { createRoom } from "../src/room.ts";

const at = 1_700_000_000_000;
const clock = { now: () => at + 100_000 };
const [self, owner, bo, cy] = [1, 2, 3, 4].map(identity) as [Identity, Identity, Identity, Identity];
const swarm = closedSwarmName("team", owner.author);

function identity(seed: number): Identity {
  return identityFromSeed(new Uint8Array(32).fill(seed));
}

function lesson(author: Identity, seq: number): SignedRecord<LessonBody> {
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

function attestation(author: Identity, seq: number, about: SignedRecord): SignedRecord<AttestationBody> {
  const counts = { worked: 2, changed: 0, failed: 0 };
  return signRecord<AttestationBody>(author, { type: "attestation", seq, createdAt: at + seq, lesson: about.id, ...counts });
}

function retraction(author: Identity, seq: number, about: SignedRecord): SignedRecord<RetractionBody> {
  return signRecord<RetractionBody>(author, { type: "retraction", seq, createdAt: at + seq, lesson: about.id });
}

function membership(seq: number, changes: Partial<RecordDraft<MembershipBody>> = {}): SignedRecord<MembershipBody> {
  const draft = { type: "membership", seq, createdAt: at, swarm, member: bo.author, state: "admitted", ...changes } as const;
  return signRecord<MembershipBody>(owner, draft);
}

interface Place {
  readonly store: MemoryLessonStore;
  readonly ledger: Ledger;
  readonly members: MemberBook;
}

async function place(): Promise<Place> {
  const store = new MemoryLessonStore();
  const principals = await openPrincipalBook(store);
  const members = await openMemberBook(store, swarm);
  const limits = { capacity: 1000, heldShare: 1, authorShare: 1 };
  const room = createRoom({ store, principals, self: self.author, limits, utilitiesOf: async (lessons) => lessons.map(() => 0) });
  const none = (): void => undefined;
  const ledger = createLedger({
    store,
    principals,
    members,
    self: self.author,
    clock,
    room,
    onLessons: none,
    onOutbox: none,
  });
  return { store, ledger, members };
}

/** Gives the records in this order, and then, as sync does, whatever is still missing, until nothing more is taken. */
async function deliver({ store, ledger }: Place, records: readonly SignedRecord[]): Promise<void> {
  for (const record of records) await ledger.receive([record]);
  for (let before = ""; ; ) {
    const after = (await offered(store)).join();
    if (after === before) return;
    before = after;
    await ledger.receive(records);
  }
}

async function offered(store: MemoryLessonStore): Promise<string[]> {
  const ids: string[] = [];
  for await (const { id } of store.recordKeys()) ids.push(id);
  return ids.sort();
}

describe("promise 4 in a closed swarm: the same records in any order", () => {
  const stays = lesson(bo, 1);
  const goes = lesson(bo, 2);
  const takenBack = lesson(bo, 3);
  const ofCy = lesson(cy, 4);
  const praise = attestation(bo, 5, ofCy);
  const regret = retraction(bo, 6, takenBack);
  const keeps = keptDigests([stays.id, takenBack.id]);
  const admissions = [membership(1), membership(2, { member: cy.author })];
  const written = [stays, goes, takenBack, ofCy, praise, regret];
  const revocation = membership(3, { state: "revoked", keeps });

  const inAnyOrder = async (records: readonly SignedRecord[], check: (place: Place) => Promise<void>): Promise<void> => {
    const order = fc.shuffledSubarray([...records], { minLength: records.length });
    await fc.assert(
      fc.asyncProperty(order, async (shuffled) => {
        const node = await place();
        await deliver(node, shuffled);
        await check(node);
      }),
      { numRuns: 40 },
    );
  };
  const idsOf = (...records: readonly SignedRecord[]): string[] => records.map(({ id }) => id).sort();

  it("leave of a revoked member what the owner keeps, and nothing else", async () => {
    await inAnyOrder([...admissions, ...written, revocation], async ({ store }) => {
      expect(await offered(store)).toEqual(idsOf(stays, takenBack, ofCy, admissions[1] as SignedRecord, revocation));
      expect((await store.get(stays.id))?.standing.state).toBe("held");
      expect((await store.get(takenBack.id))?.standing.state).toBe("held");
      expect((await store.get(goes.id))?.standing.state ?? "retracted").toBe("retracted");
      expect(await store.attestations(ofCy.id)).toEqual([]);
    });
  });

  it("give everything back when the member is admitted again", async () => {
    const again = membership(4);
    await inAnyOrder([...admissions, ...written, revocation, again], async ({ store }) => {
      expect(await offered(store)).toEqual(idsOf(stays, goes, ofCy, praise, regret, admissions[1] as SignedRecord, again));
      expect((await store.get(goes.id))?.standing.state).toBe("held");
      expect((await store.get(takenBack.id))?.standing.state ?? "retracted").toBe("retracted");
    });
  });

  it("leave nothing of one who was never admitted, nor what another swarm's owner says", async () => {
    const elsewhere = membership(9, { swarm: closedSwarmName("other", owner.author) });
    const node = await place();
    await deliver(node, [...written, elsewhere]);
    expect(await offered(node.store)).toEqual([]);
    expect(node.members.of(bo.author)).toBeUndefined();
  });

  it("are known again after a restart", async () => {
    const node = await place();
    await deliver(node, [...admissions, revocation]);
    const again = await openMemberBook(node.store, swarm);
    expect(again.of(bo.author)).toEqual(revocation);
    expect(again.of(cy.author)).toEqual(admissions[1]);
    expect((await openMemberBook(node.store, "team")).known.size).toBe(0);
  });
});
