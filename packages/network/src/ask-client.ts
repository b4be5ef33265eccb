/** Asks one connected peer by the ask protocol. */
import { type AuthorId, GrapevineError, limits, messageOf } from "@grapevine/core";
import type { Connection, Stream } from "@libp2p/interface";
import { type AskRequest, askFrame, askProtocol, bytesOf, maxAnswerFrameBytes, surenessFrame } from "./ask-protocol.ts";
import { refusalError } from "./ask-refusal.ts";
import { networkErrors } from "./errors.ts";
import { type FrameStream, frameStream } from "./frame-stream.ts";
import { askTimeoutMs, maxAnswerBytes, maxFrameBytes, probeTimeoutMs } from "./network-limits.ts";
import type { AskOptions, AskReply, Sureness } from "./network-types.ts";

export interface AskTarget {
  readonly connection: Connection;
  /** This node, for the hint of a refusal. */
  readonly self: AuthorId;
}

/** @throws as `Network.ask` */
export async function askOver(target: AskTarget, question: string, options: AskOptions): Promise<AskReply> {
  const timeoutMs = Math.max(1, Math.ceil(Math.min(options.timeoutMs ?? askTimeoutMs, askTimeoutMs)));
  return await exchange(target, { type: "ask", question, timeoutMs }, options.signal, maxAnswerFrameBytes, (frames, signal) =>
    readAnswer(target, frames, signal, options.onText),
  );
}

/** @throws as `Network.ask` */
export async function probeOver(
  target: AskTarget,
  question: string,
  { signal: cancelled }: Pick<AskOptions, "signal">,
): Promise<Sureness | undefined> {
  const request: AskRequest = { type: "probe", question, timeoutMs: probeTimeoutMs };
  return await exchange(target, request, cancelled, maxFrameBytes, async (frames, signal) => {
    const frame = await frames.read(surenessFrame, signal);
    if (frame.type === "error") throw refusalError(target.connection.remotePeer.toString(), frame, target.self);
    return frame.best;
  });
}

/** One request and what `read` makes of the frames that come back; a stream that did not end well is reset, by which the answerer stops. */
async function exchange<T>(
  { connection }: AskTarget,
  request: AskRequest,
  cancelled: AbortSignal | undefined,
  maxBytes: number,
  read: (frames: FrameStream, signal: AbortSignal) => Promise<T>,
): Promise<T> {
  checkSize(request.question);
  const late = AbortSignal.timeout(request.timeoutMs);
  const signal = cancelled === undefined ? late : AbortSignal.any([late, cancelled]);
  let stream: Stream | undefined;
  try {
    stream = await connection.newStream(askProtocol, { signal, negotiateFully: true, runOnLimitedConnection: true });
    const frames = frameStream(stream, maxBytes);
    await frames.write(request, signal);
    const result = await read(frames, signal);
    await stream.close({ signal });
    return result;
  } catch (error) {
    const reason = reasonOf(error, connection.remotePeer.toString(), late, cancelled);
    stream?.abort(reason);
    throw reason;
  }
}

function checkSize(question: string): void {
  const bytes = bytesOf(question);
  if (bytes > 0 && bytes <= limits.maxQuestionBytes) return;
  throw networkErrors.create("ASK_QUESTION_SIZE", `a question has 1 to ${limits.maxQuestionBytes} bytes, this one ${bytes}`);
}

async function readAnswer(
  { connection, self }: AskTarget,
  frames: FrameStream,
  signal: AbortSignal,
  onText?: (piece: string) => void,
): Promise<AskReply> {
  let textBytes = 0;
  for (;;) {
    const frame = await frames.read(askFrame, signal);
    if (frame.type === "answer") return frame.reply;
    if (frame.type === "error") throw refusalError(connection.remotePeer.toString(), frame, self);
    textBytes += bytesOf(frame.text);
    if (textBytes > maxAnswerBytes)
      throw networkErrors.create("FRAME_INVALID", `the answer is longer than ${maxAnswerBytes} bytes`);
    onText?.(frame.text);
  }
}

function reasonOf(error: unknown, peer: AuthorId, late: AbortSignal, cancelled?: AbortSignal): Error {
  if (GrapevineError.is(error)) return error;
  if (cancelled?.aborted) return networkErrors.create("ASK_CANCELLED", "the question was cancelled");
  if (late.aborted) return networkErrors.create("ASK_TIMED_OUT", `${peer} did not answer in time`);
  if (error instanceof Error && error.name === "UnsupportedProtocolError") {
    return networkErrors.create("ASK_UNSUPPORTED", `${peer} does not answer questions`);
  }
  return networkErrors.create("ASK_CUT", `the answer of ${peer} was cut off: ${messageOf(error)}`, { cause: error });
}
