/**
 * The agent: recalls lessons, prompts the model, acts, and keeps what happened.
 *
 * It guarantees that an experience is on the disk before its answer is returned. It does not judge its own answers: an outcome comes from an
 * environment's checker or from the user.
 */
import {
  type AuthorId,
  type Clock,
  type Environment,
  type Episode,
  type Experience,
  type ExperienceStore,
  type LanguageModel,
  limits,
  type RecalledLesson,
  type Step,
  type Task,
} from "@grapevine/core";
import { type Conversation, type ConverseOptions, converse, type Turn } from "./conversing.ts";
import { agentErrors } from "./errors.ts";
import { keepExperience, useOf } from "./keeping.ts";
import { readAction, stepPrompt } from "./prompt.ts";
import { questionPrompt } from "./question-prompt.ts";
import type { LeftOutLesson, RecallQuery } from "./recall.ts";
import { recallForQuestion } from "./recalling-for-questions.ts";
import { defaultStrategy, type PromptStrategy } from "./strategy.ts";
import { TokenCount } from "./token-count.ts";

export interface AgentComponents {
  /** The model of the moment; it is asked for anew each time. */
  readonly model: () => LanguageModel;
  readonly recall: (query: RecallQuery) => Promise<RecalledLesson[]>;
  /** How lessons enter the prompts of the model of the moment; the default where it is absent. */
  readonly strategy?: () => PromptStrategy;
  /** Least similarity of a lesson in the prompt of a question, as outcomes say; recall's own where it is absent. */
  readonly minSimilarity?: () => number;
  /** The verified answer to the very question, where there is one; nothing is given again where it is absent. */
  readonly known?: (question: string) => Promise<KnownAnswer | undefined>;
  readonly experiences: Pick<ExperienceStore, "append">;
  readonly clock: Clock;
  readonly nameOf: (author: AuthorId) => string;
  /** The node's own author id: lessons by it are its own. */
  readonly self: AuthorId;
}

/** What was answered before, and verified. */
export interface KnownAnswer {
  /** Id of the experience. */
  readonly experience: string;
  readonly answer: string;
  /** Which made it. */
  readonly model: string;
}

export interface AskOptions {
  /** False: answer without lessons. */
  readonly lessons: boolean;
  /** True: lessons that contradict each other may both be in the prompt. */
  readonly bothSides?: boolean;
  /** True: where the answer is known and verified, it is given again without the model. Default false. */
  readonly reuse?: boolean;
  readonly askedBy?: AuthorId;
  readonly signal?: AbortSignal;
  readonly onText?: (piece: string) => void;
  /** Told which lessons were considered and left out, before the model is asked. */
  readonly onLeftOut?: (leftOut: readonly LeftOutLesson[]) => void;
}

export interface AttemptOptions {
  readonly lessons: boolean;
  /** Most actions; the outcome is `failed` when none of them solved the task. */
  readonly maxSteps: number;
  /** True: queue the experience for distillation. False: a test, from which nothing is to be learnt. */
  readonly learn: boolean;
  /** What did the task before: tried first, without the model. */
  readonly known?: KnownAnswer;
  readonly signal?: AbortSignal;
}

export interface RehearsalOptions {
  /** Exactly these stand in the prompt, whatever their state. */
  readonly lessons: readonly RecalledLesson[];
  /** Most actions, as in an attempt. */
  readonly maxSteps: number;
  readonly signal?: AbortSignal;
}

export interface Rehearsal {
  readonly solved: boolean;
  readonly steps: readonly Step[];
  /** How often the model was asked. */
  readonly generations: number;
}

export interface Agent {
  /** @throws QUESTION_EMPTY, QUESTION_TOO_LONG, and what model and store throw; nothing is kept of an answer that did not come. */
  ask(question: string, options: AskOptions): Promise<Experience>;
  /** One more turn of a conversation that somebody else leads. @throws QUESTION_EMPTY, and what model and store throw */
  converse(conversation: Conversation, options: ConverseOptions): Promise<Turn>;
  /** One try at one task, every step kept. @throws what model, environment and store throw */
  attempt(environment: Environment, task: Task, options: AttemptOptions): Promise<Experience>;
  /** One try at one task with the given lessons, prompted as an attempt is but for the fence's name; nothing of it is kept. @throws what model and environment throw */
  rehearse(environment: Environment, task: Task, options: RehearsalOptions): Promise<Rehearsal>;
}

const silentRetryTemperature = 0.7;

export function createAgent(components: AgentComponents): Agent {
  return {
    ask: (question, options) => ask(question, options, components),
    converse: (conversation, options) => converse(conversation, options, components),
    attempt: (environment, task, options) => attempt(environment, task, options, components),
    rehearse: (environment, task, options) => rehearse(environment, task, options, components),
  };
}

async function ask(question: string, options: AskOptions, components: AgentComponents): Promise<Experience> {
  checkQuestion(question);
  const startedAt = components.clock.now();
  const known = options.reuse === true ? await components.known?.(question) : undefined;
  if (known !== undefined) return await answerAgain(question, known, startedAt, options, components);
  const model = components.model();
  const lessons = options.lessons ? await recallForQuestion(question, model, options, components) : [];
  options.signal?.throwIfAborted();
  const request = {
    ...questionPrompt({ question, lessons, form: model.promptForm, nameOf: components.nameOf }),
    signal: options.signal,
    onText: options.onText && fromFirstWord(options.onText),
  };
  const tokens = new TokenCount();
  let generation = await model.generate(request);
  tokens.add(generation);
  // Weak models at times say nothing at all where they are certain to; chance is then the way to an answer.
  if (generation.text.trim() === "") {
    generation = await model.generate({ ...request, temperature: silentRetryTemperature });
    tokens.add(generation);
  }
  return await keepExperience(components, {
    createdAt: startedAt,
    prompt: question,
    askedBy: options.askedBy,
    steps: [],
    answer: generation.text.trim(),
    lessons: lessons.map((recalled) => useOf(recalled, components.self)),
    model: model.id,
    ...tokens.counted(),
    distillation: "waiting",
  });
}

