/**
 * A node: all stages composed, started in order and stopped in the reverse. What a start has opened is closed again when a later step of it fails, so that a
 * refused start leaves nothing behind.
 */
import { GrapevineError, systemClock } from "@grapevine/core";
import { openEmbedder, openModel, parseModelSpec } from "@grapevine/model";
import type { Invite } from "@grapevine/network";
import { openStore } from "@grapevine/store";
import { openVectorIndex } from "@grapevine/vector-index";
import { destination, type Logger, pino } from "pino";
import { Closing } from "./closing.ts";
import type { Opened } from "./compose.ts";
import type { AnswerPolicy, ReachSettings, Status } from "./control/contract.ts";
import type { DashboardLink } from "./control/dashboard-contract.ts";
import type { Page } from "./control/page.ts";
import { nodeErrors } from "./errors.ts";
import { followInvites } from "./following-invites.ts";
import { announceRunning, loadIdentity, loadSettings, loadToken, type NodeHome, openHome, withdrawRunning } from "./home.ts";
import { commitNextKey, settleKeys } from "./key-files.ts";
import { listenPort } from "./listen-port.ts";
import { onlyName } from "./only-name.ts";
import { createSavedSettings } from "./saved-settings.ts";

export interface NodeOptions {
  /** The folder of all nodes of this user. */
  readonly home: string;
  /** Default: the home's only node, or `node` where there is none. */
  readonly name?: string;
  /** Default: the swarm of the first invite, of the last start, or `grapevine`. */
  readonly swarm?: string;
  /** Multiaddrs. Default: every interface, any free port. */
  readonly listen?: readonly string[];
  /** Invites to follow before it serves. Where it knows peers of the swarm already, one that does not hold any more is passed over with a warning. */
  readonly join?: readonly string[];
  /** Trust those who invited. */
  readonly trust?: boolean;
  /** Port of the control API; any free one by default. */
  readonly api?: number;
  /** Model specification; `auto` by default. */
  readonly model?: string;
  /** Most lessons of others that may be used or wait. Default: that of the last start, or 20,000. */
  readonly capacity?: number;
  /** Largest part of the idle time that goes into trials and consolidation, from 0 to 1. Default: that of the last start, or a quarter. */
  readonly idleShare?: number;
  /** Whose questions are answered. Default: as at the last start, or those of trusted peers. */
  readonly answer?: AnswerPolicy;
  /** Keep the questions of peers as experiences? Default: as at the last start, or yes. */
  readonly keepAsked?: boolean;
  /** Ways of finding and reaching peers. Default of each: as at the last start, or no. */
  readonly reach?: Partial<ReachSettings>;
  /** Multiaddrs of peers that are dialled at every start, and redialled for ever. Default: those of the last start. */
  readonly bootstrap?: readonly string[];
  readonly logLevel?: "debug" | "info" | "warn" | "error" | "silent";
  /** Told about work that takes more than a second. */
  readonly onProgress?: (text: string) => void;
  /** Told about what the user should know and the start goes on without. */
  readonly onWarning?: (text: string) => void;
  /** What is served to browsers at the API's port. Absent: nothing. */
  readonly page?: Page;
}

export interface RunningNode {
  status(): Promise<Status>;
  /** An address that lets one browser in, once. */
  dashboardLink(): DashboardLink;
  /** Resolves when it has stopped, by whatever way. */
  readonly stopped: Promise<void>;
  /** Idempotent. */
  stop(): Promise<void>;
}

const defaultSwarm = "grapevine";
const defaultModel = "auto";

/**
 * @throws NODE_NAME_INVALID, NODE_AMBIGUOUS, HOME_UNUSABLE, HOME_IN_USE, API_PORT_IN_USE, SETTINGS_MALFORMED, KEY_MALFORMED, and what store, model
 * and network throw when they are opened
 */
export async function startNode(options: NodeOptions): Promise<RunningNode> {
  const home = await openHome(options.home, options.name ?? (await onlyName(options.home)));
  const closing = new Closing();
  try {
    return await start(home, options, closing);
  } catch (error) {
    await closing.run();
    if (!GrapevineError.is(error, "STORE_LOCKED")) throw error;
    throw nodeErrors.create("HOME_IN_USE", `${home.folder} is in use: ${error.message}`, { cause: error });
  }
}

