/** What this node answers on streams that peers open: syncs, and questions where it answers any. */
import type { Clock } from "@grapevine/core";
import type { Connection } from "@libp2p/interface";
import { askProtocol } from "./ask-protocol.ts";
import { AskServer } from "./ask-server.ts";
import type { Counters } from "./counters.ts";
import { maxAskStreams } from "./network-limits.ts";
import type { NetworkComponents } from "./network-types.ts";
import type { LiveRecordSet } from "./range-sync/live-record-set.ts";
import type { RecordIntakeComponents } from "./record-intake.ts";
import type { SwarmHost } from "./swarm-host.ts";
import { syncProtocol } from "./sync-protocol.ts";
import { SyncServer } from "./sync-server.ts";

export interface ServingComponents {
  readonly host: SwarmHost;
  readonly intake: RecordIntakeComponents;
  readonly recordSet: LiveRecordSet;
  readonly records: NetworkComponents["records"];
  readonly answering?: NetworkComponents["answering"];
  readonly clock: Clock;
  readonly counters: Counters;
  readonly log: NetworkComponents["log"];
  readonly greeted: (connection: Connection) => Promise<unknown>;
}

export async function serve(components: ServingComponents): Promise<void> {
  await serveSync(components);
  await serveAsk(components);
}

async function serveSync({ host, intake, ...components }: ServingComponents): Promise<void> {
  const { clock, records, recordSet, counters, greeted } = components;
  const server = new SyncServer({ ...intake, clock, records, recordSet, counters, greeted });
  await host.handle(syncProtocol, (stream, connection) => server.serve(stream, connection), {
    maxInboundStreams: 2,
    runOnLimitedConnection: true,
  });
}

async function serveAsk({ host, answering, clock, log, counters, greeted }: ServingComponents): Promise<void> {
  if (answering === undefined) return;
  const server = new AskServer({ answering, clock, log, counters, greeted });
  const limits = { maxInboundStreams: maxAskStreams, runOnLimitedConnection: true };
  await host.handle(askProtocol, (stream, connection) => server.serve(stream, connection), limits);
}
