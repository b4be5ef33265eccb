/** Arms that share everything but one thing: the same peers with the same lessons, to which each arm adds its own. */
import { join } from "node:path";
import type { LearningBench } from "@grapevine/node/pipeline";
import type { Cell, Stage, StageInit } from "../harness/plan.ts";
import {
  type BenchInit,
  closeAll,
  openPeer,
  type Practised,
  practiseOrLeaveOut,
  preparedFolder,
  receiveTrusting,
  type SetTask,
  withPeer,
} from "./cohort.ts";
import { triedAt } from "./tried.ts";

export interface AlteredArm {
  readonly name: string;
  /** Once for each tester, after it has got what its peers have to say. */
  readonly alter: (bench: LearningBench) => Promise<void>;
}

export interface AlteredArmsInit extends Pick<StageInit, "seed" | "folder" | "model" | "embedder" | "onPrepared"> {
  readonly arms: readonly AlteredArm[];
  readonly cohort: readonly Practised[];
  readonly testers: readonly string[];
  /** Where tasks are set. */
  readonly practice: readonly SetTask[];
  readonly testSteps: number;
  /** Foreign lessons that a bench keeps; the node's own default where nothing is said. */
  readonly capacity?: number;
}

/** The arm without experience, beside the altered ones. Reports a piece of preparation for each arm and tester. */
export async function openAlteredArms(init: AlteredArmsInit): Promise<Stage> {
  const benches = new Map<string, LearningBench>();
  try {
    for (const arm of init.arms) {
      for (const peer of init.cohort.filter(({ name }) => init.testers.includes(name))) {
        benches.set(`${arm.name} ${peer.name}`, await openAltered(arm, peer, init));
        init.onPrepared(`${peer.name} of the arm ${arm.name} is ready`);
      }
    }
    return { try: (cell) => tryCell(cell, benches, init), close: () => closeAll(benches.values()) };
  } catch (error) {
    await closeAll(benches.values());
    throw error;
  }
}

/** A peer's daily life: tasks done with what it knows, whose outcomes count. */
export async function live(bench: LearningBench, tasks: readonly SetTask[]): Promise<void> {
  for (const task of tasks) await practiseOrLeaveOut(bench, task);
}

async function openAltered(arm: AlteredArm, peer: Practised, init: AlteredArmsInit): Promise<LearningBench> {
  const folder = join(init.folder, "arms", arm.name, peer.name);
  const place = { name: peer.name, folder };
  const benchInit: BenchInit = init;
  const others = init.cohort.filter(({ name }) => name !== peer.name).flatMap(({ lessons }) => lessons);
  const prepare = (): Promise<void> =>
    withPeer(place, benchInit, async (bench) => {
      await receiveTrusting(bench, others);
      await arm.alter(bench);
    });
  await preparedFolder(folder, prepare, peer.folder);
  return openPeer(place, benchInit);
}

async function tryCell(
  { arm, peer, environment, task }: Cell,
  benches: ReadonlyMap<string, LearningBench>,
  { practice, testSteps }: AlteredArmsInit,
): ReturnType<Stage["try"]> {
  const place = practice.find((each) => each.environment.id === environment)?.environment;
  // Without lessons it does not matter whose bench it is.
  const bench = arm === "none" ? benches.values().next().value : benches.get(`${arm} ${peer}`);
  if (place === undefined || bench === undefined) throw new Error(`nothing was prepared for ${arm} in ${environment}`);
  return triedAt(await bench.test(place, task, { maxSteps: testSteps, lessons: arm !== "none" }));
}
