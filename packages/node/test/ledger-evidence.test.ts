/** What moves a lesson after it has arrived: outcomes, the row of an author's failures, successors, retracted ancestors, words that turn out false, the room. */
import {
  type AttestationBody,
  type Clock,
  createExperienceId,
  type Experience,
  type Identity,
  type LessonState,
  type Outcome,
  type RetractionBody,
  type SignedRecord,
  signRecord,
  type Verdict,
} from "@grapevine/core";
import { MemoryLessonStore } from "@grapevine/testing";
import { describe, expect, it } from "vitest";
import { createLedger, type Ledger, type LedgerChange } from "../src/ledger.ts";
import { outcomeChanges } from "../src/outcomes.ts";
import { openPrincipalBook, type PrincipalBook } from "../src/principals.ts";
import { createRoom } from "../src/room.ts";
import { clock as fixedClock, friend, lesson, nextSequence, now, other, self, stranger } from "./box-lessons.ts";

function attestation(author: Identity, of: SignedRecord, counts: { worked?: number; failed?: number }): SignedRecord {
  const draft = {
    type: "attestation",
    seq: nextSequence(),
    createdAt: now - 500,
    lesson: of.id,
    worked: 0,
    changed: 0,
    failed: 0,
  } as const;
  return signRecord<AttestationBody>(author, { ...draft, ...counts });
}

function retraction(author: Identity, of: SignedRecord): SignedRecord {
  return signRecord<RetractionBody>(author, { type: "retraction", seq: nextSequence(), createdAt: now - 400, lesson: of.id });
}

interface Node {
  readonly store: MemoryLessonStore;
  readonly ledger: Ledger;
  readonly principals: PrincipalBook;
  readonly seen: LedgerChange[];
  readonly stateOf: (record: SignedRecord) => Promise<LessonState | undefined>;
  readonly trust: (...authors: Identity[]) => Promise<void>;
  readonly outcome: (verdict: Verdict, ...lessons: SignedRecord[]) => Promise<void>;
}

async function openNode(capacity = 1_000, clock: Clock = fixedClock): Promise<Node> {
  const store = new MemoryLessonStore();
  const principals = await openPrincipalBook(store);
  const seen: LedgerChange[] = [];
  const limits = { capacity, heldShare: 0.5, authorShare: 0.3 };
  const room = createRoom({ store, principals, self: self.author, limits, utilitiesOf: async (lessons) => lessons.map(() => 0) });
  const ledger = createLedger({
    store,
    principals,
    self: self.author,
    clock,
    room,
    onLessons: (change) => seen.push(change),
    onOutbox: () => undefined,
  });
  await ledger.openRoom();
  return {
    store,
    ledger,
    principals,
    seen,
    stateOf: async ({ id }) => (await store.get(id))?.standing.state,
    trust: async (...authors) => {
      for (const { author } of authors) {
        await ledger.setPrincipal((principal) => ({ ...principal, standing: "trusted", failuresInRow: 0 }), author);
      }
    },
    outcome: (verdict, ...lessons) => {
      const made = { verdict, verifiedBy: "environment", at: now } as const;
      return ledger.revise(() =>
        outcomeChanges(experienceWith(lessons), made, undefined, { store, principals, identity: self, clock }),
      );
    },
  };
}

function experienceWith(lessons: readonly SignedRecord[]): Experience {
  return {
    id: createExperienceId(fixedClock),
    createdAt: now,
    prompt: "Open the box",
    steps: [],
    answer: "done",
    lessons: lessons.map(({ id, body }) => ({ id, title: "", author: body.author, similarity: 1, trust: 1, own: false })),
    model: "scripted",
    ms: 1,
    distillation: "waiting",
  };
}

