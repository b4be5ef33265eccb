/**
 * `POST /v1/chat/completions`.
 *
 * It guarantees that nothing of a streamed answer leaves before it is known that there is one, so that refusals have a status; that the lessons in the prompt
 * are named before the first piece; and that a client who hangs up ends the generation.
 */
import { type Clock, createExperienceId, type GrapevineError, type Message } from "@grapevine/core";
import type { FastifyReply, FastifyRequest } from "fastify";
import { named } from "../control/failures.ts";
import type { UsedLesson } from "../control/lesson-contract.ts";
import type { Converse } from "../conversing.ts";
import { nodeErrors } from "../errors.ts";
import type { NodeOperations } from "../operations.ts";
import {
  type ChatEnd,
  type ChatHead,
  chatCompletion,
  firstChunk,
  lastChunks,
  lessonsHeader,
  lessonsHeaderValue,
  textChunk,
} from "./chat-reply.ts";
import { type ChatRequest, readChatRequest } from "./chat-request.ts";
import { openAiRefusal } from "./refusals.ts";
import { servedModel } from "./served-models.ts";

export interface ChatComponents {
  readonly operations: Pick<NodeOperations, "ask">;
  readonly converse: Converse;
  readonly clock: Clock;
}

/** Told while an answer is made. */
interface Listener {
  readonly signal: AbortSignal;
  readonly onText: (piece: string) => void;
  readonly onLessons: (lessons: readonly UsedLesson[]) => void;
}

/** @throws API_REQUEST_INVALID, SERVED_MODEL_UNKNOWN, and what agent, model and network throw, while nothing has left */
export async function chat(request: FastifyRequest, reply: FastifyReply, components: ChatComponents): Promise<void> {
  const asked = readChatRequest(request.body);
  const head: ChatHead = {
    id: `chatcmpl-${createExperienceId(components.clock)}`,
    created: Math.floor(components.clock.now() / 1000),
    model: asked.model,
  };
  const hangUp = new AbortController();
  reply.raw.once("close", () => hangUp.abort());
  if (asked.stream) return await stream(asked, head, request, reply, hangUp.signal, components);
  let text = "";
  const onText = (piece: string): void => {
    text += piece;
  };
  const end = await answer(asked, { signal: hangUp.signal, onText, onLessons: () => undefined }, components);
  void reply.header(lessonsHeader, lessonsHeaderValue(end.extension.lessons)).send(chatCompletion(head, text, end));
}

async function stream(
  asked: ChatRequest,
  head: ChatHead,
  request: FastifyRequest,
  reply: FastifyReply,
  signal: AbortSignal,
  components: ChatComponents,
): Promise<void> {
  const { raw } = reply;
  let lessons: readonly UsedLesson[] = [];
  const send = (event: object | string): void => {
    if (!raw.destroyed) raw.write(`data: ${typeof event === "string" ? event : JSON.stringify(event)}\n\n`);
  };
  const begin = (): void => {
    if (raw.headersSent) return;
    reply.hijack();
    raw.writeHead(200, {
      "content-type": "text/event-stream; charset=utf-8",
      "cache-control": "no-store",
      [lessonsHeader]: lessonsHeaderValue(lessons),
    });
    send(firstChunk(head));
  };
  const onText = (piece: string): void => {
    begin();
    send(textChunk(head, piece));
  };
  const onLessons = (used: readonly UsedLesson[]): void => {
    lessons = used;
  };
  try {
    const end = await answer(asked, { signal, onText, onLessons }, components);
    lessons = end.extension.lessons;
    begin();
    for (const event of lastChunks(head, end, asked.includesUsage)) send(event);
    send("[DONE]");
  } catch (error) {
    // Before the first piece the refusal still has a status; afterwards it is the last thing in the stream.
    if (!raw.headersSent) throw error;
    send(openAiRefusal(named(error, request.url)));
  } finally {
    if (raw.headersSent) raw.end();
  }
}

async function answer(asked: ChatRequest, listener: Listener, components: ChatComponents): Promise<ChatEnd> {
  const served = servedModel(asked.model);
  if (served.kind === "peer") return await answerOfPeer(served.peer, asked, listener, components);
  const { lessons } = served;
  const turn = await components.converse(asked.conversation, { ...listener, lessons });
  const { promptTokens, generatedTokens, ended, toolCalls } = turn.generation;
  return {
    ended,
    tokens: { promptTokens, generatedTokens },
    ...(toolCalls !== undefined && { toolCalls }),
    extension: {
      ...(turn.experienceId !== undefined && { experienceId: turn.experienceId }),
      lessons: turn.lessons,
      model: turn.model,
    },
  };
}

async function answerOfPeer(
  peer: string,
  { conversation }: ChatRequest,
  { signal, onText }: Listener,
  { operations }: ChatComponents,
): Promise<ChatEnd> {
  const { messages, tools, format } = conversation;
  if (tools !== undefined) throw unsupportedByPeers("tools");
  if (format !== undefined) throw unsupportedByPeers("response_format");
  const reply = await operations.ask({ question: asQuestion(messages), peer }, onText, { signal });
  const { experienceId, lessons, answeredBy, model } = reply;
  return { ended: "stop", extension: { experienceId, lessons, answeredBy, model } };
}

function unsupportedByPeers(field: string): GrapevineError {
  return nodeErrors.create("API_REQUEST_INVALID", `${field}: a peer answers one question in words`, {
    hint: `Leave out ${field}, or ask for the model grapevine.`,
  });
}

/** A peer takes one question: the user's alone as it is, a longer conversation as it would be told. */
function asQuestion(messages: readonly Message[]): string {
  const [only, ...more] = messages;
  if (only?.role === "user" && more.length === 0) return only.content;
  return messages.map(({ role, content }) => `${speakers[role]}: ${content}`).join("\n\n");
}

const speakers: Readonly<Record<Message["role"], string>> = {
  system: "Instructions",
  user: "User",
  assistant: "Assistant",
  tool: "Result of a tool",
};
