/**
 * The user's own checker: a list of tasks and a command that says by its exit code whether an answer is right. Exit code 0 means right, every other wrong,
 * and so does a command that a limit or a signal ended: an answer that makes its checker hang is not right.
 */
import { resolve } from "node:path";
import type { ActionResult, Environment, Episode } from "@grapevine/core";
import { practiceErrors } from "../errors.ts";
import { drawFromList } from "../task-list.ts";
import { maxShownCharacters } from "./limits.ts";
import { type CommandResult, runCommand } from "./run-command.ts";
import { type CheckerSpecification, type CheckerTask, readCheckerSpecification } from "./specification.ts";

/**
 * A checker as an environment; its id holds the absolute path of its description. It counts as touching the world outside unless the description says that it does not,
 * so that a node runs it only when it is asked to practise there.
 * @throws CHECKER_UNREADABLE, CHECKER_MALFORMED
 */
export async function openChecker(file: string): Promise<Environment> {
  const path = resolve(file);
  const id = `command:${path}`;
  const specification = await readCheckerSpecification(path);
  const { actionName, simulated, tasks } = specification;
  const list = tasks.map(({ task }) => task);
  const byId = new Map(tasks.map((checked) => [checked.task.id, checked]));
  return {
    id,
    simulated,
    actionName,
    tasks: async (query) => drawFromList(list, query, id),
    start: async (task) => {
      const checked = byId.get(task.id);
      if (checked === undefined) throw practiceErrors.create("TASK_UNKNOWN", `${id} has no task "${task.id}"`);
      return startEpisode(checked, specification);
    },
  };
}

/** A wrong answer changes nothing, and may be followed by another. */
function startEpisode({ task, observation, choices, fields }: CheckerTask, specification: CheckerSpecification): Episode {
  const { command, timeoutMs, maxOutputBytes } = specification;
  const passedOn = specification.variables.flatMap((name) => {
    const value = process.env[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  const variables = { ...Object.fromEntries(passedOn), GRAPEVINE_TASK: task.id, GRAPEVINE_FAMILY: task.family };
  return {
    task,
    observation,
    ...(choices === undefined ? {} : { choices }),
    act: async (action): Promise<ActionResult> => {
      const result = await runCommand({ command, stdin: action, task: fields, variables, timeoutMs, maxOutputBytes });
      const solved = result.exitCode === 0 && result.limit === undefined;
      return { accepted: solved, done: solved, solved, observation: shownOf(result, solved, specification) };
    },
  };
}

/** What the command wrote is what the agent sees; where it wrote nothing, the verdict alone. */
function shownOf({ stdout, limit }: CommandResult, solved: boolean, specification: CheckerSpecification): string {
  if (limit === "time") return `Wrong: there was no verdict within ${specification.timeoutMs} ms.`;
  if (limit === "output") return `Wrong: the check wrote more than ${specification.maxOutputBytes} bytes.`;
  const written = Array.from(stdout.trim()).slice(0, maxShownCharacters).join("");
  return written === "" ? (solved ? "Right." : "Wrong.") : written;
}
