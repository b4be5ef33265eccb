/** A node of the bench behind its control API, as other programs see it. */
import { systemClock } from "@grapevine/core";
import { pino } from "pino";
import { afterEach } from "vitest";
import type { Page } from "../src/control/page.ts";
import { type ControlServer, startControlServer } from "../src/control/server.ts";
import { type Bench, type BenchInit, start } from "./bench.ts";

export interface Served extends Bench {
  readonly url: string;
  readonly token: string;
  /** An address that lets one browser in, once. */
  readonly dashboardLink: () => string;
}

const token = "t".repeat(43);
const servers: ControlServer[] = [];
// Registered after the bench's own, and so run before it.
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});

/** Closed after the test. */
export async function serve(init: BenchInit = {}, page?: Page): Promise<Served> {
  const bench = await start(init);
  const { service, embedder, dashboard } = bench;
  const server = await startControlServer(
    { name: init.name ?? "node", port: 0, token },
    {
      operations: service,
      openAi: {
        operations: service,
        converse: (conversation, options) => service.converse(conversation, options),
        embedder,
        clock: systemClock,
      },
      metrics: bench.metrics,
      onStop: () => undefined,
      log: pino({ level: "silent" }),
      clock: systemClock,
      dashboard,
      page,
    },
  );
  servers.push(server);
  return { ...bench, url: server.url, token, dashboardLink: () => server.dashboardLink().url };
}
