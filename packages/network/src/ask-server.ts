/** Answers other peers' questions and probes by the ask protocol. */
import { type AuthorId, type Clock, GrapevineError, messageOf } from "@grapevine/core";
import type { Connection, Stream } from "@libp2p/interface";
import {
  type AskErrorFrame,
  type AskFrame,
  type AskRequest,
  askRequest,
  bytesOf,
  maxQuestionFrameBytes,
  type SurenessFrame,
} from "./ask-protocol.ts";
import { AskQuota } from "./ask-quota.ts";
import { errorFrame, refusalFrame } from "./ask-refusal.ts";
import type { Counters } from "./counters.ts";
import { networkErrors } from "./errors.ts";
import { type FrameStream, frameStream } from "./frame-stream.ts";
import { helloTimeoutMs, maxAnswerBytes } from "./network-limits.ts";
import type { Answering, AskReply, NetworkLog } from "./network-types.ts";
import { TextSender } from "./text-sender.ts";

export interface AskServerComponents {
  readonly answering: Answering;
  readonly clock: Clock;
  readonly counters: Counters;
  readonly log: NetworkLog;
  /** Resolves when the peer at the other end has greeted. */
  greeted(connection: Connection): Promise<unknown>;
}

type LastFrame = AskFrame | SurenessFrame;

/** One stream of one peer. */
interface Exchange {
  readonly peer: AuthorId;
  readonly frames: FrameStream;
  /** Fires when the asker reset the stream or went away. */
  readonly gone: AbortSignal;
}

export class AskServer {
  readonly #components: AskServerComponents;
  readonly #quota: AskQuota;

  constructor(components: AskServerComponents) {
    this.#components = components;
    this.#quota = new AskQuota(components.clock);
  }

  /** The handler of the protocol. */
  async serve(stream: Stream, connection: Connection): Promise<void> {
    const gone = new AbortController();
    stream.addEventListener("close", () => gone.abort(), { once: true });
    try {
      await this.#components.greeted(connection);
      const frames = frameStream(stream, maxQuestionFrameBytes);
      const last = await this.#reply({ peer: connection.remotePeer.toString(), frames, gone: gone.signal });
      await frames.write(last, gone.signal);
      await stream.close({ signal: gone.signal });
      this.#components.counters.add(outcomes[last.type]);
    } catch (error) {
      this.#components.counters.add("ask.broken-off");
      stream.abort(error as Error);
    }
  }

  /** The last frame. A place is taken only once the question is here, so that nobody holds one by keeping silent. */
  async #reply(exchange: Exchange): Promise<LastFrame> {
    const { peer, frames, gone } = exchange;
    const permission = this.#components.answering.permission(peer);
    if (permission === "not-trusted") return refused("ASK_NOT_TRUSTED", "it answers only peers whom its owner trusts");
    if (permission === "closed") return refused("ASK_CLOSED", "it answers nobody's questions");
    const request = await frames.read(askRequest, AbortSignal.any([gone, AbortSignal.timeout(helloTimeoutMs)]));
    const place = this.#quota.take(request.type, peer, permission);
    if (place === "ASK_BUSY") return refused(place, "the peer is busy with other questions");
    if (place === "ASK_QUOTA") return refused(place, "the peer has been asked as often as it allows for now");
    try {
      return await (request.type === "ask" ? this.#answer(request, exchange) : this.#probe(request, exchange));
    } finally {
      place();
    }
  }

  async #answer({ question, timeoutMs }: AskRequest, { peer, frames, gone }: Exchange): Promise<AskFrame> {
    const late = AbortSignal.timeout(timeoutMs);
    const sender = new TextSender((text) => frames.write({ type: "text", text }, gone), maxAnswerBytes);
    const signal = AbortSignal.any([late, gone, sender.failed]);
    try {
      const { answering } = this.#components;
      const reply = await answering.answer(question, { from: peer, signal, onText: (piece) => sender.push(piece) });
      await sender.flush();
      return answerFrame(reply);
    } catch (error) {
      // The sender's own words: the text became too long.
      if (!late.aborted && GrapevineError.is(sender.failed.reason)) return errorFrame(sender.failed.reason);
      return this.#failed(error, peer, late, gone);
    }
  }

  async #probe({ question, timeoutMs }: AskRequest, { peer, gone }: Exchange): Promise<SurenessFrame> {
    const late = AbortSignal.timeout(timeoutMs);
    try {
      const best = await Promise.race([this.#components.answering.probe(question), aborted(AbortSignal.any([late, gone]))]);
      return { type: "sureness", ...(best === undefined ? {} : { best }) };
    } catch (error) {
      return this.#failed(error, peer, late, gone);
    }
  }

  #failed(error: unknown, peer: AuthorId, late: AbortSignal, gone: AbortSignal): AskErrorFrame {
    if (late.aborted) return refused("ASK_TIMED_OUT", "the answer was not finished in time");
    const refusal = refusalFrame(error);
    if (refusal !== undefined) return refusal;
    // Any other error may hold paths and names of this node: they are for its own log.
    const code = GrapevineError.is(error) ? error.code : undefined;
    const level = gone.aborted ? "debug" : "warn";
    this.#components.log(level, `a question of ${peer} could not be answered: ${messageOf(error)}`, { code });
    return refused("ASK_FAILED", "the peer could not answer");
  }
}

/** What an exchange counts as, by its last frame. */
const outcomes: Readonly<Record<LastFrame["type"], string>> = {
  answer: "ask.answered",
  sureness: "ask.probed",
  error: "ask.refused",
  text: "ask.broken-off",
};

function answerFrame(reply: AskReply): AskFrame {
  if (bytesOf(reply.answer) <= maxAnswerBytes) return { type: "answer", reply };
  return refused("ASK_FAILED", `the answer is longer than ${maxAnswerBytes} bytes`);
}

function refused(code: Parameters<typeof networkErrors.create>[0], message: string): AskErrorFrame {
  return errorFrame(networkErrors.create(code, message));
}

/** Rejects when the signal fires. */
function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
}
