/** Practice: tasks of an environment, one after the other, each outcome counted, and queued to be distilled where something is to be learnt. */
import type { Agent } from "@grapevine/agent";
import { type Environment, type Experience, GrapevineError, type Task } from "@grapevine/core";
import { openEnvironment } from "@grapevine/practice";
import type { Activity } from "./activity.ts";
import type { PractisedTask, PractiseRequest } from "./control/agent-contract.ts";
import { nodeErrors } from "./errors.ts";
import type { Learning } from "./learning.ts";
import type { CallOptions, PractiseSummary } from "./operations.ts";
import { usedLesson, type ViewComponents } from "./views.ts";

export interface PractisingComponents extends ViewComponents {
  readonly agent: Agent;
  readonly learning: Learning;
  readonly activity: Activity;
}

export interface Practice {
  /** @throws PRACTICE_BUSY, and what environment, agent and model throw */
  practise(request: PractiseRequest, onTask: (task: PractisedTask) => void, options: CallOptions): Promise<PractiseSummary>;
}

const defaultTasks = 5;
const defaultSeed = 1;
const defaultMaxSteps = 4;

export function createPractice(components: PractisingComponents): Practice {
  let busy = false;
  return {
    practise: async (request, onTask, options) => {
      if (busy) throw nodeErrors.create("PRACTICE_BUSY", "the node practises already");
      busy = true;
      try {
        // Somebody waits for the whole of it: distillation comes after.
        return await components.activity.during(() => practise(request, onTask, options, components));
      } finally {
        busy = false;
      }
    },
  };
}

async function practise(
  request: PractiseRequest,
  onTask: (task: PractisedTask) => void,
  { signal }: CallOptions,
  components: PractisingComponents,
): Promise<PractiseSummary> {
  const { agent, learning } = components;
  const startedAt = performance.now();
  const environment = await openEnvironment(request.environment);
  const tasks = await draw(environment, request);
  const learn = request.learn ?? true;
  let right = 0;
  for (const [index, task] of tasks.entries()) {
    signal?.throwIfAborted();
    const experience = await agent.attempt(environment, task, {
      lessons: request.lessons ?? true,
      maxSteps: request.maxSteps ?? defaultMaxSteps,
      learn,
      signal,
    });
    if (learn) learning.wake();
    const practised = practisedTask(experience, task, index, tasks.length, components);
    if (practised.solved) right += 1;
    onTask(practised);
  }
  return { environment: environment.id, right, total: tasks.length, ms: Math.round(performance.now() - startedAt) };
}

/** As many as were asked for; where nobody said how many, as many of the usual number as there are. */
async function draw(environment: Environment, { tasks, seed = defaultSeed, split }: PractiseRequest): Promise<Task[]> {
  for (let count = tasks ?? defaultTasks; ; count -= 1) {
    try {
      return await environment.tasks({ count, seed, split });
    } catch (error) {
      if (tasks !== undefined || count <= 1 || !GrapevineError.is(error, "TASKS_EXHAUSTED")) throw error;
    }
  }
}

function practisedTask(
  experience: Experience,
  task: Task,
  index: number,
  total: number,
  components: ViewComponents,
): PractisedTask {
  return {
    index,
    total,
    taskId: task.id,
    family: task.family,
    prompt: task.prompt,
    solved: experience.outcome?.verdict === "worked",
    actions: experience.steps.map(({ action }) => action),
    experienceId: experience.id,
    lessons: experience.lessons.map((use) => usedLesson(use, components)),
    ms: experience.ms,
  };
}
