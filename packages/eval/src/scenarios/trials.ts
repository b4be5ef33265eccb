/**
 * Do a node's own trials tell true lessons from false ones? Lessons of strangers about simulated tools, tried by the real code on the real model, on tasks that
 * the model has met before without any lesson.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  createIdentity,
  type Environment,
  type Identity,
  type LanguageModel,
  type LessonBody,
  type LessonDraft,
  type SignedRecord,
  signRecord,
  systemClock,
  type Task,
} from "@grapevine/core";
import { openEmbedder, openModel } from "@grapevine/model";
import { openTrialBench, type TrialBench } from "@grapevine/node/pipeline";
import { evalErrors } from "../errors.ts";
import type { Scenario, ScenarioContext, ScenarioResult } from "../scenario.ts";
import { type Command, falseKinds, falseLesson, readManual, type SolvedTask, solve, trueLesson } from "./trial-lessons.ts";

export const trials: Scenario = {
  name: "trials",
  summary: "which lessons of strangers pass a node's own trials: true ones should, false ones must not",
  details: [
    "--model names the model that tries them. 20 true and 20 false lessons about two simulated tools, by five strangers;",
    "the model has met 30 tasks of each tool before, each once, without lessons and with one action.",
    "admitted, refused, undecided: numbers of lessons. generations: how often the model was asked in the trials, and in the",
    "practice before them. Bars: at least 0.9 of the true ones are admitted, and at most 0.05 of the false ones.",
  ],
  options: ["model"],
  requires: ["model"],
  run: runTrials,
};

const worlds = ["tools:7", "tools:11"] as const;
/** Five of each family: a lesson that helps with all of them is admitted after three, and one that helps with none refused after four. */
const tasksPerWorld = 30;
const truePerWorld = 10;
const falsePerKind = 2;
const strangers = 5;
const bars = { trueAdmitted: 0.9, falseAdmitted: 0.05 } as const;

interface Tally {
  readonly lessons: number;
  readonly admitted: number;
  readonly refused: number;
  readonly undecided: number;
}

interface TrialsDocument {
  readonly scenario: "trials";
  readonly model: string;
  readonly true: Tally;
  readonly false: Tally;
  /** Of the false ones, by what is wrong with them. */
  readonly kinds: Readonly<Record<string, Tally>>;
  readonly generations: { readonly practice: number; readonly trials: number };
  readonly seconds: number;
  readonly bars: readonly { readonly name: string; readonly value: number; readonly bar: number; readonly holds: boolean }[];
}

interface Claim {
  readonly record: SignedRecord<LessonBody>;
  /** `true`, or what is wrong with it. */
  readonly kind: string;
}

async function runTrials({ options, say }: ScenarioContext): Promise<ScenarioResult> {
  const startedAt = performance.now();
  const folder = await mkdtemp(join(tmpdir(), "grapevine-trials-"));
  const model = await openModel(options.model ?? "auto");
  const embedder = await openEmbedder();
  try {
    const bench = await openTrialBench({ folder, model, embedder });
    try {
      const { claims, practice } = await prepare(bench, say);
      await bench.receive(claims.map(({ record }) => record));
      await tryAll(bench, claims, say);
      const seconds = Math.round((performance.now() - startedAt) / 1000);
      const document = await report(bench, claims, { model, practice, seconds });
      return { document, table: tableOf(document) };
    } finally {
      await bench.close();
    }
  } finally {
    await embedder.close();
    await model.close();
    await rm(folder, { recursive: true, force: true });
  }
}

/** What the model has met before, and what strangers say of it. */
async function prepare(bench: TrialBench, say: (text: string) => void): Promise<{ claims: Claim[]; practice: number }> {
  const places: { environment: Environment; manual: Command[]; solved: SolvedTask[] }[] = [];
  let practice = 0;
  for (const world of worlds) {
    const environment = await bench.openEnvironment(world);
    const tasks = await environment.tasks({ count: tasksPerWorld, seed: 1, split: "practice" });
    let right = 0;
    for (const task of tasks) {
      const { steps, outcome } = await bench.practise(environment, task, 1);
      practice += steps.length;
      if (outcome?.verdict === "worked") right += 1;
    }
    say(`${world}: ${right} of ${tasks.length} tasks right without lessons`);
    // What strangers' examples show are other tasks than those that were met here.
    const examples = await environment.tasks({ count: tasksPerWorld, seed: 2, split: "test" });
    const manual = await readManual(environment, firstOf(tasks));
    places.push({ environment, manual, solved: await solveAll(environment, examples, manual) });
  }
  const authors = Array.from({ length: strangers }, () => createIdentity());
  const drafts = places.flatMap((place, at) => draftsOf(place, places[(at + 1) % places.length]?.manual ?? []));
  const claims = drafts.map(({ draft, kind }, at) => ({ kind, record: signed(draft, at + 1, authors[at % authors.length]) }));
  return { claims, practice };
}

