import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Identity, type LessonBody, type RecordId, type SignedRecord, type StoredLesson, signRecord } from "@grapevine/core";
import { type Consolidation, createGate } from "@grapevine/distill";
import { openStore, type Store } from "@grapevine/store";
import { ExactVectorIndex, HashEmbedder, sampleIdentity } from "@grapevine/testing";
import { pino } from "pino";
import { afterEach, describe, expect, it, vi } from "vitest";
import { type Admission, createAdmission } from "../src/admission.ts";
import { publishDraft } from "../src/authoring.ts";
import { type Consolidating, createConsolidating } from "../src/consolidating.ts";

const log = pino({ level: "silent" });
const self = sampleIdentity(1);
const friends = [2, 3, 4, 5, 6].map(sampleIdentity);
const stranger = sampleIdentity(9);
const never = new AbortController().signal;

let sequence = 0;

const texts = {
  shed: {
    title: "Open the shed",
    situation: "The shed is shut and you want to go in",
    guidance: "Lift the door while you pull it",
  },
  soup: {
    title: "Save a salted soup",
    situation: "Too much salt got into a soup",
    guidance: "Boil two raw potatoes with it and throw them away",
  },
} as const;

/** Lessons in the same words join one cluster. */
function lesson(author: Identity, topic: keyof typeof texts = "shed"): SignedRecord<LessonBody> {
  sequence += 1;
  return signRecord<LessonBody>(author, {
    type: "lesson",
    seq: sequence,
    createdAt: 1_700_000_000_000,
    kind: "procedure",
    ...texts[topic],
    evidence: { worked: 1, changed: 0, failed: 0, verifiedBy: "feedback" },
    tags: [],
    derivedFrom: [],
  });
}

const drafted = (members: readonly StoredLesson[]): Consolidation => ({
  draft: {
    kind: "procedure",
    title: `Get in ${sequence}`,
    situation: "A door is shut",
    guidance: `Lift it and pull, ${members.length} agents say`,
    evidence: { worked: 0, changed: 0, failed: 0, verifiedBy: "feedback" },
    tags: [],
    derivedFrom: members.map(({ record }) => record.id),
  },
});

interface Bench {
  readonly store: Store;
  readonly admission: Admission;
  readonly consolidating: Consolidating;
  /** The ids of the members that each call was given, best first. */
  readonly asked: RecordId[][];
  /** Another one over the same store, as after a restart. */
  readonly again: () => Consolidating;
  readonly receive: (...records: SignedRecord[]) => Promise<void>;
  readonly drafts: () => Promise<StoredLesson[]>;
}

const open: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of open.splice(0)) await close();
});

type Consolidate = (members: readonly StoredLesson[]) => Consolidation | Promise<Consolidation>;

async function openBench(consolidate: Consolidate = drafted): Promise<Bench> {
  const folder = await mkdtemp(join(tmpdir(), "grapevine-consolidating-"));
  let now = 1_800_000_000_000;
  const clock = { now: (): number => now++ };
  const store = await openStore({ path: folder, clock });
  const embedder = new HashEmbedder();
  const admission = await createAdmission({
    lessons: store.lessons,
    index: new ExactVectorIndex({ embedder: embedder.id, dimensions: embedder.dimensions }),
    embedder,
    self: self.author,
    clock,
    log,
    behind: { isSet: async () => false, set: async () => undefined, clear: async () => undefined },
    onOutbox: () => undefined,
  });
  for (const { author } of friends) await admission.ledger.setPrincipal((one) => ({ ...one, standing: "trusted" }), author);
  const authoring = { store: store.lessons, ledger: admission.ledger, gate: createGate(), identity: self, clock };
  const asked: RecordId[][] = [];
  const again = (): Consolidating =>
    createConsolidating({
      store: store.lessons,
      merits: admission.merits,
      self: self.author,
      consolidate: async (members) => {
        asked.push(members.map(({ record }) => record.id));
        return consolidate(members);
      },
      publish: (draft, options) => publishDraft(draft, authoring, options),
      log,
    });
  open.push(async () => {
    await admission.end();
    await store.close();
    await rm(folder, { recursive: true, force: true });
  });
  return {
    store,
    admission,
    asked,
    again,
    consolidating: again(),
    receive: (...records) => admission.ledger.receive(records),
    drafts: async () => {
      const found: StoredLesson[] = [];
      for await (const each of store.lessons.list({ author: self.author })) {
        if (each.consolidates !== undefined) found.push(each);
      }
      return found;
    },
  };
}

const fromFriends = (count: number, first = 0): SignedRecord<LessonBody>[] =>
  friends.slice(first, first + count).map((friend) => lesson(friend));

