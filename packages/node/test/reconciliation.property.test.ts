/**
 * What must hold whatever arrives, in whatever order: on the real ledger, its rules, room, index and merits. The stores are in memory, but for the last
 * property, whose evidence goes through LevelDB; the vectors are hashes of words, since only their order of arrival matters here.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  type AttestationBody,
  type AuthorId,
  type Identity,
  isLesson,
  type LessonBody,
  type LessonState,
  type LessonStore,
  type RecordId,
  type RetractionBody,
  type SignedRecord,
  type StoredLesson,
  signRecord,
  type Verdict,
} from "@grapevine/core";
import { openStore } from "@grapevine/store";
import { ExactVectorIndex, HashEmbedder, MemoryLessonStore, sampleExperience, sampleIdentity } from "@grapevine/testing";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Admission, createAdmission } from "../src/admission.ts";
import { outcomeChanges } from "../src/outcomes.ts";

const startedAt = 1_800_000_000_000;
const dayMs = 24 * 60 * 60 * 1000;
const friends = [sampleIdentity(11), sampleIdentity(12), sampleIdentity(13)] as const;
const strangers = [sampleIdentity(21), sampleIdentity(22), sampleIdentity(23)] as const;
const authors: readonly Identity[] = [...friends, ...strangers];

class Node {
  readonly store: LessonStore;
  readonly admission: Admission;
  readonly #identity: Identity;
  readonly #clock: { now: () => number };

  private constructor(store: LessonStore, admission: Admission, identity: Identity, clock: { now: () => number }) {
    this.store = store;
    this.admission = admission;
    this.#identity = identity;
    this.#clock = clock;
  }

  static async open(
    number: number,
    more: { capacity?: number; store?: LessonStore; clock?: { now: () => number } } = {},
  ): Promise<Node> {
    const { store = new MemoryLessonStore(), clock = { now: (): number => startedAt }, capacity } = more;
    const embedder = new HashEmbedder({ dimensions: 64 });
    const identity = sampleIdentity(number);
    const unheard = (): void => undefined;
    const complain = (_fields: unknown, message?: string): void => {
      throw new Error(message ?? "something was logged as an error");
    };
    const admission = await createAdmission({
      lessons: store,
      index: new ExactVectorIndex({ embedder: embedder.id, dimensions: embedder.dimensions }),
      embedder,
      self: identity.author,
      clock,
      log: { info: unheard, warn: unheard, error: complain },
      behind: { isSet: async () => false, set: async () => undefined, clear: async () => undefined },
      onOutbox: unheard,
      ...(capacity === undefined ? {} : { limits: { capacity } }),
    });
    admission.begin();
    const node = new Node(store, admission, identity, clock);
    await node.settled();
    for (const { author } of friends) await node.trust(author);
    return node;
  }

  get author(): AuthorId {
    return this.#identity.author;
  }

  async settled(): Promise<void> {
    await this.admission.ledger.settled();
    await this.admission.indexing.settled();
    await this.admission.ledger.settled();
  }

  async trust(author: AuthorId): Promise<void> {
    await this.admission.ledger.setPrincipal((principal) => ({ ...principal, standing: "trusted" }), author);
  }

  /** In parts of the given size. */
  async receive(records: readonly SignedRecord[], batch: number): Promise<void> {
    for (let at = 0; at < records.length; at += batch) {
      await this.admission.ledger.receive(records.slice(at, at + batch));
      await this.settled();
    }
  }

  async publish(draft: Parameters<typeof lesson>[1]): Promise<RecordId> {
    const record = lesson(this.#identity, draft);
    await this.admission.ledger.publish(record);
    await this.settled();
    return record.id;
  }

  async conclude(id: RecordId, verdict: Verdict): Promise<void> {
    const { ledger, principals } = this.admission;
    const use = { id, title: "", author: "", similarity: 1, trust: 0, own: false };
    const experience = sampleExperience("e", { lessons: [use] });
    const outcome = { verdict, verifiedBy: "feedback", at: this.#clock.now() } as const;
    const components = { store: this.store, principals, identity: this.#identity, clock: this.#clock };
    await ledger.revise(() => outcomeChanges(experience, outcome, undefined, components));
  }

  async pin(id: RecordId): Promise<void> {
    await this.admission.ledger.revise(async () => {
      const stored = await this.store.get(id);
      return stored === undefined ? [] : [{ kind: "lesson", lesson: { ...stored, pinned: true } }];
    });
  }

  async states(ids: readonly RecordId[]): Promise<(LessonState | undefined)[]> {
    return (await this.store.getMany(ids)).map((stored) => stored?.standing.state);
  }

  /** The records that are here to be passed on, without those that this node signed itself. */
  async accepted(): Promise<RecordId[]> {
    const ids: RecordId[] = [];
    for await (const { id } of this.store.recordKeys()) {
      const record = await this.store.record(id);
      if (record?.body.author !== this.author) ids.push(id);
    }
    return ids.sort();
  }

  /** Everything that is kept about the lessons. */
  async image(): Promise<unknown> {
    const lessons: StoredLesson[] = [];
    for await (const stored of this.store.list()) lessons.push(stored);
    return { accepted: await this.accepted(), lessons, principals: await this.store.principals() };
  }
}

let sequence = 0;

function lesson(
  author: Identity,
  more: {
    readonly subject: number;
    readonly derivedFrom?: readonly RecordId[];
    readonly supersedes?: RecordId;
    readonly expiresAt?: number;
  },
): SignedRecord<LessonBody> {
  sequence += 1;
  const { subject, ...links } = more;
  return signRecord<LessonBody>(author, {
    type: "lesson",
    seq: sequence,
    createdAt: startedAt - dayMs,
    kind: "procedure",
    title: `Subject ${subject}`,
    situation: `Somebody asks about ${words[subject % words.length]}`,
    guidance: `Turn ${words[(subject + 3) % words.length]} number ${subject}`,
    evidence: { worked: 1, changed: 0, failed: 0, verifiedBy: "environment" },
    tags: [],
    derivedFrom: [],
    ...links,
  });
}

const words = ["anvils", "barrels", "candles", "drums", "engines", "flutes", "gears", "hinges"] as const;

function attestation(author: Identity, of: RecordId, worked: number, failed: number): SignedRecord<AttestationBody> {
  sequence += 1;
  const counts = { lesson: of, worked, changed: 0, failed };
  return signRecord<AttestationBody>(author, { type: "attestation", seq: sequence, createdAt: startedAt - dayMs, ...counts });
}

function retraction(author: Identity, of: RecordId): SignedRecord<RetractionBody> {
  sequence += 1;
  return signRecord<RetractionBody>(author, { type: "retraction", seq: sequence, createdAt: startedAt - dayMs, lesson: of });
}

/** What may be written: numbers that choose among what is there, so that any of them make records that fit together. */
interface Writing {
  readonly kind: "lesson" | "derived" | "superseding" | "expiring" | "attestation" | "retraction" | "false retraction";
  readonly author: number;
  readonly about: number;
  readonly worked: number;
  readonly failed: number;
}

const writing: fc.Arbitrary<Writing> = fc.record({
  kind: fc.constantFrom(
    ...(["lesson", "lesson", "derived", "superseding", "expiring", "attestation", "attestation", "attestation"] as const),
    ...(["retraction", "false retraction"] as const),
  ),
  author: fc.nat(authors.length - 1),
  about: fc.nat(1000),
  worked: fc.nat(4),
  failed: fc.nat(4),
});

function recordsOf(writings: readonly Writing[]): SignedRecord[] {
  sequence = 0; // so that a counterexample is the same records again
  const lessons: SignedRecord<LessonBody>[] = [lesson(strangers[0], { subject: 0 }), lesson(friends[0], { subject: 1 })];
  const records: SignedRecord[] = [...lessons];
  for (const { kind, author: number, about, worked, failed } of writings) {
    const author = member(authors, number);
    const other = member(lessons, about);
    const owner = member(
      authors,
      authors.findIndex((each) => each.author === other.body.author),
    );
    if (kind === "attestation") records.push(attestation(author, other.id, worked, failed));
    else if (kind === "retraction") records.push(retraction(owner, other.id));
    else if (kind === "false retraction") records.push(retraction(author, other.id));
    else {
      const links = {
        ...(kind === "derived" && { derivedFrom: [other.id] }),
        ...(kind === "superseding" && { supersedes: other.id }),
        ...(kind === "expiring" && { expiresAt: startedAt + dayMs }),
      };
      const made = lesson(kind === "superseding" ? owner : author, { subject: about, ...links });
      lessons.push(made);
      records.push(made);
    }
  }
  return records;
}

function member<Member>(members: readonly Member[], at: number): Member {
  const found = members[at % members.length];
  if (found === undefined) throw new Error("nothing to choose from");
  return found;
}

/** An order of delivery: positions, each at least once, some twice; and how many come together. */
const delivery = (records: number): fc.Arbitrary<{ readonly order: readonly number[]; readonly batch: number }> => {
  const positions = Array.from({ length: records }, (_, position) => position);
  return fc.record({
    order: fc
      .tuple(fc.shuffledSubarray(positions, { minLength: records }), fc.array(fc.nat(records - 1), { maxLength: 8 }))
      .map(([all, again]) => [...all, ...again]),
    batch: fc.integer({ min: 1, max: 20 }),
  });
};

interface Story {
  readonly writings: readonly Writing[];
  readonly deliveries: readonly { readonly order: readonly number[]; readonly batch: number }[];
  /** Which records that are no lessons come only after the outcomes, by node. */
  readonly late: readonly (readonly boolean[])[];
  readonly outcomes: readonly { readonly about: number; readonly worked: boolean }[];
}

const story: fc.Arbitrary<Story> = fc.array(writing, { minLength: 10, maxLength: 38 }).chain((writings) =>
  fc.record({
    writings: fc.constant(writings),
    deliveries: fc.tuple(...[0, 1, 2].map(() => delivery(writings.length + 2))),
    late: fc.tuple(
      ...[0, 1, 2].map(() => fc.array(fc.boolean(), { minLength: writings.length + 2, maxLength: writings.length + 2 })),
    ),
    outcomes: fc.array(fc.record({ about: fc.nat(1000), worked: fc.boolean() }), { maxLength: 12 }),
  }),
);

describe("promise 4: three nodes that get the same records, in any order, any number of times, sooner or later", () => {
  it("accept the same, and with the same outcomes judge the same", { timeout: 60_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(story, async ({ writings, deliveries, late, outcomes }) => {
        let now = startedAt;
        const clock = { now: (): number => now };
        const records = recordsOf(writings);
        const lessons = records.filter(isLesson).map(({ id }) => id);
        const nodes: Node[] = [];
        for (const [position, { order, batch }] of deliveries.entries()) {
          const node = await Node.open(position + 1, { clock });
          const isLate = (at: number): boolean => late[position]?.[at] === true && !isLesson(member(records, at));
          await node.receive(
            order.filter((at) => !isLate(at)).map((at) => member(records, at)),
            batch,
          );
          for (const { about, worked } of outcomes) await node.conclude(member(lessons, about), worked ? "worked" : "failed");
          await node.receive(
            order.filter(isLate).map((at) => member(records, at)),
            batch,
          );
          nodes.push(node);
        }
        now += 2 * dayMs;
        for (const node of nodes) await node.admission.ledger.review(await node.store.expiredBy(now));
        const [first, ...others] = await Promise.all(
          nodes.map(async (node) => ({ accepted: await node.accepted(), states: await node.states(lessons) })),
        );
        for (const other of others) expect(other).toEqual(first);
        expectTombstonesToHold(records, lessons, first?.states ?? []);

        const again = member(nodes, writings.length);
        const before = await again.image();
        await again.receive(records, 7);
        expect(await again.image()).toEqual(before);
      }),
      { numRuns: 40, interruptAfterTimeLimit: 30_000 },
    );
  });
});

/** A lesson is retracted when, and only when, its own author took it back. */
function expectTombstonesToHold(
  records: readonly SignedRecord[],
  lessons: readonly RecordId[],
  states: readonly (LessonState | undefined)[],
): void {
  for (const [position, id] of lessons.entries()) {
    const author = records.find((record) => record.id === id)?.body.author;
    const taken = records.some(({ body }) => body.type === "retraction" && body.lesson === id && body.author === author);
    expect([id, states[position] === "retracted"]).toEqual([id, taken]);
  }
}

describe("a node without room", () => {
  it("prunes nothing own and nothing pinned, keeps to its capacity, and takes nothing up that was taken back", {
    timeout: 60_000,
  }, async () => {
    const flood = fc.array(fc.record({ author: fc.nat(authors.length - 1), subject: fc.nat(500), worked: fc.nat(3) }), {
      minLength: 50,
      maxLength: 70,
    });
    await fc.assert(
      fc.asyncProperty(flood, fc.integer({ min: 1, max: 40 }), async (lessons, batch) => {
        const capacity = 30;
        const node = await Node.open(1, { capacity });
        const own = [await node.publish({ subject: 1 }), await node.publish({ subject: 2 })];
        const [pinned, takenBack] = [lesson(strangers[0], { subject: 3 }), lesson(friends[0], { subject: 4 })];
        await node.receive([pinned, takenBack, retraction(friends[0], takenBack.id)], 3);
        await node.pin(pinned.id);
        const records = lessons.flatMap(({ author, subject, worked }) => {
          const made = lesson(member(authors, author), { subject });
          return [made, ...friends.map((friend) => attestation(friend, made.id, worked, 0))];
        });
        await node.receive([...records, takenBack, pinned], batch);
        expect(await node.states([...own, pinned.id, takenBack.id])).toEqual(["own", "own", "held", "retracted"]);
        const { admitted, held, archived } = node.store.counts();
        expect(admitted + held - 1).toBeLessThanOrEqual(capacity);
        expect(admitted + held + archived).toBe(lessons.length + 1);
      }),
      { numRuns: 5, interruptAfterTimeLimit: 30_000 },
    );
  });

  it("loses no evidence of a lesson that is archived and comes back", { timeout: 60_000 }, async () => {
    const counts = fc.record({ worked: fc.integer({ min: 0, max: 2 }), failed: fc.integer({ min: 1, max: 2 }) });
    await fc.assert(
      fc.asyncProperty(counts, fc.integer({ min: 3, max: 9 }), async ({ worked, failed }, vouched) => {
        const folder = await mkdtemp(join(tmpdir(), "grapevine-property-"));
        const clock = { now: (): number => startedAt };
        const opened = await openStore({ path: folder, clock });
        const store = opened.lessons;
        const node = await Node.open(1, { capacity: 4, store, clock });
        const weak = lesson(friends[0], { subject: 5 });
        const said = attestation(strangers[1], weak.id, 1, 1);
        await node.receive([weak, said], 1);
        for (let count = 0; count < worked; count++) await node.conclude(weak.id, "worked");
        for (let count = 0; count < failed; count++) await node.conclude(weak.id, "failed");
        const before = await node.store.get(weak.id);
        const better = Array.from({ length: 6 }, (_, subject) => lesson(friends[0], { subject: subject + 40 }));
        for (const { id, ...record } of better) {
          await node.receive([{ id, ...record }, ...friends.slice(1).map((friend) => attestation(friend, id, 9, 0))], 3);
        }
        expect(await node.states([weak.id])).toEqual(["archived"]);

        const praise = friends.slice(1).map((friend) => attestation(friend, weak.id, vouched, 0));
        await node.receive(praise, 1);
        const after = await node.store.get(weak.id);
        expect(after?.standing.rule).not.toBe("archived");
        expect(after?.history.map(({ state }) => state)).toContain("archived");
        expect([after?.outcomes, after?.usedAt, after?.receivedAt]).toEqual([
          before?.outcomes,
          before?.usedAt,
          before?.receivedAt,
        ]);
        const attested = (await node.store.attestations(weak.id)).map(({ id, body }) => [body.author === node.author, id]);
        for (const { id } of [said, ...praise]) expect(attested).toContainEqual([false, id]);
        expect(attested.filter(([own]) => own)).toHaveLength(1);
        await node.admission.end();
        await opened.close();
        await rm(folder, { recursive: true, force: true });
      }),
      { numRuns: 6, interruptAfterTimeLimit: 30_000 },
    );
  });
});
