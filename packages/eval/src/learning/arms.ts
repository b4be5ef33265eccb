/** The arms that scenarios choose from, and the benches behind them. */
import { join } from "node:path";
import type { Embedder, LessonBody, RecalledLesson, SignedRecord } from "@grapevine/core";
import type { LearningBench } from "@grapevine/node/pipeline";
import type { MeteredModel } from "../harness/metered-model.ts";
import type { Arm, Cell, Stage, Tried } from "../harness/plan.ts";
import { seededRandom } from "../seeded-random.ts";
import { closeAll, openPeer, type Practised, preparedFolder, receiveTrusting, type SetTask, withPeer } from "./cohort.ts";
import { draftOf } from "./drafts.ts";
import { type EpisodeMemory, episodeMemory, withEpisodes } from "./episodes.ts";
import { type LessonByHand, lessonOfAnotherKind, lessonsByHand } from "./given-lessons.ts";
import { triedAt } from "./tried.ts";

export type ArmName = "none" | "random" | "episodes" | "own" | "shared" | "refined" | "pool" | "hand";

export const arms: Readonly<Record<ArmName, Arm>> = {
  none: { name: "none", summary: "no experience" },
  random: { name: "random", summary: "a lesson of another kind: is it the content, or just more text?" },
  episodes: { name: "episodes", summary: "the most similar raw episodes of all peers" },
  own: { name: "own", summary: "the peer's own lessons alone" },
  shared: { name: "shared", summary: "its own lessons and those of its peers, as they came" },
  refined: { name: "refined", summary: "the shared ones after trials and consolidation" },
  pool: { name: "pool", summary: "one store that all lessons were made in" },
  hand: { name: "hand", summary: "the right lesson given by hand: what the model could do at best" },
};

/** Arms that know the same whichever peer is asked: they are tried once a task. */
export const armsOfNobody: ReadonlySet<string> = new Set<ArmName>(["none", "random", "episodes", "pool", "hand"]);

export interface ArmsInit {
  readonly seed: number;
  readonly folder: string;
  readonly model: MeteredModel;
  readonly embedder: Embedder;
  readonly arms: readonly ArmName[];
  readonly cohort: readonly Practised[];
  /** Peers that are tested, the first of them refines. */
  readonly testers: readonly string[];
  /** Everything that was practised: examples for lessons by hand are taken from it. */
  readonly practice: readonly SetTask[];
  /** Actions in a test. */
  readonly testSteps: number;
  /** Refinement ends after so many questions to the model in trials. */
  readonly refinementGenerations: number;
  readonly onPrepared: (text: string) => void;
}

/** Pieces of preparation that `openArms` reports beyond practice. */
export function preparationOfArms(names: readonly ArmName[]): number {
  return names.filter((name) => name === "shared" || name === "refined" || name === "pool").length;
}

export async function openArms(init: ArmsInit): Promise<Stage> {
  const benches = await openBenches(init);
  try {
    const memory = init.arms.includes("episodes")
      ? await episodeMemory(
          init.cohort.flatMap(({ experiences }) => experiences),
          init.embedder,
        )
      : undefined;
    const byHand = lessonsByHand(init.practice);
    return {
      try: (cell) => tryCell(cell, { ...init, benches, memory, byHand }),
      close: () => closeAll(benches.values()),
    };
  } catch (error) {
    await closeAll(benches.values());
    throw error;
  }
}

interface OpenArms extends ArmsInit {
  /** By arm and peer. */
  readonly benches: ReadonlyMap<string, LearningBench>;
  readonly memory: EpisodeMemory | undefined;
  readonly byHand: LessonByHand;
}

async function tryCell(cell: Cell, open: OpenArms): Promise<Tried> {
  const { environment, task, arm, peer } = cell;
  const place = open.practice.find((each) => each.environment.id === environment)?.environment;
  const bench = open.benches.get(`${arm} ${peer}`) ?? open.benches.get("none any");
  if (place === undefined || bench === undefined) throw new Error(`nothing was prepared for ${arm} in ${environment}`);
  const lessons = await lessonsOf(cell, open);
  const model = arm === "episodes" ? withEpisodes(open.model, (await open.memory?.textFor(task.prompt)) ?? "") : open.model;
  return triedAt(await bench.test(place, task, { maxSteps: open.testSteps, lessons, model }));
}

async function lessonsOf({ arm, task, environment }: Cell, open: OpenArms): Promise<boolean | readonly RecalledLesson[]> {
  if (arm === "none" || arm === "episodes") return false;
  if (arm === "hand") {
    const place = open.practice.find((each) => each.environment.id === environment)?.environment;
    const lesson = place === undefined ? undefined : await open.byHand(place, task);
    return lesson === undefined ? [] : [lesson];
  }
  if (arm === "random") {
    const lessons = open.cohort.flatMap((peer) => peer.lessons);
    const lesson = lessonOfAnotherKind(lessons, task, seededRandom(open.seed * 10_007 + hashOf(task.id)));
    return lesson === undefined ? [] : [lesson];
  }
  return true;
}

