/** Questions of this node's user: to its own agent, to a peer's, or to whichever is surest. */
import type { Agent, LeftOutLesson } from "@grapevine/agent";
import {
  type AuthorId,
  type Clock,
  createExperienceId,
  type Experience,
  type ExperienceStore,
  type RecalledLesson,
} from "@grapevine/core";
import type { Gate } from "@grapevine/distill";
import type { Network } from "@grapevine/network";
import type { Activity } from "./activity.ts";
import { askBest } from "./asking-best.ts";
import type { Answer, AskRequest, QuestionFinding } from "./control/agent-contract.ts";
import { nodeErrors } from "./errors.ts";
import { findPeer } from "./finding.ts";
import type { CallOptions } from "./operations.ts";
import type { PrincipalBook } from "./principals.ts";
import { leftOutLesson, usedLesson, type ViewComponents } from "./views.ts";

export interface AskingComponents extends ViewComponents {
  readonly self: AuthorId;
  readonly agent: Agent;
  readonly recall: (query: { readonly text: string; readonly limit: number }) => Promise<RecalledLesson[]>;
  readonly network: Network;
  readonly principals: PrincipalBook;
  readonly experiences: Pick<ExperienceStore, "append">;
  readonly gate: Gate;
  readonly activity: Activity;
  /** Answers that are in the making for peers give way to these. */
  readonly ownQuestions: Activity;
  readonly clock: Clock;
  /** May verified answers be given again without the model? */
  readonly reuses: boolean;
}

/** How a question is asked of somebody, once it is known of whom. */
export type AskSomebody = (peer: AuthorId, timeoutMs: number | undefined, onText: (text: string) => void) => Promise<Answer>;

/** @throws what agent and network throw, PEER_UNKNOWN, PEER_AMBIGUOUS, QUESTION_REFUSED, API_REQUEST_INVALID */
export async function ask(
  request: AskRequest,
  onText: (text: string) => void,
  options: CallOptions,
  components: AskingComponents,
): Promise<Answer> {
  const { peer, best = false, timeoutMs } = request;
  if (peer === undefined && !best) return await askSelf(request, onText, options, components);
  if (peer !== undefined && best) {
    throw nodeErrors.create("API_REQUEST_INVALID", "best: a question is for one peer or for whichever is surest, not for both");
  }
  const asked = peer === undefined ? undefined : findPeer(peer, components.network, components.principals).peerId;
  const sentDespite = await pass(request, components);
  const askSomebody: AskSomebody = (answerer, patienceMs, receive) =>
    answerer === components.self
      ? askSelf(request, receive, options, components)
      : askPeer(request.question, answerer, patienceMs, receive, options, components);
  const answer =
    asked === undefined
      ? await askBest(request, onText, options, askSomebody, components)
      : await askSomebody(asked, timeoutMs, onText);
  return sentDespite.length === 0 ? answer : { ...answer, sentDespite };
}

/** What the gate sees in a question that may leave all the same. @throws QUESTION_REFUSED */
async function pass({ question, force = false }: AskRequest, { gate }: AskingComponents): Promise<readonly QuestionFinding[]> {
  const { findings } = await gate.check(question);
  if (findings.length === 0 || force) return findings;
  const found = findings.map(({ kind, rule, start, end }) => `${kind} (${rule}) at characters ${start} to ${end}`).join("; ");
  throw nodeErrors.create("QUESTION_REFUSED", `the question holds ${found}`);
}

async function askSelf(
  { question, lessons = true, bothSides = false, fresh = false }: AskRequest,
  onText: (text: string) => void,
  { signal }: CallOptions,
  components: AskingComponents,
): Promise<Answer> {
  const { agent, activity, ownQuestions, self, reuses } = components;
  // Whoever says what is to be in the prompt wants an answer made of it.
  const reuse = reuses && !fresh && lessons && !bothSides;
  let leftOut: readonly LeftOutLesson[] | undefined;
  const onLeftOut = (found: readonly LeftOutLesson[]): void => {
    leftOut = found;
  };
  const experience = await activity.during(() =>
    ownQuestions.during(() => agent.ask(question, { lessons, bothSides, reuse, signal, onText, onLeftOut })),
  );
  const answer = answerOf(experience, self, experience.model, components);
  return leftOut === undefined ? answer : { ...answer, leftOut: leftOut.map((each) => leftOutLesson(each, components)) };
}

async function askPeer(
  question: string,
  peer: AuthorId,
  timeoutMs: number | undefined,
  onText: (text: string) => void,
  { signal }: CallOptions,
  components: AskingComponents,
): Promise<Answer> {
  const { network, clock, self, trustOf } = components;
  const createdAt = clock.now();
  const reply = await network.ask(peer, question, { signal, onText, timeoutMs });
  const experience: Experience = {
    id: createExperienceId(clock),
    createdAt,
    prompt: question,
    answeredBy: peer,
    steps: [],
    answer: reply.answer,
    // The peer names them; how far their authors are trusted is this node's to say.
    lessons: reply.lessons.map((named) => ({ ...named, trust: trustOf(named.author), own: named.author === self })),
    model: reply.model,
    ms: clock.now() - createdAt,
    distillation: "waiting",
  };
  await components.experiences.append(experience);
  return answerOf(experience, peer, reply.model, components);
}

function answerOf(experience: Experience, answeredBy: AuthorId, model: string, components: ViewComponents): Answer {
  return {
    experienceId: experience.id,
    answer: experience.answer,
    answeredBy: { peerId: answeredBy, name: components.nameOf(answeredBy) },
    lessons: experience.lessons.map((use) => usedLesson(use, components)),
    reused: experience.reusedFrom !== undefined,
    ...(experience.reusedFrom !== undefined && { reusedFrom: experience.reusedFrom }),
    model,
    ms: experience.ms,
  };
}
