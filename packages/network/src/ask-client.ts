/** Asks one connected peer by the ask protocol. */
import { type AuthorId, GrapevineError, limits, messageOf } from "@grapevine/core";
import type { Connection, Stream } from "@libp2p/interface";
import { askFrame, askProtocol, bytesOf, maxAnswerFrameBytes } from "./ask-protocol.ts";
import { refusalError } from "./ask-refusal.ts";
import { networkErrors } from "./errors.ts";
import { type FrameStream, frameStream } from "./frame-stream.ts";
import { askTimeoutMs, maxAnswerBytes } from "./network-limits.ts";
import type { AskOptions, AskReply } from "./network-types.ts";

/** @throws as `Network.ask` */
export async function askOver(connection: Connection, question: string, options: AskOptions): Promise<AskReply> {
  const bytes = bytesOf(question);
  if (bytes === 0 || bytes > limits.maxQuestionBytes) {
    throw networkErrors.create("ASK_QUESTION_SIZE", `a question has 1 to ${limits.maxQuestionBytes} bytes, this one ${bytes}`);
  }
  const timeoutMs = Math.ceil(Math.min(options.timeoutMs ?? askTimeoutMs, askTimeoutMs));
  const late = AbortSignal.timeout(timeoutMs);
  const signal = options.signal === undefined ? late : AbortSignal.any([late, options.signal]);
  let stream: Stream | undefined;
  try {
    stream = await connection.newStream(askProtocol, { signal, negotiateFully: true });
    const frames = frameStream(stream, maxAnswerFrameBytes);
    await frames.write({ question, timeoutMs }, signal);
    const reply = await readAnswer(connection.remotePeer.toString(), frames, signal, options.onText);
    await stream.close({ signal });
    return reply;
  } catch (error) {
    const reason = reasonOf(error, connection.remotePeer.toString(), late, options.signal);
    stream?.abort(reason);
    throw reason;
  }
}

async function readAnswer(
  peer: AuthorId,
  frames: FrameStream,
  signal: AbortSignal,
  onText?: (piece: string) => void,
): Promise<AskReply> {
  let textBytes = 0;
  for (;;) {
    const frame = await frames.read(askFrame, signal);
    if (frame.type === "answer") return frame.reply;
    if (frame.type === "error") throw refusalError(peer, frame);
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
