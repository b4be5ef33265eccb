/** Replies of many lines, which come as the work goes on. */
import type { ServerResponse } from "node:http";
import type { FastifyReply, FastifyRequest } from "fastify";
import { named } from "./failures.ts";

/** Resolves when the caller can take more, or has hung up: whoever has much to say waits for it, since what nobody reads stays in memory. Never rejects. */
export type SendLine<Event> = (event: Event) => Promise<void>;

/** JSON lines until the work is done; a failure is the last line. The signal is aborted when the caller hangs up. */
export async function streamLines<Event>(
  request: FastifyRequest,
  reply: FastifyReply,
  work: (send: SendLine<Event>, signal: AbortSignal) => Promise<void>,
): Promise<void> {
  reply.hijack();
  const { raw } = reply;
  const hangUp = new AbortController();
  raw.once("close", () => hangUp.abort());
  raw.writeHead(200, { "content-type": "application/x-ndjson", "cache-control": "no-store" });
  raw.flushHeaders();
  const send = lineWriter(raw);
  try {
    await work(send, hangUp.signal);
  } catch (error) {
    await send({ type: "error", ...named(error, request.url).toJSON() });
  } finally {
    raw.end();
  }
}

function lineWriter(raw: ServerResponse): SendLine<unknown> {
  let room: Promise<void> | undefined;
  return async (event) => {
    if (raw.destroyed || raw.write(`${JSON.stringify(event)}\n`)) return;
    room ??= roomIn(raw).finally(() => {
      room = undefined;
    });
    await room;
  };
}

function roomIn(raw: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      raw.off("drain", end);
      raw.off("close", end);
      resolve();
    };
    raw.once("drain", end);
    raw.once("close", end);
  });
}
