/**
 * A node's trials without its network: a real store in a folder, the real way of records into it, the real agent. For measuring what trials let through.
 */
import { createAgent } from "@grapevine/agent";
import {
  createIdentity,
  type Embedder,
  type Environment,
  type Experience,
  type LanguageModel,
  type RecordId,
  type SignedRecord,
  type StoredLesson,
  systemClock,
  type Task,
} from "@grapevine/core";
import { openEnvironment } from "@grapevine/practice";
import { pino } from "pino";
import { openAdmissionBench } from "./admission-bench.ts";
import { createTrials, type FinishedTrial, type TrialTotals } from "./trials.ts";

export interface TrialBenchInit {
  /** Empty, or made here. */
  readonly folder: string;
  readonly model: LanguageModel;
  readonly embedder: Embedder;
}

export interface TrialBench {
  openEnvironment(specification: string): Promise<Environment>;
  /** One try without lessons, kept as practice is: later trials may use the task. */
  practise(environment: Environment, task: Task, maxSteps: number): Promise<Experience>;
  /** Records of others, as the network hands them over. */
  receive(records: readonly SignedRecord[]): Promise<void>;
  lesson(id: RecordId): Promise<StoredLesson | undefined>;
  /** The next trial, at once; undefined when nothing is left to be tried. */
  next(): Promise<FinishedTrial | undefined>;
  totals(): TrialTotals;
  close(): Promise<void>;
}

/** Model and embedder stay the caller's to close. @throws what store and index throw when they are opened */
export async function openTrialBench({ folder, model, embedder }: TrialBenchInit): Promise<TrialBench> {
  const clock = systemClock;
  const log = pino({ level: "silent" });
  const identity = createIdentity();
  const bench = await openAdmissionBench({ folder, self: identity.author, embedder, clock, log });
  const { admission, store } = bench;
  admission.begin();
  const agent = createAgent({
    model: () => model,
    recall: admission.recall,
    experiences: store.experiences,
    clock,
    nameOf: (author) => author,
    self: identity.author,
  });
  const trials = createTrials({
    store: store.lessons,
    experiences: store.experiences,
    ledger: admission.ledger,
    agent,
    model: () => model,
    embedder,
    openEnvironment,
    trustOf: admission.merits.trustOf,
    self: identity.author,
    clock,
    log,
  });
  return {
    openEnvironment,
    practise: (environment, task, maxSteps) => agent.attempt(environment, task, { lessons: false, maxSteps, learn: true }),
    receive: async (records) => {
      await admission.ledger.receive(records);
      await admission.indexing.settled();
    },
    lesson: (id) => store.lessons.get(id),
    next: () => trials.next(new AbortController().signal),
    totals: () => trials.totals(),
    close: () => bench.close(),
  };
}
