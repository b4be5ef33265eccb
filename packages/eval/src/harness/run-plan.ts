/** Carries a plan out: every row that is not there yet is computed and written, one after the other. Whatever ends it, the next run goes on behind the last row. */
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { Clock, Embedder } from "@grapevine/core";
import { type GivenUpFile, openGivenUpFile } from "./given-up-file.ts";
import { type Manifest, settleManifest } from "./manifest.ts";
import type { MeteredModel } from "./metered-model.ts";
import { isModelFailure } from "./persistent-model.ts";
import type { Cell, Plan, Stage, Tried } from "./plan.ts";
import { type Progress, startProgress } from "./progress.ts";
import { keyOf, type Place, type Row } from "./row.ts";
import { openRowFile, type RowFile } from "./row-file.ts";

export interface RunPlanInit {
  /** Made here, or left by an earlier run of the same plan. */
  readonly folder: string;
  readonly manifest: Manifest;
  readonly model: MeteredModel;
  readonly embedder: Embedder;
  readonly clock: Clock;
  readonly say: (text: string) => void;
  readonly watched: boolean;
}

export interface FinishedRun {
  /** Those of the plan, in the order in which they were made. */
  readonly rows: readonly Row[];
  readonly manifest: Manifest;
  /** Rows that this run computed; the others were there. */
  readonly computed: number;
  readonly givenUp: GivenUp;
}

/** Generations that failed at every try. */
export interface GivenUp {
  /** In tries: these count as not right, and in no comparison of arms. */
  readonly tries: number;
  /** In practice, in drafts and in trials, of this run and earlier ones: tasks that were left out and lessons that were not made. */
  readonly preparation: number;
}

/** @throws EVAL_OUT_MISMATCH, EVAL_OUT_DAMAGED, and what the scenario's parts throw */
export async function runPlan(plan: Plan, init: RunPlanInit): Promise<FinishedRun> {
  await mkdir(init.folder, { recursive: true });
  const manifest = await settleManifest(join(init.folder, "manifest.json"), init.manifest);
  const cells = new Map<number, Cell[]>();
  let total = 0;
  for (const seed of plan.seeds) {
    const own = await plan.cells(seed);
    cells.set(seed, own);
    total += own.length + (await plan.preparation(seed));
  }
  const file = await openRowFile(join(init.folder, "rows.jsonl"));
  const givenUpFile = openGivenUpFile(join(init.folder, "given-up.jsonl"));
  const progress = startProgress({ ...init, total });
  try {
    let computed = 0;
    for (const [seed, own] of cells) computed += await runSeed(plan, seed, own, { ...init, file, givenUpFile, progress });
    const planned = new Set([...cells].flatMap(([seed, own]) => own.map((cell) => keyOf(placeOf(seed, cell)))));
    const rows = file.rows().filter((row) => planned.has(keyOf(row)));
    const tries = rows.reduce((sum, { givenUp = 0 }) => sum + givenUp, 0);
    return { rows, manifest, computed, givenUp: { tries, preparation: await givenUpFile.total(plan.seeds) } };
  } finally {
    progress.stop();
    await file.close();
  }
}

async function runSeed(
  plan: Plan,
  seed: number,
  cells: readonly Cell[],
  init: RunPlanInit & { readonly file: RowFile; readonly givenUpFile: GivenUpFile; readonly progress: Progress },
): Promise<number> {
  const { file, givenUpFile, progress, model, embedder, folder } = init;
  const missing = cells.filter((cell) => !file.has(placeOf(seed, cell)));
  const there = cells.length - missing.length + (missing.length === 0 ? await plan.preparation(seed) : 0);
  for (let done = 0; done < there; done++) progress.advance(`seed ${seed} was done before`, true);
  if (missing.length === 0) return 0;
  const noteGivenUp = (): Promise<void> => givenUpFile.add(seed, model.takeUse().givenUp);
  try {
    const stage = await plan.stage({
      seed,
      folder: join(folder, "seeds", String(seed)),
      model,
      embedder,
      onPrepared: (text) => progress.advance(`seed ${seed}, ${text}`),
    });
    try {
      for (const cell of missing) {
        await stage.before?.(cell);
        await noteGivenUp();
        await file.add(await rowOf(seed, cell, { ...init, tried: (each) => stage.try(each) }));
        progress.advance(`seed ${seed}, ${cell.arm}`);
        await stage.after?.(cell);
      }
    } finally {
      await stage.close();
    }
  } finally {
    await noteGivenUp();
  }
  return missing.length;
}

async function rowOf(
  seed: number,
  cell: Cell,
  { model, clock, manifest, tried }: RunPlanInit & { readonly tried: Stage["try"] },
): Promise<Row> {
  const startedAt = clock.now();
  const { right, steps, lessons } = await triedOrGivenUp(cell, tried);
  const ms = clock.now() - startedAt;
  const { promptTokens, generatedTokens, givenUp } = model.takeUse();
  return {
    ...placeOf(seed, cell),
    family: cell.task.family,
    right,
    steps,
    promptTokens,
    generatedTokens,
    ms,
    lessons,
    commit: manifest.commit,
    ...(givenUp > 0 && { givenUp }),
  };
}

/** Whoever gets no answer has not done the task. */
async function triedOrGivenUp(cell: Cell, tried: Stage["try"]): Promise<Tried> {
  try {
    return await tried(cell);
  } catch (error) {
    if (isModelFailure(error)) return { right: false, steps: 0, lessons: [] };
    throw error;
  }
}

function placeOf(seed: number, { arm, environment, peer, at, task }: Cell): Place {
  return { seed, arm, environment, task: task.id, peer, at };
}
