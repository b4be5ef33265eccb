/** Questions: to this node's agent, to another peer's agent, and from other peers to ours. */
import type { Agent } from "@grapevine/agent";
import {
  type AuthorId,
  type Clock,
  createExperienceId,
  type Experience,
  type ExperienceStore,
  publicSpecification,
} from "@grapevine/core";
import type { Gate } from "@grapevine/distill";
import type { AnswerContext, AskReply, Network } from "@grapevine/network";
import type { Activity } from "./activity.ts";
import type { Answer, AskRequest } from "./control/contract.ts";
import { nodeErrors } from "./errors.ts";
import { findPeer } from "./finding.ts";
import type { CallOptions } from "./operations.ts";
import type { PrincipalBook } from "./principals.ts";
import { usedLesson, type ViewComponents } from "./views.ts";

export interface AskingComponents extends ViewComponents {
  readonly self: AuthorId;
  readonly agent: Agent;
  readonly network: Network;
  readonly principals: PrincipalBook;
  readonly experiences: Pick<ExperienceStore, "append">;
  readonly gate: Gate;
  readonly activity: Activity;
  readonly clock: Clock;
}

/** @throws what agent and network throw, PEER_UNKNOWN, PEER_AMBIGUOUS, QUESTION_REFUSED */
export async function ask(
  request: AskRequest,
  onText: (text: string) => void,
  options: CallOptions,
  components: AskingComponents,
): Promise<Answer> {
  const { agent, activity, self } = components;
  if (request.peer !== undefined) return await askPeer(request.question, request.peer, onText, options, components);
  const experience = await activity.during(() =>
    agent.ask(request.question, { lessons: request.lessons ?? true, signal: options.signal, onText }),
  );
  return answerOf(experience, self, experience.model, components);
}

/**
 * Another peer's question. It takes its turn at the model, but no precedence over this node's own work: whoever asks much must not keep it from
 * learning. Its answer is sent whole, once the redaction gate has seen it: a piece of a secret is one too. */
export async function answerPeer(
  question: string,
  { from, signal }: AnswerContext,
  components: AskingComponents,
): Promise<AskReply> {
  const { agent, gate } = components;
  const { answer, lessons, model, ms } = await agent.ask(question, { lessons: true, askedBy: from, signal });
  const { passes, findings } = await gate.check(answer);
  if (!passes) {
    const rules = findings.map(({ rule }) => rule).join(", ");
    throw nodeErrors.create("ANSWER_WITHHELD", `the redaction gate of the answering node stopped the answer: ${rules}`);
  }
  return { answer, lessons, model: publicSpecification(model), ms };
}

async function askPeer(
  question: string,
  peerText: string,
  onText: (text: string) => void,
  { signal }: CallOptions,
  components: AskingComponents,
): Promise<Answer> {
  const { network, principals, gate, clock } = components;
  const peer = findPeer(peerText, network, principals);
  const { passes, findings } = await gate.check(question);
  if (!passes) {
    const found = findings.map(({ kind, rule, start, end }) => `${kind} (${rule}) at characters ${start} to ${end}`).join("; ");
    throw nodeErrors.create("QUESTION_REFUSED", `the question holds ${found}`);
  }
  const createdAt = clock.now();
  const reply = await network.ask(peer.peerId, question, { signal, onText });
  const experience: Experience = {
    id: createExperienceId(clock),
    createdAt,
    prompt: question,
    answeredBy: peer.peerId,
    steps: [],
    answer: reply.answer,
    lessons: reply.lessons.map((use) => ({ ...use, own: use.author === components.self })),
    model: reply.model,
    ms: clock.now() - createdAt,
    distillation: "waiting",
  };
  await components.experiences.append(experience);
  return answerOf(experience, peer.peerId, reply.model, components);
}

function answerOf(experience: Experience, answeredBy: AuthorId, model: string, components: ViewComponents): Answer {
  return {
    experienceId: experience.id,
    answer: experience.answer,
    answeredBy: { peerId: answeredBy, name: components.nameOf(answeredBy) },
    lessons: experience.lessons.map((use) => usedLesson(use, components)),
    reused: false,
    model,
    ms: experience.ms,
  };
}
