/** Everything of a node but its processes: real store, index and network; a scripted model and a hashing embedder. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type GenerationRequest, type Identity, type StoredLesson, systemClock } from "@grapevine/core";
import { openStore } from "@grapevine/store";
import { HashEmbedder, ScriptedModel, type ScriptedReply } from "@grapevine/testing";
import { openVectorIndex } from "@grapevine/vector-index";
import { pino } from "pino";
import { afterEach, expect } from "vitest";
import { type Composed, compose } from "../src/compose.ts";
import { loadIdentity, openHome } from "../src/home.ts";
import { createSavedSettings } from "../src/saved-settings.ts";
import type { Settings } from "../src/settings.ts";

/** Polls end when the condition holds; on a machine with other work that takes a while. */
export const patient = { timeout: 10_000 };

const log = pino({ level: "silent" });

export interface Bench extends Composed {
  readonly model: ScriptedModel;
  readonly embedder: HashEmbedder;
  readonly peerId: string;
  readonly close: () => Promise<void>;
}

export interface BenchInit {
  readonly name?: string;
  readonly reply?: (request: GenerationRequest) => ScriptedReply | Promise<ScriptedReply>;
  readonly settings?: Partial<Settings>;
  /** Lessons that its store holds before it starts. */
  readonly seed?: (identity: Identity) => readonly StoredLesson[];
}

const open: Bench[] = [];
afterEach(async () => {
  for (const bench of open.splice(0)) await bench.close();
});

/** Closed after the test. */
export async function start({ name = "node", reply = () => "yes", settings, seed }: BenchInit = {}): Promise<Bench> {
  const folder = await mkdtemp(join(tmpdir(), "grapevine-node-"));
  const home = await openHome(folder, name);
  const store = await openStore({ path: home.storeFolder, clock: systemClock });
  const identity = await loadIdentity(home, { mayCreate: true });
  for (const lesson of seed?.(identity) ?? []) {
    await store.lessons.apply([{ kind: "lesson", lesson: { ...lesson, label: store.lessons.nextLabel() } }]);
  }
  const model = new ScriptedModel({ replies: reply });
  const embedder = new HashEmbedder();
  const { index } = await openVectorIndex({ path: home.indexFolder, embedder: embedder.id, dimensions: embedder.dimensions });
  const composed = await compose({
    home,
    settings: createSavedSettings(home, { peers: {}, ...settings }, { clock: systemClock, log }),
    swarm: "test",
    listen: ["/ip4/127.0.0.1/tcp/0"],
    identity,
    clock: systemClock,
    log,
    store,
    model,
    embedder,
    index,
  });
  await composed.network.start();
  composed.begin();
  const close = async (): Promise<void> => {
    await composed.network.stop();
    await composed.end();
    await index.close();
    await store.close();
    await rm(folder, { recursive: true, force: true });
  };
  const bench = { ...composed, model, embedder, peerId: identity.author, close };
  open.push(bench);
  return bench;
}

/** `guest` joins `host`; both are connected when it resolves, and neither trusts the other. */
export async function connect(guest: Bench, host: Bench): Promise<void> {
  const { invite } = await host.service.invite();
  await guest.service.join({ invite });
  await expect.poll(() => host.network.peers().map(({ peerId }) => peerId), patient).toContain(guest.peerId);
}

/** Two nodes that trust one another. */
export async function joined(reply?: BenchInit["reply"]): Promise<{ learner: Bench; teacher: Bench }> {
  const init = reply === undefined ? {} : { reply };
  const [teacher, learner] = [await start(init), await start(init)];
  await connect(learner, teacher);
  await learner.service.trustPeer(teacher.peerId);
  await teacher.service.trustPeer(learner.peerId);
  return { learner, teacher };
}

/** Resolves when every lesson of the node has its vector. */
export async function embedded({ service }: Bench): Promise<void> {
  await expect.poll(async () => (await service.status()).queues.embedding, patient).toBe(0);
}
