/** Answers other peers' questions by the ask protocol. */
import { type AuthorId, GrapevineError, messageOf } from "@grapevine/core";
import type { Connection, Stream } from "@libp2p/interface";
import { type AskFrame, askRequest, bytesOf, maxQuestionFrameBytes } from "./ask-protocol.ts";
import { errorFrame, refusalFrame } from "./ask-refusal.ts";
import type { Counters } from "./counters.ts";
import { networkErrors } from "./errors.ts";
import { type FrameStream, frameStream } from "./frame-stream.ts";
import { helloTimeoutMs, maxAnswerBytes, maxAnswersAtOnce } from "./network-limits.ts";
import type { AnswerQuestion, AskReply, NetworkLog } from "./network-types.ts";
import { TextSender } from "./text-sender.ts";

export interface AskServerComponents {
  readonly answer: AnswerQuestion;
  readonly counters: Counters;
  readonly log: NetworkLog;
  /** Resolves when the peer at the other end has greeted. */
  greeted(connection: Connection): Promise<unknown>;
}

export class AskServer {
  readonly #components: AskServerComponents;
  /** Who is being answered. */
  readonly #answering = new Set<AuthorId>();

  constructor(components: AskServerComponents) {
    this.#components = components;
  }

  /** The handler of the protocol. */
  async serve(stream: Stream, connection: Connection): Promise<void> {
    const peer = connection.remotePeer.toString();
    const gone = new AbortController();
    stream.addEventListener("close", () => gone.abort(), { once: true });
    try {
      await this.#components.greeted(connection);
      const frames = frameStream(stream, maxQuestionFrameBytes);
      const last = await this.#answerOnce(peer, frames, gone.signal);
      await frames.write(last, gone.signal);
      await stream.close({ signal: gone.signal });
      this.#components.counters.add(last.type === "answer" ? "ask.answered" : "ask.refused");
    } catch (error) {
      this.#components.counters.add("ask.broken-off");
      stream.abort(error as Error);
    }
  }

  /** One question at a time a peer. Answers with the last frame. */
  async #answerOnce(peer: AuthorId, frames: FrameStream, gone: AbortSignal): Promise<AskFrame> {
    if (this.#answering.has(peer) || this.#answering.size >= maxAnswersAtOnce) {
      return errorFrame(networkErrors.create("ASK_BUSY", "the peer is busy with other questions"));
    }
    this.#answering.add(peer);
    try {
      const { question, timeoutMs } = await frames.read(askRequest, AbortSignal.any([gone, AbortSignal.timeout(helloTimeoutMs)]));
      return await this.#answer(peer, question, AbortSignal.timeout(timeoutMs), frames, gone);
    } finally {
      this.#answering.delete(peer);
    }
  }

  async #answer(peer: AuthorId, question: string, late: AbortSignal, frames: FrameStream, gone: AbortSignal): Promise<AskFrame> {
    const sender = new TextSender((text) => frames.write({ type: "text", text }, gone), maxAnswerBytes);
    const signal = AbortSignal.any([late, gone, sender.failed]);
    try {
      const reply = await this.#components.answer(question, { from: peer, signal, onText: (piece) => sender.push(piece) });
      await sender.flush();
      return answerFrame(reply);
    } catch (error) {
      if (late.aborted) return errorFrame(networkErrors.create("ASK_TIMED_OUT", "the answer was not finished in time"));
      // The sender's own words: the text became too long.
      if (GrapevineError.is(sender.failed.reason)) return errorFrame(sender.failed.reason);
      const refusal = refusalFrame(error);
      if (refusal !== undefined) return refusal;
      // Any other error may hold paths and names of this node: they are for its own log.
      const code = GrapevineError.is(error) ? error.code : undefined;
      const level = gone.aborted ? "debug" : "warn";
      this.#components.log(level, `a question of ${peer} could not be answered: ${messageOf(error)}`, { code });
      return errorFrame(networkErrors.create("ASK_FAILED", "the peer could not answer"));
    }
  }
}

function answerFrame(reply: AskReply): AskFrame {
  if (bytesOf(reply.answer) <= maxAnswerBytes) return { type: "answer", reply };
  return errorFrame(networkErrors.create("ASK_FAILED", `the answer is longer than ${maxAnswerBytes} bytes`));
}