async function solveAll(environment: Environment, tasks: readonly Task[], manual: readonly Command[]): Promise<SolvedTask[]> {
  const solved = await Promise.all(tasks.map((task) => solve(environment, task, manual)));
  return solved.filter((each) => each !== undefined);
}

function draftsOf(
  { environment, manual, solved }: { environment: Environment; manual: readonly Command[]; solved: readonly SolvedTask[] },
  otherManual: readonly Command[],
): { draft: LessonDraft; kind: string }[] {
  const truths = solved.slice(0, truePerWorld).map((each) => ({ draft: trueLesson(each, environment.id), kind: "true" }));
  const lies = solved.slice(truePerWorld, truePerWorld + falseKinds.length * falsePerKind).flatMap((each, at) => {
    const kind = falseKinds[at % falseKinds.length];
    const foreign = otherManual.find(({ purpose, form }) => purpose === each.command.purpose && form !== each.command.form);
    if (kind === undefined || foreign === undefined) return [];
    return [{ draft: falseLesson(kind, each, environment.id, { manual, foreign }), kind }];
  });
  return [...truths, ...lies];
}

function signed(draft: LessonDraft, seq: number, author: Identity = createIdentity()): SignedRecord<LessonBody> {
  return signRecord<LessonBody>(author, { ...draft, type: "lesson", seq, createdAt: systemClock.now() });
}

async function tryAll(bench: TrialBench, claims: readonly Claim[], say: (text: string) => void): Promise<void> {
  const kinds = new Map(claims.map(({ record, kind }) => [record.id, kind]));
  for (let finished = await bench.next(); finished !== undefined; finished = await bench.next()) {
    const { wins, losses, bothRight, bothWrong, verdict } = finished.evidence;
    const pairs = `${wins} won, ${losses} lost, ${bothRight} right and ${bothWrong} wrong either way`;
    say(`${kinds.get(finished.lesson)}: ${verdict} (${pairs})`);
  }
}

async function report(
  bench: TrialBench,
  claims: readonly Claim[],
  { model, practice, seconds }: { readonly model: LanguageModel; readonly practice: number; readonly seconds: number },
): Promise<TrialsDocument> {
  const states: { kind: string; state: keyof Omit<Tally, "lessons"> }[] = [];
  for (const { kind, record } of claims) {
    const standing = (await bench.lesson(record.id))?.standing;
    const state = standing?.state === "admitted" ? "admitted" : standing?.rule === "trial-failed" ? "refused" : "undecided";
    states.push({ kind, state });
  }
  const tally = (wanted: (kind: string) => boolean): Tally => {
    const among = states.filter(({ kind }) => wanted(kind)).map(({ state }) => state);
    const count = (state: string): number => among.filter((each) => each === state).length;
    return { lessons: among.length, admitted: count("admitted"), refused: count("refused"), undecided: count("undecided") };
  };
  const truths = tally((kind) => kind === "true");
  const lies = tally((kind) => kind !== "true");
  const [right, wrong] = [truths.admitted / truths.lessons, lies.admitted / lies.lessons];
  return {
    scenario: "trials",
    model: model.id,
    true: truths,
    false: lies,
    kinds: Object.fromEntries(falseKinds.map((kind) => [kind, tally((each) => each === kind)])),
    generations: { practice, trials: bench.totals().generations },
    seconds,
    bars: [
      { name: "true lessons admitted", value: right, bar: bars.trueAdmitted, holds: right >= bars.trueAdmitted },
      { name: "false lessons admitted", value: wrong, bar: bars.falseAdmitted, holds: wrong <= bars.falseAdmitted },
    ],
  };
}

function tableOf(document: TrialsDocument): ScenarioResult["table"] {
  const row = (name: string, { lessons, admitted, refused, undecided }: Tally): string[] => [
    name,
    ...[lessons, admitted, refused, undecided].map(String),
  ];
  return {
    head: ["lessons", "number", "admitted", "refused", "undecided"],
    rows: [
      row("true", document.true),
      row("false", document.false),
      ...Object.entries(document.kinds).map(([kind, tally]) => row(`  ${kind}`, tally)),
    ],
  };
}

function firstOf(tasks: readonly Task[]): Task {
  const [first] = tasks;
  if (first === undefined) throw evalErrors.create("EVAL_USAGE", "the environment has no task");
  return first;
}