describe("outcomes", () => {
  it("hold a trusted author's lesson that fails twice more than it works, and nothing else of the author", async () => {
    const node = await openNode();
    const [bad, good] = [lesson(friend), lesson(friend)];
    await node.trust(friend);
    await node.ledger.receive([bad, good]);
    await node.outcome("failed", bad);
    expect(await node.stateOf(bad)).toBe("admitted");
    await node.outcome("failed", bad);
    expect([await node.stateOf(bad), await node.stateOf(good)]).toEqual(["held", "admitted"]);
  });

  it("hold what has not worked yet of an author of whom three lessons in a row failed at first, until the user's word", async () => {
    const node = await openNode();
    const lessons = Array.from({ length: 5 }, () => lesson(friend));
    const [proven, first, second, third, unused] = lessons as [
      SignedRecord,
      SignedRecord,
      SignedRecord,
      SignedRecord,
      SignedRecord,
    ];
    await node.trust(friend);
    await node.ledger.receive(lessons);
    await node.outcome("worked", proven);
    for (const failing of [first, second]) await node.outcome("failed", failing);
    expect(await node.stateOf(unused)).toBe("admitted");
    await node.outcome("failed", third);
    expect(await Promise.all([proven, first, unused].map(node.stateOf))).toEqual(["admitted", "held", "held"]);
    expect((await node.store.get(unused.id))?.standing.rule).toBe("author-failing");
    expect(await node.store.underReview()).toEqual([]);
    await node.trust(friend);
    expect(await node.stateOf(unused)).toBe("admitted");
  });

  it("are not forgotten for one success of another lesson", async () => {
    const node = await openNode();
    const lessons = Array.from({ length: 6 }, () => lesson(friend));
    const [first, second, good, third, fourth, unused] = lessons as [
      SignedRecord,
      SignedRecord,
      SignedRecord,
      SignedRecord,
      SignedRecord,
      SignedRecord,
    ];
    await node.trust(friend);
    await node.ledger.receive(lessons);
    for (const failing of [first, second]) await node.outcome("failed", failing);
    await node.outcome("worked", good);
    await node.outcome("failed", third);
    expect(await node.stateOf(unused)).toBe("admitted");
    await node.outcome("failed", fourth);
    expect(await Promise.all([good, unused].map(node.stateOf))).toEqual(["admitted", "held"]);
  });

  it("are not made good by lessons from before them that nobody had used", async () => {
    let time = now;
    const node = await openNode(1_000, { now: () => time });
    await node.trust(friend);
    const good = lesson(friend);
    await node.ledger.receive([good]);
    time += 1;
    const poison = [lesson(friend), lesson(friend), lesson(friend)];
    const late = lesson(friend);
    await node.ledger.receive([...poison, late]);
    const [first, second, third] = poison as [SignedRecord, SignedRecord, SignedRecord];
    await node.outcome("failed", first);
    await node.outcome("worked", good);
    await node.outcome("failed", second);
    expect(await node.stateOf(late)).toBe("admitted");
    await node.outcome("failed", third);
    expect(await Promise.all([good, late].map(node.stateOf))).toEqual(["admitted", "held"]);
  });

  it("count for their author once, however often the same is said of one experience", async () => {
    const node = await openNode();
    const record = lesson(friend);
    await node.ledger.receive([record]);
    const failed: Outcome = { verdict: "failed", verifiedBy: "feedback", at: now };
    const components = { store: node.store, principals: node.principals, identity: self, clock: fixedClock };
    for (const replaced of [undefined, failed, failed]) {
      await node.ledger.revise(() => outcomeChanges(experienceWith([record]), failed, replaced, components));
    }
    expect(node.principals.get(friend.author)).toMatchObject({ failuresInRow: 1, outcomes: { failed: 1 } });
  });

  it("lower the weight of a witness whose word they belie", async () => {
    const node = await openNode();
    const record = lesson(friend);
    await node.trust(friend, other);
    await node.ledger.receive([record, attestation(other, record, { failed: 5 })]);
    await node.outcome("changed", record);
    expect(node.principals.get(other.author).word).toEqual({ agreed: 0, disagreed: 0 });
    await node.outcome("worked", record);
    expect(node.principals.get(other.author).word).toEqual({ agreed: 0, disagreed: 1 });
    await node.ledger.receive([attestation(other, record, { worked: 4 })]);
    expect(node.principals.get(other.author).word).toEqual({ agreed: 1, disagreed: 0 });
  });
});

