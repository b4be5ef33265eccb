/** Calibrates a model and keeps what was found, without a running node; nodes of the home use it from their next start. */
import { mkdir } from "node:fs/promises";
import { dirname } from "node:path";
import type { PromptStrategy } from "@grapevine/agent";
import { type LanguageModel, systemClock } from "@grapevine/core";
import { digestOfModel, openModel } from "@grapevine/model";
import { type CalibrationResult, calibrate } from "./calibrating.ts";
import type { NodeHome } from "./home.ts";
import { defaultModel } from "./node-options.ts";
import { keepStrategy, readStrategies } from "./strategy-file.ts";

export interface CalibrateInit {
  /** The folder that holds the nodes. */
  readonly home: string;
  /** Specification of the model; the one that a node would take, where it is absent. */
  readonly model?: string | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
}

export interface Calibration extends CalibrationResult {
  readonly model: string;
  /** The digest of its weights, or its specification where nobody tells one. */
  readonly weights: string;
  readonly seconds: number;
}

/** @throws as `openModel`, and what the model throws when it is asked */
export async function calibrateModel({ home, model: specification, signal, onProgress }: CalibrateInit): Promise<Calibration> {
  const model = await openModel(specification ?? defaultModel, { ...(signal && { signal }) });
  try {
    const weights = await weightsOf(model);
    const startedAt = systemClock.now();
    const found = await calibrate(model, { clock: systemClock, signal, onProgress });
    const now = systemClock.now();
    const right = Math.max(...found.results.map((result) => result.right));
    await mkdir(home, { recursive: true, mode: 0o700 });
    await keepStrategy(home, weights, {
      ...found.strategy,
      model: model.id,
      right,
      tasks: found.tasks,
      rightByDefault: found.results[0]?.right ?? 0,
      at: now,
    });
    return { model: model.id, weights, ...found, seconds: Math.round((now - startedAt) / 100) / 10 };
  } finally {
    await model.close();
  }
}

/** What a calibration has found for the model of a node, undefined where none was made. */
export async function calibratedStrategy({ folder }: NodeHome, model: LanguageModel): Promise<PromptStrategy | undefined> {
  const known = await readStrategies(dirname(folder));
  // Where nothing is kept, no server is asked for a digest: whoever starts a node waits for it.
  const found = Object.keys(known).length === 0 ? undefined : known[await weightsOf(model)];
  return found === undefined ? undefined : { act: found.act, lessons: found.lessons, place: found.place };
}

async function weightsOf({ id }: LanguageModel): Promise<string> {
  return (await digestOfModel(id)) ?? id;
}