/** All are prepared before any is opened: some begin as copies of others, and what is open cannot be copied as it is. */
async function openBenches(init: ArmsInit): Promise<Map<string, LearningBench>> {
  const prepared: PreparedBench[] = [];
  for (const arm of init.arms) {
    prepared.push(...(await preparedBenches(arm, init)));
    if (arm === "shared" || arm === "refined" || arm === "pool") init.onPrepared(`the arm ${arm} is ready`);
  }
  // Without experience any bench does, as long as nothing of it enters a prompt.
  const blank = join(init.folder, "arms", "none");
  await preparedFolder(blank, async () => undefined);
  prepared.push({ place: "none any", peer: "nobody", folder: blank });
  const benches = new Map<string, LearningBench>();
  try {
    for (const { place, peer, folder } of prepared) benches.set(place, await openPeer({ name: peer, folder }, init));
    return benches;
  } catch (error) {
    await closeAll(benches.values());
    throw error;
  }
}

interface PreparedBench {
  /** Arm and peer, as a cell names them. */
  readonly place: string;
  /** Whose bench it is. */
  readonly peer: string;
  readonly folder: string;
}

/** Those that the arm needs of its own. */
async function preparedBenches(arm: ArmName, init: ArmsInit): Promise<PreparedBench[]> {
  if (arm === "pool") return [{ place: "pool any", peer: "pool", folder: await poolFolder(init) }];
  const folders: (readonly [peer: string, folder: string])[] = [];
  if (arm === "own") for (const peer of testersOf(init)) folders.push([peer.name, await ownFolder(peer, init)]);
  if (arm === "shared") for (const peer of testersOf(init)) folders.push([peer.name, await sharedFolder(peer, init)]);
  if (arm === "refined") folders.push(...(await refinedFolders(init)));
  return folders.map(([peer, folder]) => ({ place: `${arm} ${peer}`, peer, folder }));
}

function testersOf({ cohort, testers }: ArmsInit): Practised[] {
  return cohort.filter(({ name }) => testers.includes(name));
}

async function ownFolder(peer: Practised, init: ArmsInit): Promise<string> {
  const folder = join(init.folder, "arms", "own", peer.name);
  await preparedFolder(folder, async () => undefined, peer.folder);
  return folder;
}

/** What the peer practised, and all that the others have to say: they are principals that its user has named, as all members of a launched cluster are. */
async function sharedFolder(peer: Practised, init: ArmsInit): Promise<string> {
  const folder = join(init.folder, "arms", "shared", peer.name);
  const others = init.cohort.filter(({ name }) => name !== peer.name);
  await preparedFolder(
    folder,
    () =>
      withPeer({ name: peer.name, folder }, init, async (bench) => {
        await receiveTrusting(
          bench,
          others.flatMap(({ lessons }) => lessons),
        );
      }),
    peer.folder,
  );
  return folder;
}

/** The first tester refines what it has; the others get what came of it, as they would through the network. */
async function refinedFolders(init: ArmsInit): Promise<[peer: string, folder: string][]> {
  const [first, ...others] = testersOf(init);
  if (first === undefined) return [];
  const folderOf = (peer: Practised): string => join(init.folder, "arms", "refined", peer.name);
  const known = new Set(init.cohort.flatMap(({ lessons }) => lessons.map(({ id }) => id)));
  await preparedFolder(
    folderOf(first),
    () =>
      withPeer(
        { name: first.name, folder: folderOf(first) },
        init,
        async (bench) => void (await bench.refine(init.refinementGenerations)),
      ),
    await sharedFolder(first, init),
  );
  let news: SignedRecord<LessonBody>[] = [];
  await withPeer({ name: first.name, folder: folderOf(first) }, init, async (bench) => {
    news = (await bench.ownLessons()).filter(({ id }) => !known.has(id));
  });
  for (const peer of others) {
    const receive = (): Promise<void> =>
      withPeer({ name: peer.name, folder: folderOf(peer) }, init, (bench) => receiveTrusting(bench, news));
    await preparedFolder(folderOf(peer), receive, await sharedFolder(peer, init));
  }
  return [first, ...others].map((peer) => [peer.name, folderOf(peer)]);
}

/** Everything that anybody drafted, as one author's own. */
async function poolFolder(init: ArmsInit): Promise<string> {
  const folder = join(init.folder, "arms", "pool");
  await preparedFolder(folder, () =>
    withPeer({ name: "pool", folder }, init, async (bench) => {
      for (const { body } of init.cohort.flatMap(({ lessons }) => lessons)) {
        await bench.teach(draftOf(body));
      }
    }),
  );
  return folder;
}

/** The same task draws the same lesson, in whatever order tasks are tried. FNV-1a, 32 bits (G. Fowler, L. C. Noll, K.-P. Vo, 1991). */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(text)) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash >>> 0;
}
