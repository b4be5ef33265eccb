/**
 * One turn of a conversation that another program leads: a chat client, a coding agent with tools of its own.
 *
 * It guarantees that what the client wrote reaches the model as it is, with lessons as fenced notes before the user's last message; that the tools are the
 * client's and no lesson adds one; and that a finished turn is on the disk before it is returned. A turn that ends in a wish for tools is no whole trajectory:
 * it is kept with the turn that ends it, as that one's steps.
 */
import type {
  AuthorId,
  Experience,
  Generation,
  GenerationRequest,
  LanguageModel,
  LessonUse,
  Message,
  Step,
  ToolCall,
} from "@grapevine/core";
import { conversationPrompt } from "./conversation-prompt.ts";
import { agentErrors } from "./errors.ts";
import { type KeepingComponents, keepExperience, useOf } from "./keeping.ts";
import { maxCompletionTokens } from "./question-prompt.ts";
import { type QuestionRecallComponents, recallForQuestion } from "./recalling-for-questions.ts";
import { TokenCount } from "./token-count.ts";

export interface Conversation
  extends Pick<
    GenerationRequest,
    "tools" | "toolChoice" | "format" | "stop" | "temperature" | "topP" | "seed" | "frequencyPenalty" | "presencePenalty"
  > {
  readonly messages: readonly Message[];
  /** Default: what the model's context leaves; of a weak model, which does not end by itself, a few lines. */
  readonly maxTokens?: number;
}

export interface ConverseOptions {
  /** False: without lessons. */
  readonly lessons: boolean;
  readonly signal?: AbortSignal;
  readonly onText?: (piece: string) => void;
  /** Told which lessons are in the prompt, before the model is asked. */
  readonly onLessons?: (lessons: readonly LessonUse[]) => void;
}

export interface Turn {
  readonly generation: Generation;
  readonly lessons: readonly LessonUse[];
  readonly model: string;
  /** Absent where the model wants tools used. */
  readonly experience?: Experience;
}

export interface ConversingComponents extends KeepingComponents, QuestionRecallComponents {
  readonly model: () => LanguageModel;
  readonly nameOf: (author: AuthorId) => string;
  readonly self: AuthorId;
}

/**
 * Lessons are recalled for this many characters of the user's last message: more than an embedder reads. Of a longer one, half from its beginning and half from
 * its end, since what is asked of a pasted text stands before or after it.
 */
const maxRecallCharacters = 2_000;

/** @throws QUESTION_EMPTY, and what model and store throw; nothing is kept of a turn that did not come. */
export async function converse(
  conversation: Conversation,
  options: ConverseOptions,
  components: ConversingComponents,
): Promise<Turn> {
  const { messages, maxTokens, ...request } = conversation;
  const createdAt = components.clock.now();
  const question = lastQuestion(messages);
  const model = components.model();
  const recalled = options.lessons ? await recallForQuestion(recallText(question), model, {}, components) : [];
  options.signal?.throwIfAborted();
  const lessons = recalled.map((each) => useOf(each, components.self));
  options.onLessons?.(lessons);
  const generation = await model.generate({
    ...request,
    ...conversationPrompt({ ...conversation, question, lessons: recalled, form: model.promptForm, nameOf: components.nameOf }),
    maxTokens: maxTokens ?? (model.promptForm === "completion" ? maxCompletionTokens : model.contextTokens),
    ...(options.signal && { signal: options.signal }),
    ...(options.onText && { onText: options.onText }),
  });
  const tokens = new TokenCount();
  tokens.add(generation);
  const turn: Turn = { generation, lessons, model: model.id };
  if (generation.toolCalls !== undefined) return turn;
  const experience = await keepExperience(components, {
    createdAt,
    prompt: question,
    ...(isMoreThanItsQuestion(conversation) && { withinConversation: true }),
    steps: stepsOf(messages),
    answer: generation.text.trim(),
    lessons,
    model: model.id,
    ...tokens.counted(),
    distillation: "waiting",
  });
  return { ...turn, experience };
}

/** Would the answer be none to the question alone? */
function isMoreThanItsQuestion({ messages, format, tools }: Conversation): boolean {
  return messages.length > 1 || format !== undefined || tools !== undefined;
}

function lastQuestion(messages: readonly Message[]): string {
  const question = messages.findLast(({ role }) => role === "user")?.content ?? "";
  if (question.trim() === "") throw agentErrors.create("QUESTION_EMPTY", "no message of the user says anything");
  return question;
}

function recallText(question: string): string {
  if (question.length <= maxRecallCharacters) return question;
  const half = maxRecallCharacters / 2;
  return `${question.slice(0, half)}\n${question.slice(-half)}`;
}

/** What was done with tools since the user's last message. A call that nothing came of is not known to have been made. */
function stepsOf(messages: readonly Message[]): Step[] {
  const since = messages.slice(messages.findLastIndex(({ role }) => role === "user") + 1);
  const calls = new Map<string, ToolCall>();
  const steps: Step[] = [];
  for (const message of since) {
    if (message.role === "assistant") for (const call of message.toolCalls ?? []) calls.set(call.id, call);
    if (message.role !== "tool") continue;
    const call = calls.get(message.callId);
    // Whether the tool refused is in its own words; nothing else says so.
    if (call !== undefined)
      steps.push({ action: `${call.name} ${call.arguments}`, observation: message.content, accepted: true });
  }
  return steps;
}
