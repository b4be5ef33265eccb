/**
 * Trials: a held lesson is tried on tasks that this node has done before, each once with the lesson and once without any (or, for a draft that stands for a
 * cluster, with the member that it has to beat), until `reconcile` can tell from the pairs what it is worth.
 *
 * It guarantees that nothing but simulated environments is touched, that a lesson takes at most `maxTrialTasks` tasks of one model, and that what a trial
 * showed is written with the lesson, which is judged again by it. It does not guarantee that a lesson which passed helps with every task that
 * it is recalled for: it was seen to help with some of those that are like it.
 */
import type { Agent } from "@grapevine/agent";
import {
  type AuthorId,
  type Clock,
  type Embedder,
  type Environment,
  type ExperienceStore,
  GrapevineError,
  isUsable,
  type LanguageModel,
  type LessonStore,
  type RecordId,
  type StoredLesson,
  type TrialEvidence,
} from "@grapevine/core";
import { countedPair, maxTrialTasks, noTrialCounts, type TrialCounts, trialDecision } from "@grapevine/reconcile";
import type { Logger } from "pino";
import type { Ledger } from "./ledger.ts";
import { createTrialTasks, nameOfTask, type TrialTask, type TrialTasks } from "./trial-tasks.ts";

export interface TrialsComponents {
  readonly store: Pick<LessonStore, "get" | "allGlances">;
  readonly experiences: Pick<ExperienceStore, "list" | "revision">;
  readonly ledger: Pick<Ledger, "revise">;
  readonly agent: Pick<Agent, "rehearse">;
  /** The model of the moment. */
  readonly model: () => Pick<LanguageModel, "id">;
  readonly embedder: Embedder;
  readonly openEnvironment: (specification: string) => Promise<Environment>;
  /** Lower bound of the trust in an author, from 0 to 1, as it stands beside a lesson in a prompt. */
  readonly trustOf: (author: AuthorId) => number;
  readonly self: AuthorId;
  readonly clock: Clock;
  readonly log: Pick<Logger, "info">;
}

/** Since the node started. */
export interface TrialTotals {
  readonly tried: number;
  readonly admitted: number;
  readonly refused: number;
  readonly undecided: number;
  /** How often the model was asked. */
  readonly generations: number;
}

export interface FinishedTrial {
  readonly lesson: RecordId;
  readonly evidence: TrialEvidence;
}

export interface Trials {
  /**
   * Tries the lesson whose turn it is; undefined when there is none that could be tried now. What was done before an interruption is not done again.
   * @throws what the signal gives as its reason, and what model, embedder and store throw
   */
  next(signal: AbortSignal): Promise<FinishedTrial | undefined>;
  totals(): TrialTotals;
}

/** Held by one of these rules a lesson may be used once it has passed; the others would hold it all the same, or it is blocked. */
const triableRules: ReadonlySet<string> = new Set(["stranger", "author-failing", "ancestor-retracted", "consolidation"]);
/** Actions that a try at a task gets which nobody has done yet, where the lesson's example has more than one. */
const maxUnknownActions = 4;
/** Tries that are remembered, so that neither an interruption nor the next lesson pays for them again. */
const maxRemembered = 5_000;

export function createTrials(components: TrialsComponents): Trials {
  return new RunningTrials(components, createTrialTasks(components));
}

/** A try's outcome; undefined where the environment does not know the task any more. */
type Attempted = { readonly solved: boolean; readonly generations: number } | undefined;

class RunningTrials implements Trials {
  readonly #components: TrialsComponents;
  readonly #tasks: TrialTasks;
  readonly #remembered = new Map<string, Attempted>();
  readonly #turns = new Map<AuthorId, number>();
  #queue: RecordId[] = [];
  /** Lessons for which there was no task, as long as there is no new experience and no other model: what cannot be tried costs a look once. */
  readonly #withoutTask = new Set<RecordId>();
  #withoutTaskWhen = "";
  #totals: TrialTotals = { tried: 0, admitted: 0, refused: 0, undecided: 0, generations: 0 };

  constructor(components: TrialsComponents, tasks: TrialTasks) {
    this.#components = components;
    this.#tasks = tasks;
  }

  totals(): TrialTotals {
    return this.#totals;
  }

