/** The port of a place to practise in: tasks whose success is verified, not judged by the model itself. */
export interface Task {
  /** Unique in its environment; the same seed gives the same task. */
  readonly id: string;
  /** Tasks of a family follow the same rules and differ in their details. */
  readonly family: string;
  /** What is asked, in words. */
  readonly prompt: string;
}

export interface TaskQuery {
  readonly count: number;
  /** Other seeds give other tasks of the same environment. */
  readonly seed: number;
  /** Tasks to learn from and tasks to be tested on never coincide, whatever the seeds. Absent: any task. */
  readonly split?: "practice" | "test";
}

/** What came of one action. */
export interface ActionResult {
  /** What the environment says: output, or an honest error message. */
  readonly observation: string;
  /** False when the action was refused with an error and changed nothing. */
  readonly accepted: boolean;
  /** True when nothing more can be done: solved, answered, or spoiled. */
  readonly done: boolean;
  /** Does the state of the world fulfil the task now? */
  readonly solved: boolean;
}

/** One try at one task. */
export interface Episode {
  readonly task: Task;
  /** What the agent sees before it acts: what kind of place this is, never how to solve it. */
  readonly observation: string;
  /** All admissible actions, where there are few: nothing else can be done. */
  readonly choices?: readonly string[];
  /** Actions that the environment completes to, as a shell does at the tab key: well-formed, most of them wrong. Others may be admissible. */
  readonly suggestions?: readonly string[];
  act(action: string): Promise<ActionResult>;
}

export interface Environment {
  /** A specification that opens the same environment again, for example `tools:7`. */
  readonly id: string;
  /** True when nothing that is done here touches the world outside: only there may a node try things out by itself. */
  readonly simulated: boolean;
  /** What an action is called in a prompt: `Command`, `Answer`. */
  readonly actionName: string;
  /** Distinct tasks, in an order that the seed alone decides. */
  tasks(query: TaskQuery): Promise<Task[]>;
  start(task: Task): Promise<Episode>;
}
