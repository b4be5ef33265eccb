/**
 * The demonstration. The last peer (the learner) tries tasks of a tool world that no model can know. The first peer (the teacher) practises *other*
 * tasks of the same world, fails, recovers, distils. Its lessons travel. The learner tries its own tasks again.
 *
 * Both tries are the same agent with the same model, scored at the first action; between them nothing changes but the lessons that arrived.
 */
import { setTimeout as wait } from "node:timers/promises";
import type { ControlClient, PractisedTask, PractiseRequest } from "@grapevine/node";
import { clusterErrors } from "./errors.ts";
import type { Reporter } from "./reporter.ts";
import type { ClusterResult, Peer, ScoredTask } from "./result.ts";

const world = "tools:7";
const test: PractiseRequest = { environment: world, tasks: 12, seed: 1, split: "test", maxSteps: 1, learn: false };
/** Without lessons: what the teacher found out about one command would be tried on all others first. */
const practice: PractiseRequest = { environment: world, tasks: 12, seed: 1, split: "practice", maxSteps: 4, lessons: false };
const pollIntervalMs = 200;
const arrivalTimeoutMs = 60_000;
const distillationTimeoutMs = 240_000;

export async function demonstrate(peers: readonly Peer[], reporter: Reporter, signal: AbortSignal): Promise<ClusterResult> {
  const startedAt = Date.now();
  const teacher = peers[0];
  const learner = peers.at(-1);
  if (teacher === undefined || learner === undefined) throw new Error("a cluster has at least two peers");
  const before = await tryTasks(learner, "before", test, reporter, signal);
  await practise(teacher, reporter, signal);
  const made = (await teacher.client.lessons({ state: "own" })).map(({ id }) => id);
  if (made.length === 0) {
    throw clusterErrors.create("CLUSTER_NOTHING_LEARNT", `${teacher.name} made no lesson from its practice`);
  }
  const reached = await arrival(made, peers, reporter, signal);
  const after = await tryTasks(learner, "after", test, reporter, signal);
  const { model } = await learner.client.status();
  return {
    learner: learner.name,
    teacher: teacher.name,
    before,
    after,
    summary: {
      peers: peers.length,
      model,
      lessons: { made: made.length, reached },
      before: score(before),
      after: score(after),
      seconds: Math.round((Date.now() - startedAt) / 1_000),
    },
  };
}

async function tryTasks(
  peer: Peer,
  when: string,
  request: PractiseRequest,
  reporter: Reporter,
  signal: AbortSignal,
): Promise<ScoredTask[]> {
  const title = `${peer.name} tries ${request.tasks} tasks, ${when}`;
  const step = reporter.step(title);
  const tasks: ScoredTask[] = [];
  await peer.client.practise(
    request,
    (task) => {
      tasks.push(scored(task));
      step.update(`${title}: ${score(tasks).right} right of ${tasks.length} tried`);
    },
    { signal },
  );
  step.done(`${peer.name}, ${when}: ${score(tasks).right} of ${tasks.length} right at the first action`);
  return tasks;
}

async function practise(teacher: Peer, reporter: Reporter, signal: AbortSignal): Promise<void> {
  const step = reporter.step(`${teacher.name} practises other tasks of the same world`);
  let solved = 0;
  await teacher.client.practise(
    practice,
    (task) => {
      if (task.solved) solved += 1;
      step.update(`${teacher.name} practises: task ${task.index + 1} of ${task.total}, ${solved} solved`);
    },
    { signal },
  );
  step.update(`${teacher.name} distils what it lived through`);
  await until(distillationTimeoutMs, signal, async () => {
    const { queues, lessons } = await teacher.client.status();
    step.update(`${teacher.name} distils: ${queues.distillation} experiences to go, ${lessons.own} lessons made`);
    return queues.distillation === 0;
  });
  const { own } = (await teacher.client.status()).lessons;
  step.done(
    `${teacher.name} practised ${practice.tasks} tasks, solved ${solved} within ${practice.maxSteps} actions, and made ${own} lessons`,
  );
}

/** The smallest number of the made lessons that any peer holds, once all are everywhere or the time is over. */
async function arrival(
  made: readonly string[],
  peers: readonly Peer[],
  reporter: Reporter,
  signal: AbortSignal,
): Promise<number> {
  const step = reporter.step("The lessons travel");
  let reached = 0;
  await until(arrivalTimeoutMs, signal, async () => {
    const held = await Promise.all(peers.map(({ client }) => heldOf(made, client)));
    reached = Math.min(...held);
    step.update(
      `The lessons travel: ${peers.map(({ name }, position) => `${name} ${held[position]}/${made.length}`).join(", ")}`,
    );
    const settled = await Promise.all(peers.map(async ({ client }) => (await client.status()).queues.embedding === 0));
    return reached === made.length && settled.every(Boolean);
  });
  step.done(`${made.length} lessons made; every peer holds at least ${reached} of them`);
  return reached;
}

async function heldOf(made: readonly string[], client: ControlClient): Promise<number> {
  const held = new Set((await client.lessons()).map(({ id }) => id));
  return made.filter((id) => held.has(id)).length;
}

/** Asks again and again until it is so or the time is over; what is not so by then shows in the result. */
async function until(timeoutMs: number, signal: AbortSignal, isSo: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  while (!(await isSo()) && Date.now() < deadline) await wait(pollIntervalMs, undefined, { signal });
}

function scored(task: PractisedTask): ScoredTask {
  return {
    prompt: task.prompt,
    solved: task.solved,
    action: task.actions[0] ?? "",
    lessons: task.lessons.map(({ title, author, authorName }) => `"${title}", by ${authorName ?? author}`),
  };
}

function score(tasks: readonly ScoredTask[]): { right: number; total: number } {
  return { right: tasks.filter(({ solved }) => solved).length, total: tasks.length };
}