  async next(signal: AbortSignal): Promise<FinishedTrial | undefined> {
    // Without a task no held lesson can be tried, however many there are to be read.
    if (!(await this.#tasks.some())) return undefined;
    if (this.#queue.length === 0) this.#queue = await this.#scan(signal);
    for (let id = this.#queue[0]; id !== undefined; id = this.#queue[0]) {
      signal.throwIfAborted();
      const finished = await this.#tryById(id, signal);
      this.#queue.shift(); // only now: what was interrupted keeps its turn
      if (finished !== undefined) return finished;
    }
    return undefined;
  }

  async #tryById(id: RecordId, signal: AbortSignal): Promise<FinishedTrial | undefined> {
    const when = `${this.#components.experiences.revision()} ${this.#components.model().id}`;
    if (when !== this.#withoutTaskWhen) this.#withoutTask.clear();
    this.#withoutTaskWhen = when;
    const lesson = this.#withoutTask.has(id) ? undefined : await this.#components.store.get(id);
    if (lesson === undefined || !this.#isTriable(lesson)) return undefined;
    const finished = await this.#tryOut(lesson, signal);
    // A draft may have had to wait for its rival.
    if (finished === undefined && lesson.consolidates === undefined) this.#withoutTask.add(id);
    return finished;
  }

  /**
   * All that are held, of each author the newest first. Authors take turns, those that have had fewest first: whoever floods the store gets no more trials than the
   * others, and what cannot be tried stands in nobody's way.
   */
  async #scan(signal: AbortSignal): Promise<RecordId[]> {
    const byAuthor = new Map<AuthorId, { readonly id: RecordId; readonly label: number }[]>();
    for await (const { id, label, author } of this.#components.store.allGlances({ states: ["held"] })) {
      signal.throwIfAborted();
      const known = byAuthor.get(author);
      if (known === undefined) byAuthor.set(author, [{ id, label }]);
      else known.push({ id, label });
    }
    const turns = [...byAuthor].flatMap(([author, lessons]) =>
      lessons
        .sort((first, second) => second.label - first.label)
        .map(({ id }, position) => ({ id, turn: position + (this.#turns.get(author) ?? 0) })),
    );
    return turns.sort((a, b) => a.turn - b.turn).map(({ id }) => id);
  }

  #isTriable({ standing, record, consolidates, trial }: StoredLesson): boolean {
    if (standing.state !== "held" || !triableRules.has(standing.rule)) return false;
    if ((record.body.author === this.#components.self) !== (consolidates !== undefined)) return false;
    return this.#isOfNow(trial) ? tasksOf(trial) < maxTrialTasks : true;
  }

  #isOfNow(trial: TrialEvidence | undefined): trial is TrialEvidence {
    return trial?.model === this.#components.model().id;
  }

  async #tryOut(lesson: StoredLesson, signal: AbortSignal): Promise<FinishedTrial | undefined> {
    const { store, clock, log } = this.#components;
    const rival = lesson.consolidates === undefined ? undefined : await store.get(lesson.consolidates);
    if (lesson.consolidates !== undefined && (rival === undefined || !isUsable(rival))) return undefined;
    const earlier = this.#isOfNow(lesson.trial) ? lesson.trial : undefined;
    const suitable = await this.#tasks.for(lesson.record.body, maxTrialTasks, signal);
    const fresh = suitable.filter((task) => isNew(task, earlier));
    const tasks = fresh.slice(0, maxTrialTasks - (earlier === undefined ? 0 : tasksOf(earlier)));
    const made = await this.#pairs(lesson, rival, tasks, earlier ?? noTrialCounts, signal);
    if (made === undefined) return undefined;
    const evidence: TrialEvidence = {
      ...made.counts,
      tasks: [...(earlier?.tasks ?? []), ...made.tasks],
      generations: made.generations + (earlier?.generations ?? 0),
      verdict: trialDecision(made.counts) ?? "undecided",
      ...(rival === undefined ? {} : { against: rival.record.id }),
      model: this.#components.model().id,
      at: clock.now(),
    };
    await this.#write(lesson.record.id, evidence);
    this.#count(lesson.record.body.author, evidence);
    log.info({ lesson: lesson.record.id, ...evidence }, "a lesson was tried");
    return { lesson: lesson.record.id, evidence };
  }

  /** Pair by pair until they decide; undefined when there was no task to make one of. */
  async #pairs(
    lesson: StoredLesson,
    rival: StoredLesson | undefined,
    tasks: readonly TrialTask[],
    before: TrialCounts,
    signal: AbortSignal,
  ): Promise<{ readonly counts: TrialCounts; readonly generations: number; readonly tasks: readonly string[] } | undefined> {
    const { wins, losses, bothRight, bothWrong } = before;
    let counts: TrialCounts = { wins, losses, bothRight, bothWrong };
    let generations = 0;
    const paired: string[] = [];
    for (const task of tasks) {
      if (trialDecision(counts) !== undefined) break;
      const actions = actionsFor(task, lesson);
      const withLesson = await this.#attempt(task, lesson, actions, signal);
      const without = await this.#attempt(task, rival, actions, signal);
      if (withLesson === undefined || without === undefined) continue;
      counts = countedPair(counts, withLesson.solved, without.solved);
      generations += withLesson.generations + without.generations;
      paired.push(nameOfTask(task.environment, task.task));
    }
    return paired.length === 0 ? undefined : { counts, generations, tasks: paired };
  }

  async #attempt(task: TrialTask, lesson: StoredLesson | undefined, actions: number, signal: AbortSignal): Promise<Attempted> {
    const { agent, trustOf, model } = this.#components;
    const known = lesson === undefined ? knownAlone(task, model().id, actions) : undefined;
    if (known !== undefined) return { solved: known, generations: 0 };
    const key = JSON.stringify([model().id, task.environment.id, task.task.id, actions, lesson?.record.id]);
    const before = this.#remembered.get(key);
    if (before !== undefined) return lesson === undefined ? { ...before, generations: 0 } : before;
    const lessons =
      lesson === undefined ? [] : [{ lesson, similarity: 1, utility: 0, trust: trustOf(lesson.record.body.author) }];
    try {
      const made = await agent.rehearse(task.environment, task.task, { lessons, maxSteps: actions, signal });
      if (this.#remembered.size >= maxRemembered) this.#remembered.clear();
      this.#remembered.set(key, made);
      this.#totals = { ...this.#totals, generations: this.#totals.generations + made.generations };
      return made;
    } catch (error) {
      if (GrapevineError.is(error, "TASK_UNKNOWN")) return undefined; // a file of questions that was changed
      throw error;
    }
  }

  async #write(id: RecordId, trial: TrialEvidence): Promise<void> {
    const { ledger, store } = this.#components;
    await ledger.revise(async () => {
      const current = await store.get(id);
      return current?.standing.state === "held" ? [{ kind: "lesson", lesson: { ...current, trial } }] : [];
    });
  }

  #count(author: AuthorId, { verdict }: TrialEvidence): void {
    this.#turns.set(author, (this.#turns.get(author) ?? 0) + 1);
    const { tried, [verdict]: before } = this.#totals;
    this.#totals = { ...this.#totals, tried: tried + 1, [verdict]: before + 1 };
  }
}

/** Was the task in none of the lesson's earlier pairs? When it was first done says so only where nothing else does: what was done long ago goes out of sight. */
function isNew({ environment, task, since }: TrialTask, earlier: TrialEvidence | undefined): boolean {
  if (earlier === undefined) return true;
  return earlier.tasks === undefined ? since > earlier.at : !earlier.tasks.includes(nameOfTask(environment, task));
}

function tasksOf({ wins, losses, bothRight, bothWrong }: TrialCounts): number {
  return wins + losses + bothRight + bothWrong;
}

/**
 * As many actions as the task is known to take. More would let the environment's own messages teach what the lesson says, and the pair would tell nothing; fewer
 * would let nothing succeed.
 */
function actionsFor({ solvedIn }: TrialTask, { record }: StoredLesson): number {
  return solvedIn ?? Math.min(record.body.example?.steps.length ?? 1, maxUnknownActions);
}

/** How the model did without lessons when it met the task, if that was with as many actions: greedy decoding does it the same way again. */
function knownAlone({ alone }: TrialTask, model: string, actions: number): boolean | undefined {
  const fitting = alone.find((lone) => lone.model === model && (lone.solved || lone.actions >= actions));
  return fitting === undefined ? undefined : fitting.solved && fitting.actions <= actions;
}