/** Leaves out the space that a model begins with, as the answer that is kept does. */
function fromFirstWord(onText: (piece: string) => void): (piece: string) => void {
  let hasBegun = false;
  return (piece) => {
    const text = hasBegun ? piece : piece.trimStart();
    if (text === "") return;
    hasBegun = true;
    onText(text);
  };
}

async function answerAgain(
  question: string,
  { experience, answer, model }: KnownAnswer,
  createdAt: number,
  { onText, askedBy, signal }: AskOptions,
  components: AgentComponents,
): Promise<Experience> {
  signal?.throwIfAborted();
  onText?.(answer);
  const lessons: Experience["lessons"] = [];
  return await keepExperience(components, {
    createdAt,
    prompt: question,
    askedBy,
    reusedFrom: experience,
    steps: [],
    answer,
    lessons,
    model,
    distillation: "waiting",
  });
}

function checkQuestion(question: string): void {
  if (question.trim() === "") throw agentErrors.create("QUESTION_EMPTY", "the question is empty");
  const bytes = Buffer.byteLength(question);
  if (bytes > limits.maxQuestionBytes) {
    throw agentErrors.create("QUESTION_TOO_LONG", `the question has ${bytes} bytes, more than ${limits.maxQuestionBytes}`);
  }
}

async function attempt(
  environment: Environment,
  task: Task,
  options: AttemptOptions,
  components: AgentComponents,
): Promise<Experience> {
  const startedAt = components.clock.now();
  const model = components.model();
  const episode = await environment.start(task);
  const again = options.known === undefined ? nothingDone : await repeat(episode, options.known);
  const isOver = again.solved || again.done;
  const lessons =
    options.lessons && !isOver
      ? await components.recall({
          text: task.prompt,
          environment: environment.id,
          limit: strategyOf(components).lessons,
          ...(episode.choices === undefined ? {} : { options: episode.choices }),
        })
      : [];
  const tokens = new TokenCount();
  const acting = { ...options, done: again.steps, tokens };
  const { steps, solved } = isOver ? again : await act(environment, episode, lessons, acting, components);
  return await keepExperience(components, {
    createdAt: startedAt,
    prompt: task.prompt,
    task: { environment: environment.id, id: task.id, family: task.family },
    reusedFrom: again.solved ? options.known?.experience : undefined,
    steps,
    answer: steps.at(-1)?.action ?? "",
    outcome: { verdict: solved ? "worked" : "failed", verifiedBy: "environment", at: components.clock.now() },
    lessons: lessons.map((recalled) => useOf(recalled, components.self)),
    model: model.id,
    ...tokens.counted(),
    distillation: options.learn && !again.solved ? "queued" : "waiting",
  });
}

interface Done {
  readonly steps: readonly Step[];
  readonly solved: boolean;
  readonly done: boolean;
}

const nothingDone: Done = { steps: [], solved: false, done: false };

/** What did the task once, without the model. */
async function repeat(episode: Episode, { answer }: KnownAnswer): Promise<Done> {
  const { observation, accepted, solved, done } = await episode.act(answer);
  return { steps: [{ action: answer, observation, accepted }], solved, done };
}

async function rehearse(
  environment: Environment,
  task: Task,
  options: RehearsalOptions,
  components: AgentComponents,
): Promise<Rehearsal> {
  const episode = await environment.start(task);
  // With one fence for all tasks a lesson's prompts begin alike, and a server need not read the beginning again; whoever guesses it gains nothing, since here
  // only outcomes count.
  const { steps, solved } = await act(
    environment,
    episode,
    options.lessons,
    { ...options, fenceSeed: environment.id },
    components,
  );
  return { solved, steps, generations: steps.length };
}

/** Observe and act until it is done or the steps are used up. Every prompt is built anew from what was learnt; see prompt.ts for why. */
async function act(
  environment: Environment,
  episode: Episode,
  lessons: readonly RecalledLesson[],
  options: Pick<AttemptOptions, "maxSteps" | "signal"> & {
    readonly fenceSeed?: string;
    readonly done?: readonly Step[];
    readonly tokens?: TokenCount;
  },
  components: Pick<AgentComponents, "model" | "nameOf" | "strategy">,
): Promise<{ steps: readonly Step[]; solved: boolean }> {
  const model = components.model();
  const strategy = strategyOf(components);
  const steps: Step[] = [...(options.done ?? [])];
  while (steps.length < options.maxSteps) {
    options.signal?.throwIfAborted();
    const request = stepPrompt({
      form: episode.choices === undefined ? strategy.act : model.promptForm,
      place: strategy.place,
      actionName: environment.actionName,
      task: episode.task.prompt,
      observation: episode.observation,
      // A weak model chooses among what is suggested; a better one writes by itself.
      choices: episode.choices ?? (model.promptForm === "completion" ? episode.suggestions : undefined),
      steps,
      lessons,
      nameOf: components.nameOf,
      fenceSeed: options.fenceSeed,
    });
    const generation = await model.generate({ ...request, signal: options.signal });
    options.tokens?.add(generation);
    const action = readAction(generation.text);
    const result = await episode.act(action);
    steps.push({ action, observation: result.observation, accepted: result.accepted });
    if (result.done || result.solved) return { steps, solved: result.solved };
  }
  return { steps, solved: false };
}

function strategyOf({ strategy }: Pick<AgentComponents, "strategy">): PromptStrategy {
  return strategy?.() ?? defaultStrategy;
}
