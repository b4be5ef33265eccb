/** A closed swarm at one node: whatever the order in which lessons, admissions and revocations come, the same is kept. */
import {
  closedSwarmName,
  type Identity,
  keptDigests,
  type MembershipBody,
  type RecordDraft,
  type SignedRecord,
  signRecord,
} from "@grapevine/core";
import { MemoryLessonStore } from "@grapevine/testing";
import { describe, expect, it } from "vitest";
import { type MemberBook, openMemberBook } from "../src/members.ts";
import { openPrincipalBook } from "../src/principals.ts";
import {
  at,
  attestation,
  deliver,
  identityNumbered,
  idsOf,
  inAnyOrder,
  ledgerOf,
  lesson,
  offered,
  type Place,
  retraction,
} from "./arriving-records.ts";

const [self, owner, bo, cy] = [1, 2, 3, 4].map(identityNumbered) as [Identity, Identity, Identity, Identity];
const swarm = closedSwarmName("team", owner.author);

function membership(seq: number, changes: Partial<RecordDraft<MembershipBody>> = {}): SignedRecord<MembershipBody> {
  const draft = { type: "membership", seq, createdAt: at, swarm, member: bo.author, state: "admitted", ...changes } as const;
  return signRecord<MembershipBody>(owner, draft);
}

async function place(): Promise<Place & { readonly members: MemberBook }> {
  const store = new MemoryLessonStore();
  const principals = await openPrincipalBook(store);
  const members = await openMemberBook(store, swarm);
  return { store, ledger: ledgerOf({ store, principals, members, self }), members };
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

  const places = { open: place, numRuns: 40 };

  it("leave of a revoked member what the owner keeps, and nothing else", async () => {
    await inAnyOrder(places, [...admissions, ...written, revocation], async ({ store }) => {
      expect(await offered(store)).toEqual(idsOf(stays, takenBack, ofCy, admissions[1] as SignedRecord, revocation));
      expect((await store.get(stays.id))?.standing.state).toBe("held");
      expect((await store.get(takenBack.id))?.standing.state).toBe("held");
      expect((await store.get(goes.id))?.standing.state ?? "retracted").toBe("retracted");
      expect(await store.attestations(ofCy.id)).toEqual([]);
    });
  });

  it("give everything back when the member is admitted again", async () => {
    const again = membership(4);
    await inAnyOrder(places, [...admissions, ...written, revocation, again], async ({ store }) => {
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
