/**
 * Questions and probes of other peers.
 *
 * It guarantees that an answer is made as one for this node's own user is, without tools: from the question and from lessons that may be used, never from held
 * lessons or from experiences; that no piece of it leaves before the redaction gate has passed it (`gated-text.ts`); and that it does not keep this node
 * from its own work: one answer for others is made at a time, it takes its turn at the model, and it is broken off and begun anew when the node's own user
 * asks something, as long as nothing of it has left. What the user calls other authors stays here. It does not keep the model from telling what stands in its
 * prompt: the lessons, which are no secret, and how far their authors are trusted.
 */
import type { Agent } from "@grapevine/agent";
import { type AuthorId, type Experience, publicSpecification, type RecalledLesson } from "@grapevine/core";
import type { Gate } from "@grapevine/distill";
import type { AnswerContext, Answering, AskPermission, AskReply, Sureness } from "@grapevine/network";
import type { Activity } from "./activity.ts";
import type { AnswerPolicy } from "./control/contract.ts";
import { GatedText } from "./gated-text.ts";
import type { PrincipalBook } from "./principals.ts";
import { Turns } from "./turns.ts";

export interface AnsweringComponents {
  readonly policy: AnswerPolicy;
  readonly principals: Pick<PrincipalBook, "get">;
  /** The agent for others: what it keeps and how it calls authors is for whom it serves. */
  readonly agent: Agent;
  readonly recall: (query: { readonly text: string; readonly limit: number }) => Promise<RecalledLesson[]>;
  readonly gate: Gate;
  /** Busy while this node's own user waits for an answer. */
  readonly ownQuestions: Activity;
}

export function createAnswering(components: AnsweringComponents): Answering {
  const turns = new Turns();
  return {
    permission: (from) => permissionOf(from, components),
    answer: (question, context) => turns.take(() => answer(question, context, components), context.signal),
    probe: (question) => probe(question, components),
  };
}

function permissionOf(from: AuthorId, { policy, principals }: AnsweringComponents): AskPermission {
  const { standing } = principals.get(from);
  if (policy === "nobody" || standing === "blocked") return "closed";
  if (standing === "trusted") return "known";
  return policy === "swarm" ? "stranger" : "not-trusted";
}

async function answer(question: string, context: AnswerContext, components: AnsweringComponents): Promise<AskReply> {
  for (;;) {
    const experience = await components.ownQuestions.background((wanted) => attempt(question, context, wanted, components));
    context.signal.throwIfAborted();
    if (experience !== undefined) return replyOf(experience);
  }
}

/** One try; undefined when this node's user wanted the model meanwhile. */
async function attempt(
  question: string,
  { from, signal, onText }: AnswerContext,
  wanted: AbortSignal,
  { agent, gate }: AnsweringComponents,
): Promise<Experience | undefined> {
  const text = new GatedText(gate, onText);
  const brokenOff = new AbortController();
  wanted.addEventListener("abort", () => {
    // What has left cannot be taken back, and might come out otherwise the second time.
    if (!text.hasLeft) brokenOff.abort();
  });
  try {
    const experience = await agent.ask(question, {
      lessons: true,
      askedBy: from,
      signal: AbortSignal.any([signal, brokenOff.signal]),
      onText: (piece) => text.push(piece),
    });
    await text.end(experience.answer);
    return experience;
  } catch (error) {
    if (brokenOff.signal.aborted && !signal.aborted) return undefined;
    throw error;
  }
}

/** What the peer is told: the lessons by their names, nothing of what this node makes of them. */
function replyOf({ answer: text, lessons, model, ms }: Experience): AskReply {
  return {
    answer: text,
    lessons: lessons.map(({ id, title, author, similarity }) => ({ id, title, author, similarity })),
    model: publicSpecification(model),
    ms,
  };
}

async function probe(question: string, { recall }: AnsweringComponents): Promise<Sureness | undefined> {
  const [best] = await recall({ text: question, limit: 1 });
  return best === undefined ? undefined : surenessOf(best);
}

/** The figures of the lesson that is recalled first. */
export function surenessOf({ similarity, utility }: RecalledLesson): Sureness {
  return { similarity: Math.min(1, Math.max(0, similarity)), utility };
}