async function start(home: NodeHome, options: NodeOptions, closing: Closing): Promise<RunningNode> {
  // What was mistyped is found before anything is opened.
  parseModelSpec(options.model ?? defaultModel);
  const invites = await readInvites(options.join ?? []);
  // Loading the code of the network and the API takes as long as opening a large store: both at once.
  const [opened, { compose }, { startControlServer }] = await Promise.all([
    open(home, options, invites, closing),
    import("./compose.ts"),
    import("./control/server.ts"),
  ]);
  const { log, swarm } = opened;
  const { service, dashboard, network, begin, end } = await compose(opened);
  closing.add("stages", end);
  await network.start();
  closing.add("network", () => network.stop());
  await followInvites(options.join ?? [], {
    join: (invite) => service.join({ invite, trust: options.trust }),
    knownPeers: opened.earlierSwarm === swarm ? Object.keys(opened.settings.initial.peers).length : 0,
    swarm,
    warn: (text) => {
      log.warn(text);
      options.onWarning?.(text);
    },
  });

  const { promise: stopped, resolve: hasStopped } = Promise.withResolvers<void>();
  let stopping: Promise<void> | undefined;
  const stop = (): Promise<void> => {
    stopping ??= closing.run().then((failures) => {
      for (const failure of failures) log.error(failure);
      hasStopped();
    });
    return stopping;
  };
  const server = await startControlServer(
    { name: home.name, port: options.api ?? 0, token: await loadToken(home) },
    {
      operations: service,
      openAi: {
        operations: service,
        converse: (conversation, options) => service.converse(conversation, options),
        embedder: opened.embedder,
        clock: opened.clock,
      },
      onStop: () => void stop(),
      log,
      clock: opened.clock,
      dashboard,
      page: options.page,
    },
  );
  closing.add("control API", () => server.close());
  service.servesAt(server.url);
  // Only a start that succeeded is what the next one goes on from.
  await opened.settings.save();
  await announceRunning(home, { name: home.name, pid: process.pid, api: server.url });
  closing.add("announcement", () => withdrawRunning(home));
  // With many lessons the work in the background begins by reading of all of them: whoever waits for the node need not wait for that.
  begin();
  log.info({ swarm, addresses: network.addresses(), api: server.url, model: opened.model.id }, "serving");
  return { status: () => service.status(), dashboardLink: () => server.dashboardLink(), stopped, stop };
}

/** @throws INVITE_MALFORMED, INVITE_DAMAGED, INVITE_VERSION */
async function readInvites(texts: readonly string[]): Promise<Invite[]> {
  if (texts.length === 0) return [];
  const { parseInvite } = await import("@grapevine/network");
  return texts.map(parseInvite);
}

/** Everything that has a file, a process or memory of its own, before anything is composed of it. */
async function open(
  home: NodeHome,
  options: NodeOptions,
  invites: readonly Invite[],
  closing: Closing,
): Promise<Opened & { readonly earlierSwarm: string | undefined }> {
  const clock = systemClock;
  const log = openLog(home, options.logLevel ?? "info");
  const lock = Promise.withResolvers<void>();
  const opening = openStore({
    path: home.storeFolder,
    clock,
    onLocked: lock.resolve,
    log: (message) => log.warn(message),
  });
  closing.add("store", async () => (await opening).close());
  await Promise.race([lock.promise, opening]);
  // With the lock held, the index is loaded while the store is verified: with many lessons each takes half a second.
  const embedder = await openEmbedder();
  closing.add("embedder", () => embedder.close());
  const loading = openVectorIndex({
    path: home.indexFolder,
    embedder: embedder.id,
    dimensions: embedder.dimensions,
    log: (message) => log.warn(message),
  });
  closing.add("index", async () => (await loading).index.close());
  const store = await opening;
  const { redoneCommits, experiences, lessons } = store.report;
  if (redoneCommits > 0) log.warn({ redoneCommits }, "LevelDB had lost commits, which were made again from the checkpoint");
  await settleKeys(home, store.lessons);
  const identity = await loadIdentity(home, { mayCreate: experiences === 0 && lessons === 0 });
  await commitNextKey(home, identity, store.lessons, clock);
  const earlier = await loadSettings(home);
  const capacity = options.capacity ?? earlier.capacity;
  const idleShare = options.idleShare ?? earlier.idleShare;
  const answer = options.answer ?? earlier.answer;
  const keepAsked = options.keepAsked ?? earlier.keepAsked;
  const swarm = options.swarm ?? invites[0]?.swarm ?? earlier.swarm ?? defaultSwarm;
  const port = options.listen === undefined ? await listenPort(earlier.port) : earlier.port;
  const reach = { ...earlier.reach, ...options.reach };
  const bootstrap = options.bootstrap ?? earlier.bootstrap;
  const kept = { swarm, port, capacity, idleShare, answer, keepAsked, reach, bootstrap };
  const settings = createSavedSettings(home, { ...earlier, ...kept }, { clock, log });
  const model = await openModel(options.model ?? defaultModel, {
    log: (message) => log.info(message),
    onProgress: ({ doneBytes, totalBytes }) =>
      options.onProgress?.(`joining the packaged weights: ${Math.round((doneBytes / totalBytes) * 100)} %`),
  });
  closing.add("model", () => model.close());
  const { index } = await loading;
  const listen = options.listen ?? [`/ip4/0.0.0.0/tcp/${port}`];
  const earlierSwarm = earlier.swarm;
  return { home, settings, swarm, earlierSwarm, listen, identity, clock, log, store, model, embedder, index };
}

/** Structured lines in the node's home; no text of questions, answers or lessons in them. */
function openLog(home: NodeHome, level: string): Logger {
  return pino(
    { level, base: { node: home.name } },
    destination({ dest: `${home.folder}/node.log`, mkdir: true, mode: 0o600, sync: true }),
  );
}
