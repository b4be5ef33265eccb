/** Server-sent events: what happens in the node, as it happens, for whoever watches it. */
import type { FastifyInstance } from "fastify";
import { nodeErrors } from "../errors.ts";
import type { Watching } from "../watching.ts";
import type { LiveEvent } from "./dashboard-contract.ts";

/** Watchers at once: each is told of everything. A browser opens one for each page that is in sight. */
export const maxWatchers = 16;
/** What waits for a watcher that does not read. Beyond it the connection is cut, and the watcher begins anew. */
export const maxUnreadBytes: number = 1024 * 1024;
/** A comment as often as this: a connection that is dead is found, and none is closed because it is silent. */
const heartbeatMs = 15_000;

export function addLiveRoutes(server: FastifyInstance, watching: Pick<Watching, "watch">): void {
  let watchers = 0;
  server.get("/api/live", (_, reply) => {
    if (watchers >= maxWatchers) {
      throw nodeErrors.create("LIVE_TOO_MANY", `${maxWatchers} watch this node already`);
    }
    watchers += 1;
    reply.hijack();
    const { raw } = reply;
    raw.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-store", "x-accel-buffering": "no" });
    const send = (text: string): void => {
      raw.write(text);
      if (raw.writableLength > maxUnreadBytes) raw.destroy();
    };
    const heartbeat = setInterval(() => send(":\n\n"), heartbeatMs);
    const leave = watching.watch((event: LiveEvent) => send(`event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`));
    raw.once("close", () => {
      watchers -= 1;
      clearInterval(heartbeat);
      leave();
    });
  });
}
