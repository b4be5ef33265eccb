/**
 * Peers that have practised, each on its own lot of tasks, with what a node is made of. Done once a seed and kept in the run's folder, so that every arm begins with the very
 * same experience and an interrupted run with what it had.
 */
import { cp, mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Embedder, Environment, Experience, LanguageModel, LessonBody, SignedRecord, Task } from "@grapevine/core";
import { type LearningBench, openLearningBench } from "@grapevine/node/pipeline";
import { isModelFailure } from "../harness/persistent-model.ts";
import { identityCalled } from "../simulated-node.ts";

/** A task and where it is done. */
export interface SetTask {
  readonly environment: Environment;
  readonly task: Task;
}

export interface Practised {
  readonly name: string;
  /** Its bench's, closed: whoever wants to go on with it copies it. */
  readonly folder: string;
  /** Those that may be used, oldest first. */
  readonly lessons: readonly SignedRecord<LessonBody>[];
  /** Oldest first. */
  readonly experiences: readonly Experience[];
}

export interface CohortInit {
  readonly seed: number;
  readonly folder: string;
  readonly model: LanguageModel;
  readonly embedder: Embedder;
  /** What each peer practises, by its name. */
  readonly lots: ReadonlyMap<string, readonly SetTask[]>;
  /** Told after each practised task. */
  readonly onPractised: (text: string) => void;
}

/** Actions in practice: as many as `grapevine practise` takes. */
export const practiceSteps = 4;
/** Tasks after which lessons are drawn, as a node does when it is idle again. */
export const tasksPerRound = 6;

export async function practisedCohort(init: CohortInit): Promise<Practised[]> {
  const peers: Practised[] = [];
  for (const [name, lot] of init.lots) peers.push(await practised(name, lot, init));
  return peers;
}

/** The bench of a peer in a folder. The same name and seed are the same author, in every arm. */
export function openPeer(
  { name, folder }: { readonly name: string; readonly folder: string },
  { seed, model, embedder, capacity }: BenchInit,
): Promise<LearningBench> {
  const identity = identityCalled(`${seed} ${name}`);
  return openLearningBench({ folder, identity, model, embedder, ...(capacity !== undefined && { capacity }) });
}

/**
 * A folder that `prepare` fills once: what an interruption left half done is thrown away and begun again. With `from` it begins as a copy of another.
 */
export async function preparedFolder(folder: string, prepare: () => Promise<void>, from?: string): Promise<void> {
  const mark = `${folder}.done`;
  if (await exists(mark)) return;
  await rm(folder, { recursive: true, force: true });
  await mkdir(dirname(folder), { recursive: true });
  if (from === undefined) await mkdir(folder);
  else await cp(from, folder, { recursive: true });
  await prepare();
  await writeFile(`${mark}.new`, "");
  await rename(`${mark}.new`, mark);
}

export interface BenchInit {
  readonly seed: number;
  readonly model: LanguageModel;
  readonly embedder: Embedder;
  /** Foreign lessons that it keeps; the node's own default where nothing is said. */
  readonly capacity?: number;
}

/** Opens a peer's bench for a piece of work, and closes it. */
export async function withPeer<Result>(
  { name, folder }: { readonly name: string; readonly folder: string },
  init: BenchInit,
  work: (bench: LearningBench) => Promise<Result>,
): Promise<Result> {
  const bench = await openPeer({ name, folder }, init);
  try {
    return await work(bench);
  } finally {
    await bench.close();
  }
}

/** One task, with what is known; one at which the model fails again and again is left out. */
export async function practiseOrLeaveOut(bench: LearningBench, { environment, task }: SetTask): Promise<void> {
  try {
    await bench.practise(environment, task, { maxSteps: practiceSteps, lessons: true });
  } catch (error) {
    if (!isModelFailure(error)) throw error;
  }
}

/** What principals that the user has named have to say. */
export async function receiveTrusting(bench: LearningBench, records: readonly SignedRecord<LessonBody>[]): Promise<void> {
  for (const author of new Set(records.map(({ body }) => body.author))) await bench.trust(author);
  await bench.receive(records);
}

export async function closeAll(benches: Iterable<LearningBench>): Promise<void> {
  for (const bench of new Set(benches)) await bench.close();
}

async function practised(name: string, lot: readonly SetTask[], init: CohortInit): Promise<Practised> {
  const folder = join(init.folder, "practised", name);
  let fresh = 0;
  await preparedFolder(folder, () =>
    withPeer({ name, folder }, init, async (bench) => {
      for (const [position, { environment, task }] of lot.entries()) {
        await practiseOrLeaveOut(bench, { environment, task });
        const isRoundOver = (position + 1) % tasksPerRound === 0 || position + 1 === lot.length;
        if (isRoundOver) await bench.learn();
        fresh += 1;
        init.onPractised(`${name} practises`);
      }
    }),
  );
  for (let done = fresh; done < lot.length; done++) init.onPractised(`${name} has practised`);
  return await withPeer({ name, folder }, init, async (bench) => ({
    name,
    folder,
    lessons: await bench.ownLessons(),
    experiences: await bench.experiences(),
  }));
}

async function exists(path: string): Promise<boolean> {
  try {
    await readFile(path);
    return true;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return false;
    throw error;
  }
}