describe("an outcome", () => {
  const conclude = async (verdict: Verdict, replaced?: Verdict): Promise<(string | undefined)[]> => {
    const node = await openNode();
    const [lead, near, rider] = [lesson(friend), lesson(friend), lesson(stranger)];
    await node.ledger.receive([lead, near, rider]);
    const similarities = [0.6, 0.7, 0.5];
    const experience = experienceWith([lead, near, rider]);
    const lessons = experience.lessons.map((use, position) => ({ ...use, similarity: similarities[position] ?? 0 }));
    const outcomeOf = (said: Verdict): Outcome => ({ verdict: said, verifiedBy: "feedback", at: now });
    const components = { store: node.store, principals: node.principals, identity: self, clock: fixedClock };
    const verdicts = replaced === undefined ? [verdict] : [replaced, verdict];
    for (const [position, said] of verdicts.entries()) {
      const before = position === 0 ? undefined : outcomeOf(verdicts[0] ?? said);
      await node.ledger.revise(() => outcomeChanges({ ...experience, lessons }, outcomeOf(said), before, components));
    }
    const stored = await node.store.getMany([lead, near, rider].map(({ id }) => id));
    return stored.map((each) => each && `${each.outcomes.worked}:${each.outcomes.failed}`);
  };

  it("is the first lesson's where it worked, and that of all that were about the question where it failed", async () => {
    expect(await conclude("worked")).toEqual(["1:0", "0:0", "0:0"]);
    expect(await conclude("failed")).toEqual(["0:1", "0:1", "0:0"]);
  });

  it("takes back what the outcome that it replaces had moved", async () => {
    expect(await conclude("failed", "worked")).toEqual(["0:1", "0:1", "0:0"]);
    expect(await conclude("worked", "failed")).toEqual(["1:0", "0:0", "0:0"]);
  });
});

it("what strangers say of a lesson is kept without a look at what others have said of it", async () => {
  const node = await openNode();
  const record = lesson(stranger);
  await node.ledger.receive([record]);
  const attestations = node.store.attestations.bind(node.store);
  let asked = 0;
  node.store.attestations = async (id) => {
    asked += 1;
    return await attestations(id);
  };
  await node.ledger.receive([attestation(other, record, { failed: 2 })]);
  await node.ledger.receive([attestation(other, record, { failed: 3 })]);
  expect(asked).toBe(0);
  expect((await attestations(record.id)).map(({ body }) => body.failed)).toEqual([3]);
  await node.trust(friend);
  await node.ledger.receive([attestation(friend, record, { worked: 1 })]);
  expect(asked).toBeGreaterThan(0);
});

describe("two witnesses", () => {
  const vouchedFor = async (): Promise<{ readonly node: Node; readonly record: SignedRecord }> => {
    const node = await openNode();
    const record = lesson(stranger);
    await node.trust(friend, other);
    await node.ledger.receive([record, ...[friend, other].map((witness) => attestation(witness, record, { worked: 3 }))]);
    expect(await node.stateOf(record)).toBe("admitted");
    return { node, record };
  };

  it("do not outweigh one failure here", async () => {
    const { node, record } = await vouchedFor();
    await node.outcome("failed", record);
    expect(await node.stateOf(record)).toBe("held");
  });

  it("admit nothing any longer when lessons of one of them fail here, and again when the user trusts that one anew", async () => {
    const { node, record } = await vouchedFor();
    const failing = Array.from({ length: 3 }, () => lesson(other));
    await node.ledger.receive(failing);
    for (const each of failing) await node.outcome("failed", each);
    expect(await node.stateOf(record)).toBe("held");
    await node.trust(other);
    expect(await node.stateOf(record)).toBe("admitted");
  });

  it("admit nothing any longer when the word of one of them is belied, whichever comes first", async () => {
    const { node, record } = await vouchedFor();
    const praised = Array.from({ length: 3 }, () => lesson(friend));
    await node.ledger.receive(praised);
    const slander = praised.map((each) => attestation(other, each, { failed: 9 }));
    await node.ledger.receive(slander.slice(1));
    for (const each of praised) await node.outcome("worked", each);
    expect(await node.stateOf(record)).toBe("admitted");
    await node.ledger.receive(slander);
    expect(node.principals.get(other.author).word).toEqual({ agreed: 0, disagreed: 3 });
    expect(await node.stateOf(record)).toBe("held");
  });

  it("admit nothing any longer when the user blocks one of them", async () => {
    const { node, record } = await vouchedFor();
    await node.ledger.setPrincipal((principal) => ({ ...principal, standing: "blocked" }), other.author);
    expect(await node.stateOf(record)).toBe("held");
  });
});