describe("consolidation", () => {
  it("drafts one lesson for three that say the same; it is held, and nobody else gets it", async () => {
    const bench = await openBench();
    const members = fromFriends(3);
    await bench.receive(...members);
    expect(await bench.consolidating.next(never)).toBe(true);
    const [draft] = await bench.drafts();
    expect(bench.asked.map((ids) => [...ids].sort())).toEqual([members.map(({ id }) => id).sort()]);
    expect(draft?.standing).toMatchObject({ state: "held", rule: "consolidation" });
    expect(draft?.consolidates).toBe(bench.asked[0]?.[0]);
    expect(await bench.store.lessons.outbox()).toEqual([]);
    for (const { id } of members) expect((await bench.store.lessons.get(id))?.standing.state).toBe("admitted");
    expect(bench.consolidating.totals()).toEqual({ drafted: 1, refused: 0 });
  });

  it("puts the member in front that was worth most here", async () => {
    const bench = await openBench();
    const members = fromFriends(3);
    await bench.receive(...members);
    const id = members[2]?.id ?? "";
    await bench.admission.ledger.revise(async () => {
      const best = await bench.store.lessons.get(id);
      return best === undefined ? [] : [{ kind: "lesson", lesson: { ...best, outcomes: { worked: 9, changed: 0, failed: 0 } } }];
    });
    await bench.consolidating.next(never);
    expect(bench.asked[0]?.[0]).toBe(id);
  });

  it("does not read what is here for what was consolidated before, where there is no cluster", async () => {
    const bench = await openBench();
    await bench.receive(...fromFriends(2));
    const lists = vi.spyOn(bench.store.lessons, "list");
    expect(await bench.consolidating.next(never)).toBe(false);
    expect(lists).not.toHaveBeenCalled();
  });

  it("leaves two alone, and does not count what is only held", async () => {
    const bench = await openBench();
    await bench.receive(...fromFriends(2), lesson(stranger), lesson(friends[4] ?? stranger, "soup"));
    expect(await bench.consolidating.next(never)).toBe(false);
    expect(bench.asked).toEqual([]);
  });

  it("comes back to a cluster when it has grown by half, also after a restart", async () => {
    const bench = await openBench();
    await bench.receive(...fromFriends(3));
    expect(await bench.consolidating.next(never)).toBe(true);
    expect(await bench.consolidating.next(never)).toBe(false);
    await bench.receive(...fromFriends(1, 3));
    expect(await bench.consolidating.next(never)).toBe(false);
    expect(await bench.again().next(never)).toBe(false);
    await bench.receive(...fromFriends(1, 4));
    expect(await bench.again().next(never)).toBe(true);
    expect(bench.asked.map(({ length }) => length)).toEqual([3, 5]);
  });

  it("counts a refusal, and does not ask again at once", async () => {
    const bench = await openBench(() => ({ draft: undefined, reason: "existing", detail: "one member says it already" }));
    await bench.receive(...fromFriends(3));
    expect(await bench.consolidating.next(never)).toBe(true);
    expect(await bench.consolidating.next(never)).toBe(false);
    expect(await bench.drafts()).toEqual([]);
    expect(bench.consolidating.totals()).toEqual({ drafted: 0, refused: 1 });
  });

  it("makes nothing of a member that is forgotten while the model writes", async () => {
    const bench: Bench = await openBench(async (members) => {
      const id = members[1]?.record.id ?? "";
      await bench.admission.ledger.revise(async () => [{ kind: "forget", id, reason: "forgotten" }]);
      return drafted(members);
    });
    await bench.receive(...fromFriends(3));
    expect(await bench.consolidating.next(never)).toBe(true);
    expect(await bench.drafts()).toEqual([]);
    expect(bench.consolidating.totals()).toEqual({ drafted: 0, refused: 1 });
  });

  it("takes one cluster a turn", async () => {
    const bench = await openBench();
    await bench.receive(...fromFriends(3), ...friends.slice(0, 3).map((friend) => lesson(friend, "soup")));
    expect(await bench.consolidating.next(never)).toBe(true);
    expect(bench.asked).toHaveLength(1);
    expect(await bench.consolidating.next(never)).toBe(true);
    expect(await bench.consolidating.next(never)).toBe(false);
    expect(bench.asked).toHaveLength(2);
  });

  it("gives a cluster its turn again after an interruption", async () => {
    const bench = await openBench();
    await bench.receive(...fromFriends(3));
    await expect(bench.consolidating.next(AbortSignal.abort())).rejects.toThrow();
    expect(await bench.consolidating.next(never)).toBe(true);
    expect(bench.asked).toHaveLength(1);
  });
});
