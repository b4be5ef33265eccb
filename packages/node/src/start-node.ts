/**
 * A node: all stages composed, started in order and stopped in the reverse. What a start has opened is closed again when a later step of it fails, so that a
 * refused start leaves nothing behind.
 */
import { GrapevineError, RotationIndex, systemClock } from "@grapevine/core";
import { openEmbedder, openModel } from "@grapevine/model";
import type { Invite } from "@grapevine/network";
import { openEnvironment } from "@grapevine/practice";
import { openStore } from "@grapevine/store";
import { openVectorIndex } from "@grapevine/vector-index";
import { destination, type Logger, pino } from "pino";
import { calibratedStrategy } from "./calibrate-model.ts";
import { Closing } from "./closing.ts";
import type { Opened } from "./compose.ts";
import type { Status } from "./control/contract.ts";
import type { DashboardLink } from "./control/dashboard-contract.ts";
import { nodeErrors } from "./errors.ts";
import { followInvites } from "./following-invites.ts";
import { announceRunning, loadIdentity, loadToken, type NodeHome, openHome, withdrawRunning } from "./home.ts";
import { commitNextKey, settleKeys } from "./key-files.ts";
import { listenPort } from "./listen-port.ts";
import { checkNodeOptions, defaultModel, type NodeOptions } from "./node-options.ts";
import { onlyName } from "./only-name.ts";
import { restateMemberships } from "./restating.ts";
import { type KnownPeers, loadSettings, type Settings, saveSettings, settle } from "./settings.ts";

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

/**
 * @throws as `checkNodeOptions`, HOME_UNUSABLE, HOME_IN_USE, API_PORT_IN_USE, SETTINGS_MALFORMED, KEY_MALFORMED, and what store, model
 * and network throw when they are opened
 */
export async function startNode(options: NodeOptions): Promise<RunningNode> {
  const invites = await checkNodeOptions(options);
  const home = await openHome(options.home, options.name ?? (await onlyName(options.home)));
  const closing = new Closing();
  try {
    return await start(home, options, invites, closing);
  } catch (error) {
    await closing.run();
    if (!GrapevineError.is(error, "STORE_LOCKED")) throw error;
    throw nodeErrors.create("HOME_IN_USE", `${home.folder} is in use: ${error.message}`, { cause: error });
  }
}

async function start(home: NodeHome, options: NodeOptions, invites: readonly Invite[], closing: Closing): Promise<RunningNode> {
  // Loading the code of the network and the API takes as long as opening a large store: both at once.
  const [opened, { compose }, { startControlServer }] = await Promise.all([
    open(home, options, invites, closing),
    import("./compose.ts"),
    import("./control/server.ts"),
  ]);
  const { log, swarm } = opened;
  const { service, dashboard, network, awaited, metrics, begin, end } = await compose(opened);
  closing.add("stages", end);
  await network.start();
  closing.add("network", () => network.stop());
  closing.add("awaited invites", () => awaited.stop());
  const { trust = false } = options;
  await followInvites(options.join ?? [], {
    join: (invite) => service.join({ invite, trust }),
    later: (invite, failure) => awaited.add({ invite, trust }, failure),
    knownPeers: opened.earlierSwarm === swarm ? Object.keys(opened.settings.initial.peers).length : 0,
    swarm,
    warn: (text) => {
      log.warn(text);
      options.onWarning?.(text);
    },
  });
  awaited.begin();

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
    { name: home.name, port: opened.settings.initial.api ?? 0, token: await loadToken(home) },
    {
      operations: service,
      openAi: {
        operations: service,
        converse: (conversation, options) => service.converse(conversation, options),
        embedder: opened.embedder,
        clock: opened.clock,
      },
      metrics,
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
  await saveSettings(home, opened.keep);
  await announceRunning(home, { name: home.name, pid: process.pid, api: server.url });
  closing.add("announcement", () => withdrawRunning(home));
  // With many lessons the work in the background begins by reading of all of them: whoever waits for the node need not wait for that.
  begin();
  log.info({ swarm, addresses: network.addresses(), api: server.url, model: opened.model.id }, "serving");
  return { status: () => service.status(), dashboardLink: () => server.dashboardLink(), stopped, stop };
}

/** Everything that has a file, a process or memory of its own, before anything is composed of it. */
async function open(
  home: NodeHome,
  options: NodeOptions,
  invites: readonly Invite[],
  closing: Closing,
): Promise<Opened & { readonly earlierSwarm: string | undefined; readonly keep: Omit<Settings, keyof KnownPeers> }> {
  const clock = systemClock;
  // Whatever else is set is read under the lock.
  const { logLevel = "info" } = settle(options, await loadSettings(home)).now;
  const log = openLog(home, logLevel);
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
  const { now, later } = settle(options, earlier);
  const swarm = options.swarm ?? invites[0]?.swarm ?? now.swarm ?? defaultSwarm;
  const rotations = new RotationIndex(await store.lessons.rotations());
  const restated = await restateMemberships({ swarm, rotations }, { store: store.lessons, identity, clock });
  if (restated.changes.length > 0) await store.lessons.apply(restated.changes);
  const port = now.listen === undefined ? await listenPort(earlier.port) : earlier.port;
  const placed = { swarm, ...(port === undefined ? {} : { port }) };
  // It needs the network's code, which is being loaded by now.
  const { createSavedSettings } = await import("./saved-settings.ts");
  const settings = createSavedSettings(home, { ...earlier, ...now, ...placed }, { clock, log });
  const model = await openModel(now.model ?? defaultModel, {
    log: (message) => log.info(message),
    onProgress: ({ doneBytes, totalBytes }) =>
      options.onProgress?.(`joining the packaged weights: ${Math.round((doneBytes / totalBytes) * 100)} %`),
  });
  closing.add("model", () => model.close());
  const strategy = await calibratedStrategy(home, model);
  const practise = now.practise === undefined ? undefined : await openEnvironment(now.practise);
  const { index } = await loading;
  const listen = now.listen ?? [`/ip4/0.0.0.0/tcp/${port}`];
  const earlierSwarm = earlier.swarm;
  const keep = { ...later, ...placed };
  const parts = { identity, clock, log, store, model, strategy, embedder, index, practise };
  return { home, settings, keep, swarm, earlierSwarm, listen, ...parts };
}

/** Structured lines in the node's home; no text of questions, answers or lessons in them. */
function openLog(home: NodeHome, level: string): Logger {
  return pino(
    { level, base: { node: home.name } },
    destination({ dest: `${home.folder}/node.log`, mkdir: true, mode: 0o600, sync: true }),
  );
}