describe("a successor", () => {
  it("archives what it supersedes, in either order, and brings it back when it is retracted", async () => {
    const old = lesson(friend);
    const successor = lesson(friend, { supersedes: old.id });
    for (const order of [
      [old, successor],
      [successor, old],
    ]) {
      const node = await openNode();
      await node.trust(friend);
      for (const record of order) await node.ledger.receive([record]);
      expect([await node.stateOf(old), await node.stateOf(successor)]).toEqual(["archived", "admitted"]);
      await node.ledger.receive([retraction(friend, successor)]);
      expect([await node.stateOf(old), await node.stateOf(successor)]).toEqual(["admitted", "retracted"]);
    }
  });

  it("of another author supersedes nothing", async () => {
    const node = await openNode();
    const old = lesson(friend);
    await node.trust(friend, other);
    await node.ledger.receive([old, lesson(other, { supersedes: old.id })]);
    expect(await node.stateOf(old)).toBe("admitted");
  });
});

describe("a retraction", () => {
  it("reaches what derives from the lesson, at any remove and in any order, unless that has worked here", async () => {
    const root = lesson(stranger);
    const child = lesson(friend, { derivedFrom: [root.id] });
    const grandchild = lesson(friend, { derivedFrom: [child.id] });
    const taken = retraction(stranger, root);
    for (const order of [
      [root, child, grandchild, taken],
      [taken, grandchild, child, root],
      [child, taken, root, grandchild],
      [root, taken, grandchild, child],
    ]) {
      const node = await openNode();
      await node.trust(friend);
      for (const record of order) await node.ledger.receive([record]);
      expect(await Promise.all([root, child, grandchild].map(node.stateOf))).toEqual(["retracted", "held", "held"]);
      await node.outcome("worked", grandchild);
      expect(await node.stateOf(grandchild)).toBe("admitted");
    }
  });
});

describe("the room", () => {
  it("archives strangers' lessons beyond it, never own, pinned or trusted ones, and keeps all evidence", async () => {
    const node = await openNode(10);
    await node.trust(friend);
    const trusted = [lesson(friend), lesson(friend)];
    const [first] = [lesson(stranger)];
    await node.ledger.receive([...trusted, first]);
    await node.ledger.revise(async () => {
      const stored = await node.store.get(first.id);
      return stored === undefined ? [] : [{ kind: "lesson", lesson: { ...stored, pinned: true } }];
    });
    const own = lesson(self);
    await node.ledger.publish(own);
    await node.ledger.receive(Array.from({ length: 30 }, () => lesson(stranger)));
    expect(await Promise.all([...trusted, first, own].map(node.stateOf))).toEqual(["admitted", "admitted", "held", "own"]);
    // Five unpinned ones are the room for held lessons here.
    expect(node.store.counts()).toMatchObject({ own: 1, admitted: 2, held: 6, archived: 25 });
    expect(node.seen.flatMap(({ pruned }) => pruned)).toHaveLength(25);
  });

  it("takes a pruned lesson back once better evidence has come", async () => {
    const node = await openNode(10);
    const lessons = Array.from({ length: 6 }, () => lesson(stranger));
    await node.ledger.receive(lessons);
    const states = await Promise.all(lessons.map(node.stateOf));
    const pruned = lessons[states.indexOf("archived")];
    if (pruned === undefined) throw new Error("there is room for five held lessons");
    await node.trust(friend, other);
    await node.ledger.receive([attestation(friend, pruned, { worked: 3 })]);
    await node.ledger.receive([attestation(other, pruned, { worked: 3 })]);
    expect(await node.stateOf(pruned)).toBe("admitted");
    expect((await node.store.attestations(pruned.id)).length).toBe(2);
  });
});
