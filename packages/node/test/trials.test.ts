import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createAgent } from "@grapevine/agent";
import {
  createExperienceId,
  type Environment,
  type Experience,
  type GenerationRequest,
  type Identity,
  type LessonBody,
  lessonText,
  type RecordDraft,
  type RecordId,
  type SignedRecord,
  type StoredLesson,
  signRecord,
  type Task,
} from "@grapevine/core";
import { maxTrialTasks } from "@grapevine/reconcile";
import { openStore, type Store } from "@grapevine/store";
import { ExactVectorIndex, HashEmbedder, ScriptedModel, sampleIdentity } from "@grapevine/testing";
import { pino } from "pino";
import { afterEach, describe, expect, it, vi } from "vitest";
import { type Admission, createAdmission } from "../src/admission.ts";
import { publishDraft } from "../src/authoring.ts";
import { createTrials, type Trials } from "../src/trials.ts";

const log = pino({ level: "silent" });
const self = sampleIdentity(1);
const stranger = sampleIdentity(2);
const other = sampleIdentity(3);

/** Locks that only a brass key opens. What is done there is counted. */
function locks(simulated = true): Environment & { readonly started: string[] } {
  const started: string[] = [];
  return {
    id: "locks",
    simulated,
    actionName: "Command",
    started,
    tasks: async () => [],
    start: async (task) => {
      started.push(task.id);
      return {
        task,
        observation: "There is a lock.",
        act: async (action) => {
          const solved = action === `open ${task.id} with brass`;
          return { observation: solved ? "It is open." : "Error: it is shut.", accepted: solved, done: solved, solved };
        },
      };
    },
  };
}

/** Does what the lesson in the prompt says, and takes the tin key where there is none. */
function obedient(request: GenerationRequest): string {
  const text = JSON.stringify(request.prompt);
  const [, lock = ""] = /Task: Lock (\w+) should be open\.\\nCommand:"/.exec(text) ?? [];
  return `open ${lock} with ${/with (brass|iron)/.exec(text)?.[1] ?? "tin"}`;
}

const taskOf = (number: number): Task => ({ id: `l${number}`, family: "locks", prompt: `Lock l${number} should be open.` });

interface Bench {
  readonly store: Store;
  readonly admission: Admission;
  readonly trials: Trials;
  readonly environment: ReturnType<typeof locks>;
  readonly requests: () => number;
  readonly use: (model: ScriptedModel) => void;
  /** Keeps experiences with tasks that failed without lessons, numbered from `first`. */
  readonly live: (first: number, count: number, changes?: Partial<Experience>) => Promise<void>;
  readonly receive: (...records: SignedRecord[]) => Promise<void>;
  readonly lesson: (record: { readonly id: RecordId }) => Promise<StoredLesson>;
  readonly outbox: () => Promise<RecordId[]>;
}

const open: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of open.splice(0)) await close();
});

