/** Which strategy of prompts suits a model: each is tried on the same few tasks with the very prompts of the agent, the one with which most are done is taken, and the default where another is only as good. */
import { createAgent, defaultStrategy, type PromptStrategy, promptStrategies } from "@grapevine/agent";
import { type Clock, createIdentity, type LanguageModel } from "@grapevine/core";
import { calibrationTasks, calibrationTool } from "./calibration-tasks.ts";

export interface CalibratingComponents {
  readonly clock: Clock;
  readonly signal?: AbortSignal | undefined;
  /** Told before each question to the model. */
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
}

/** A strategy and how many of the tasks were done with it. */
interface StrategyResult extends PromptStrategy {
  readonly right: number;
}

export interface CalibrationResult {
  readonly strategy: PromptStrategy;
  /** Tasks that each strategy was tried on. */
  readonly tasks: number;
  /** In the order in which they were tried. */
  readonly results: readonly StrategyResult[];
}

/** Asks the model once for each strategy and task. @throws what the model throws */
export async function calibrate(
  model: LanguageModel,
  { clock, signal, onProgress }: CalibratingComponents,
): Promise<CalibrationResult> {
  const tasks = calibrationTasks();
  const total = promptStrategies.length * tasks.length;
  const results: StrategyResult[] = [];
  for (const strategy of promptStrategies) {
    const agent = createAgent({
      model: () => model,
      strategy: () => strategy,
      recall: async () => [],
      experiences: { append: async () => undefined },
      clock,
      nameOf: () => "another node",
      self: createIdentity().author,
    });
    let right = 0;
    for (const [at, { task, lessons }] of tasks.entries()) {
      onProgress?.(results.length * tasks.length + at, total);
      const given = lessons.slice(0, strategy.lessons);
      const { solved } = await agent.rehearse(calibrationTool, task, { lessons: given, maxSteps: 1, ...(signal && { signal }) });
      if (solved) right += 1;
    }
    results.push({ ...strategy, right });
  }
  return { strategy: bestOf(results), tasks: tasks.length, results };
}

/** The default is the first. */
function bestOf(results: readonly StrategyResult[]): PromptStrategy {
  const most = Math.max(...results.map(({ right }) => right));
  const { act, lessons, place } = results.find(({ right }) => right === most) ?? defaultStrategy;
  return { act, lessons, place };
}
