/** Keys that follow one another, at one node: whatever the order in which rotations and what the old key wrote come, the same is kept, and a thief gains nothing. */
import { type Identity, keptDigests, type Principal, RotationIndex, type SignedRecord, strangerCalled } from "@grapevine/core";
import { MemoryLessonStore } from "@grapevine/testing";
import { describe, expect, it } from "vitest";
import { openPrincipalBook, type PrincipalBook } from "../src/principals.ts";
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
  rotation,
} from "./arriving-records.ts";

const [self, old, next, afterNext, thief, cy] = [1, 2, 3, 4, 5, 6].map(identityNumbered) as [
  Identity,
  Identity,
  Identity,
  Identity,
  Identity,
  Identity,
];

async function place(known: readonly Principal[] = []): Promise<Place & { readonly principals: PrincipalBook }> {
  const store = new MemoryLessonStore();
  await store.apply(known.map((principal) => ({ kind: "principal", principal })));
  const principals = await openPrincipalBook(store);
  const rotations = new RotationIndex(await store.rotations());
  return { store, ledger: ledgerOf({ store, principals, rotations, self }), principals };
}

describe("promise 4 where a key is replaced: the same records in any order", () => {
  const stays = lesson(old, 1);
  const staysToo = lesson(old, 2);
  const goes = lesson(old, 3);
  const takenBack = lesson(old, 4);
  const ofCy = lesson(cy, 5);
  const praise = attestation(old, 6, ofCy);
  const regret = retraction(old, 7, takenBack);
  const byNext = lesson(next, 8);
  const written = [stays, staysToo, goes, takenBack, ofCy, praise, regret, byNext];
  const commitment = rotation(old, next);
  const first = rotation(next, afterNext, { follows: old.author, keeps: keptDigests([stays.id, takenBack.id]) });
  const second = rotation(next, afterNext, { seq: 1, follows: old.author, keeps: keptDigests([staysToo.id]) });
  /** By somebody who has the old key, and none of those that follow. */
  const claim = rotation(thief, thief, { follows: old.author });

  const places = { open: place, numRuns: 60 };

  it("leave of the old key what the next one names, in however many records, and nothing else", async () => {
    await inAnyOrder(places, [...written, commitment, first, second, claim], async ({ store }) => {
      expect(await offered(store)).toEqual(idsOf(stays, staysToo, takenBack, ofCy, byNext, commitment, first, second));
      for (const { id } of [stays, staysToo, takenBack, byNext]) expect((await store.get(id))?.standing.state).toBe("held");
      expect((await store.get(goes.id))?.standing.state ?? "retracted").toBe("retracted");
      expect(await store.attestations(ofCy.id)).toEqual([]);
    });
  });

  it("leave everything where the commitment is to another key", async () => {
    await inAnyOrder(places, [...written, rotation(old, cy), first, claim], async ({ store }) => {
      expect(await offered(store)).toEqual(idsOf(stays, staysToo, goes, ofCy, praise, regret, byNext, rotation(old, cy)));
    });
  });

  it("hold on to the first commitment that came, whatever number or date a thief gives a second", async () => {
    const node = await place();
    const again = rotation(old, thief, { createdAt: at - 1000 });
    await deliver(node, [commitment, again, claim, first, stays]);
    expect(await offered(node.store)).toEqual(idsOf(commitment, first, stays));
  });

  it("follow a chain of keys, each of which keeps the one before", async () => {
    const third = rotation(afterNext, cy, { follows: next.author, keeps: keptDigests([byNext.id]) });
    const late = lesson(next, 9);
    await inAnyOrder(places, [stays, byNext, late, commitment, first, third], async ({ store }) => {
      expect(await offered(store)).toEqual(idsOf(stays, byNext, commitment, first, third));
    });
  });
});

describe("what is known of an author", () => {
  const commitment = rotation(old, next);
  const trusted = { ...strangerCalled(old.author), standing: "trusted", name: "bo", worked: 3 } as Principal;

  it("goes on with the next key: the user's word, the name, the outcomes", async () => {
    const node = await place([trusted]);
    const taught = lesson(next, 1);
    await deliver(node, [commitment, taught]);
    expect((await node.store.get(taught.id))?.standing.state).toBe("held");
    await deliver(node, [rotation(next, afterNext, { follows: old.author })]);
    expect(node.principals.get(next.author)).toEqual({ ...trusted, author: next.author });
    expect(node.principals.get(old.author).name).toBeUndefined();
    expect((await node.store.get(taught.id))?.standing.state).toBe("admitted");
  });

  it("does not go to a thief", async () => {
    const node = await place([trusted]);
    await deliver(node, [commitment, rotation(thief, cy, { follows: old.author }), rotation(old, thief)]);
    expect(node.principals.known.has(thief.author)).toBe(false);
  });

  it("is one person's: a lesson has no witness in its author's next key, nor two in two keys of one", async () => {
    const friends = [trusted, { ...strangerCalled(next.author), standing: "trusted" } as Principal];
    const ofOld = lesson(old, 1);
    const ofCy = lesson(cy, 2);
    const words = [attestation(old, 3, ofCy), attestation(next, 4, ofCy), attestation(next, 5, ofOld)];
    const keeps = keptDigests([ofOld.id, (words[0] as SignedRecord).id]);
    const before = await place(friends);
    await deliver(before, [commitment, ofCy, ...words]);
    expect((await before.store.get(ofCy.id))?.standing.state).toBe("admitted");
    const after = await place(friends);
    await deliver(after, [commitment, rotation(next, afterNext, { follows: old.author, keeps }), ofCy, ofOld, ...words]);
    expect((await after.store.get(ofCy.id))?.standing.state).toBe("held");
    expect(await after.store.attestations(ofCy.id)).toHaveLength(2);
  });
});