async function openBench({
  simulated = true,
  reply = obedient,
}: {
  simulated?: boolean;
  reply?: typeof obedient;
} = {}): Promise<Bench> {
  const folder = await mkdtemp(join(tmpdir(), "grapevine-trials-"));
  let now = 1_800_000_000_000;
  const clock = { now: (): number => now++ };
  const store = await openStore({ path: folder, clock });
  const embedder = new HashEmbedder();
  const index = new ExactVectorIndex({ embedder: embedder.id, dimensions: embedder.dimensions });
  const behind = { isSet: async () => false, set: async () => undefined, clear: async () => undefined };
  const admission = await createAdmission({
    lessons: store.lessons,
    index,
    embedder,
    self: self.author,
    clock,
    log,
    behind,
    onOutbox: () => undefined,
  });
  const models: ScriptedModel[] = [new ScriptedModel({ replies: reply })];
  const model = (): ScriptedModel => models.at(-1) ?? new ScriptedModel({ replies: [] });
  const agent = createAgent({
    model,
    recall: admission.recall,
    experiences: store.experiences,
    clock,
    nameOf: () => "somebody",
    self: self.author,
  });
  const environment = locks(simulated);
  const trials = createTrials({
    store: store.lessons,
    experiences: store.experiences,
    ledger: admission.ledger,
    agent,
    model,
    embedder,
    openEnvironment: async () => environment,
    trustOf: () => 0,
    self: self.author,
    clock,
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
    trials,
    environment,
    requests: () => models.reduce((sum, { requests }) => sum + requests.length, 0),
    use: (next) => void models.push(next),
    live: async (first, count, changes = {}) => {
      for (let number = first; number < first + count; number++) {
        await store.experiences.append({ ...failedAt(number, createExperienceId(clock), clock.now()), ...changes });
      }
    },
    receive: (...records) => admission.ledger.receive(records),
    lesson: async ({ id }) => {
      const lesson = await store.lessons.get(id);
      if (lesson === undefined) throw new Error(`${id} is not here`);
      return lesson;
    },
    outbox: () => store.lessons.outbox(),
  };
}

function failedAt(number: number, id: string, at: number): Experience {
  const { family, prompt, id: task } = taskOf(number);
  return {
    id,
    createdAt: at,
    prompt,
    task: { environment: "locks", id: task, family },
    steps: [{ action: `open ${task} with tin`, observation: "Error: it is shut.", accepted: false }],
    answer: `open ${task} with tin`,
    outcome: { verdict: "failed", verifiedBy: "environment", at },
    lessons: [],
    model: "scripted",
    ms: 1,
    distillation: "failed",
  };
}

let sequence = 0;

function lesson(author: Identity, key: string, changes: Partial<RecordDraft<LessonBody>> = {}): SignedRecord<LessonBody> {
  sequence += 1;
  return signRecord<LessonBody>(author, {
    type: "lesson",
    seq: sequence,
    createdAt: 1_700_000_000_000,
    kind: "procedure",
    title: `Opening locks ${sequence}`,
    situation: "You want to open a lock",
    guidance: `Write open NAME with ${key}`,
    example: { task: "Lock x should be open.", steps: [`open x with ${key}`] },
    evidence: { worked: 1, changed: 0, failed: 0, verifiedBy: "environment" },
    tags: ["locks"],
    environment: { environment: "locks" },
    derivedFrom: [],
    ...changes,
  });
}

const never = new AbortController().signal;

describe("a trial", () => {
  it("reads no lesson as long as there is no task to try one on", async () => {
    const bench = await openBench();
    await bench.receive(lesson(stranger, "brass"), lesson(other, "tin"));
    await bench.admission.indexing.settled();
    const reads = vi.spyOn(bench.store.lessons, "get");
    expect(await bench.trials.next(never)).toBeUndefined();
    expect(reads).not.toHaveBeenCalled();
    await bench.live(1, 8);
    expect((await bench.trials.next(never))?.evidence.verdict).toBeDefined();
  });

  it("admits a stranger's lesson that does what failed without it, and pays only for the tries with it", async () => {
    const bench = await openBench();
    const good = lesson(stranger, "brass");
    await bench.live(1, 8);
    await bench.receive(good);
    const finished = await bench.trials.next(never);
    expect(finished).toMatchObject({ lesson: good.id, evidence: { verdict: "admitted", losses: 0, bothWrong: 0 } });
    const { standing, trial } = await bench.lesson(good);
    expect(standing).toMatchObject({ state: "admitted", rule: "trial-passed" });
    expect(trial).toEqual(finished?.evidence);
    expect(trial?.generations).toBe(trial?.wins);
    expect(bench.requests()).toBe(trial?.wins);
    expect(await bench.trials.next(never)).toBeUndefined();
    expect(bench.trials.totals()).toMatchObject({ tried: 1, admitted: 1, refused: 0, undecided: 0, generations: trial?.wins });
  });

  it("archives one that helps with nothing, and does not try it again", async () => {
    const bench = await openBench();
    const bad = lesson(stranger, "iron");
    await bench.live(1, 8);
    await bench.receive(bad);
    expect((await bench.trials.next(never))?.evidence).toMatchObject({ verdict: "refused", wins: 0 });
    expect((await bench.lesson(bad)).standing).toMatchObject({ state: "archived", rule: "trial-failed" });
    expect(await bench.trials.next(never)).toBeUndefined();
  });

  it("leaves open what too few tasks tell, and goes on where it stopped when there are new ones", async () => {
    const bench = await openBench();
    const good = lesson(stranger, "brass");
    await bench.live(1, 2);
    await bench.receive(good);
    expect((await bench.trials.next(never))?.evidence).toMatchObject({ verdict: "undecided", wins: 2 });
    expect((await bench.lesson(good)).standing.state).toBe("held");
    expect(await bench.trials.next(never)).toBeUndefined();
    await bench.live(3, 1);
    expect((await bench.trials.next(never))?.evidence).toMatchObject({ verdict: "admitted", wins: 3, generations: 3 });
    expect(bench.requests()).toBe(3);
  });

  it("begins anew with another model", async () => {
    const bench = await openBench();
    const good = lesson(stranger, "brass");
    await bench.live(1, 2);
    await bench.receive(good);
    await bench.trials.next(never);
    bench.use(new ScriptedModel({ replies: obedient, id: "another" }));
    const again = await bench.trials.next(never);
    expect(again?.evidence).toMatchObject({ verdict: "undecided", wins: 2, model: "another" });
    expect(again?.evidence.generations).toBe(4); // it has not met these tasks alone yet
  });

  it("does a task without lessons once for all lessons", async () => {
    const bench = await openBench();
    await bench.live(1, 2, { model: "an earlier one" });
    await bench.receive(lesson(stranger, "brass"), lesson(other, "iron"));
    const [first, second] = [await bench.trials.next(never), await bench.trials.next(never)];
    expect(first?.evidence.generations).toBe(4);
    expect(second?.evidence.generations).toBe(2);
    expect(bench.requests()).toBe(6);
  });

  const forgetAll = async ({ store }: Bench): Promise<void> => {
    for await (const { id } of store.experiences.list()) await store.experiences.forget(id);
  };

  it("pairs no task twice, also when it was done once more and the first time is out of sight", async () => {
    const bench = await openBench();
    const good = lesson(stranger, "brass");
    await bench.live(1, 2);
    await bench.receive(good);
    expect((await bench.trials.next(never))?.evidence).toMatchObject({ wins: 2, tasks: ["locks l1", "locks l2"] });
    await forgetAll(bench);
    await bench.live(1, 2);
    expect(await bench.trials.next(never)).toBeUndefined();
    await bench.live(3, 1);
    expect((await bench.trials.next(never))?.evidence).toMatchObject({ wins: 3, tasks: ["locks l1", "locks l2", "locks l3"] });
  });

  it("sees a task that takes another one's place", async () => {
    const bench = await openBench();
    await bench.live(1, 2);
    await bench.receive(lesson(stranger, "brass"));
    expect((await bench.trials.next(never))?.evidence).toMatchObject({ verdict: "undecided", wins: 2 });
    await forgetAll(bench);
    await bench.live(3, 2); // as many as there were
    expect((await bench.trials.next(never))?.evidence).toMatchObject({ verdict: "admitted", wins: 3 });
  });

  it(`takes ${maxTrialTasks} tasks at most, also over several trials`, async () => {
    // Right with and without: no pair tells anything.
    const bench = await openBench({ reply: (request) => obedient(request).replace(/with \w+$/, "with brass") });
    const idle = lesson(stranger, "tin");
    await bench.live(1, 9, { model: "an earlier one" });
    await bench.receive(idle);
    expect((await bench.trials.next(never))?.evidence).toMatchObject({ verdict: "undecided", bothRight: 9 });
    await bench.live(10, 9, { model: "an earlier one" });
    expect((await bench.trials.next(never))?.evidence).toMatchObject({ verdict: "undecided", bothRight: maxTrialTasks });
    await bench.live(19, 9);
    expect(await bench.trials.next(never)).toBeUndefined();
  });

  it("ends at once when somebody asks, and does nothing twice", async () => {
    const interrupting = new AbortController();
    let calls = 0;
    const bench = await openBench({
      reply: (request) => {
        calls += 1;
        if (calls === 2) interrupting.abort(new Error("somebody asks"));
        return obedient(request);
      },
    });
    const good = lesson(stranger, "brass");
    await bench.live(1, 8);
    await bench.receive(good);
    await expect(bench.trials.next(interrupting.signal)).rejects.toThrow();
    expect((await bench.lesson(good)).trial).toBeUndefined();
    expect((await bench.trials.next(never))?.evidence).toMatchObject({ verdict: "admitted", wins: 3 });
    expect(calls).toBe(4); // the second was given up, the first was not needed again
  });
});

describe("what is tried, and where", () => {
  it("starts nothing in an environment that is not simulated", async () => {
    const bench = await openBench({ simulated: false });
    await bench.live(1, 8);
    await bench.receive(lesson(stranger, "brass"));
    expect(await bench.trials.next(never)).toBeUndefined();
    expect(bench.environment.started).toEqual([]);
    expect(bench.requests()).toBe(0);
  });

  it("learns nothing from tests, nor from outcomes that no environment saw", async () => {
    const bench = await openBench();
    await bench.live(1, 8, { distillation: "waiting" });
    await bench.live(11, 8, { outcome: { verdict: "failed", verifiedBy: "feedback", at: 1 } });
    await bench.receive(lesson(stranger, "brass"));
    expect(await bench.trials.next(never)).toBeUndefined();
  });

  it("leaves alone what another environment is about, and the task of the lesson's own example", async () => {
    const bench = await openBench();
    await bench.live(1, 1);
    await bench.receive(
      lesson(stranger, "brass", { environment: { environment: "doors" } }),
      lesson(other, "brass", { example: { task: taskOf(1).prompt, steps: ["open l1 with brass"] } }),
    );
    expect(await bench.trials.next(never)).toBeUndefined();
  });

  it("tries neither one's own, nor a blocked or a trusted author's, nor one that failed here", async () => {
    const bench = await openBench();
    await bench.live(1, 8);
    const failing = lesson(stranger, "brass");
    const blocked = lesson(other, "brass");
    const own = lesson(self, "brass");
    await bench.receive(failing, blocked);
    await bench.admission.ledger.publish(own);
    await bench.admission.ledger.setPrincipal((current) => ({ ...current, standing: "blocked" }), other.author);
    await bench.admission.ledger.revise(async () => {
      const current = await bench.lesson(failing);
      return [{ kind: "lesson", lesson: { ...current, outcomes: { worked: 0, changed: 0, failed: 2 } } }];
    });
    expect(await bench.trials.next(never)).toBeUndefined();
    expect(bench.requests()).toBe(0);
  });

  it("gives authors turns: whoever sends many lessons keeps nobody else waiting", async () => {
    const bench = await openBench();
    await bench.live(1, 4);
    const flood = Array.from({ length: 5 }, () => lesson(stranger, "iron"));
    const single = lesson(other, "brass");
    await bench.receive(single, ...flood);
    const [first, second] = [await bench.trials.next(never), await bench.trials.next(never)];
    expect([first?.lesson, second?.lesson]).toContain(single.id);
  });

  it("comes to a lesson in front of which more than a thousand stand that cannot be tried", async () => {
    const bench = await openBench();
    await bench.live(1, 8);
    const single = lesson(other, "brass");
    await bench.receive(single);
    const authors = [stranger, sampleIdentity(4), sampleIdentity(5)];
    const flood = authors.flatMap((author) =>
      Array.from({ length: 400 }, () => lesson(author, "iron", { environment: { environment: "elsewhere" } })),
    );
    await bench.receive(...flood);
    expect(await bench.trials.next(never)).toMatchObject({ lesson: single.id });
    expect(await bench.trials.next(never)).toBeUndefined();
  });
});

describe("a draft for a whole cluster", () => {
  const draft = (key: string): Parameters<typeof publishDraft>[0] => {
    const { author: _author, seq: _seq, createdAt: _createdAt, type: _type, v: _v, ...fields } = lesson(self, key).body;
    return fields;
  };
  const gate = {
    check: async () => ({ passes: true, findings: [] }),
    checkDraft: async () => ({ passes: true, findings: [] }),
  };

  async function withRival(rivalKey: string, draftKey: string): Promise<{ bench: Bench; rival: RecordId; made: StoredLesson }> {
    const bench = await openBench();
    await bench.live(1, 8);
    const { admission, store } = bench;
    const authoring = {
      store: store.lessons,
      ledger: admission.ledger,
      gate,
      identity: self,
      clock: { now: () => 1_800_000_000_000 },
    };
    const rival = await publishDraft(draft(rivalKey), authoring);
    const made = await publishDraft(draft(draftKey), authoring, { consolidates: rival.record.id });
    return { bench, rival: rival.record.id, made };
  }

  it("is held and not passed on, and is one's own once it has beaten the best member", async () => {
    const { bench, rival, made } = await withRival("iron", "brass");
    expect(made.standing).toMatchObject({ state: "held", rule: "consolidation" });
    expect(await bench.outbox()).toEqual([rival]);
    expect((await bench.trials.next(never))?.evidence).toMatchObject({ verdict: "admitted", against: rival, wins: 3 });
    expect((await bench.lesson(made.record)).standing).toMatchObject({ state: "own", rule: "trial-passed" });
    expect(await bench.outbox()).toContain(made.record.id);
  });

  it("is archived when it only spoils what the member did", async () => {
    const { bench, rival, made } = await withRival("brass", "iron");
    expect((await bench.trials.next(never))?.evidence).toMatchObject({ verdict: "refused", against: rival, losses: 4 });
    expect((await bench.lesson(made.record)).standing).toMatchObject({ state: "archived", rule: "trial-failed" });
    expect(await bench.outbox()).toEqual([rival]);
    expect(lessonText(made.record.body)).toContain("iron");
  });

  it("stays held when it is as good as the member", async () => {
    const { bench, made } = await withRival("brass", "brass");
    expect((await bench.trials.next(never))?.evidence).toMatchObject({ verdict: "undecided", bothRight: 8 });
    expect((await bench.lesson(made.record)).standing.state).toBe("held");
  });
});
