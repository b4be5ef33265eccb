/** What a run of a scenario with a model is going to do: which tries at which tasks, under which arms. Known before anything is computed. */
import type { Embedder, Task } from "@grapevine/core";
import type { Bar, Summary } from "../statistics/summary.ts";
import type { MeteredModel } from "./metered-model.ts";
import type { Place } from "./row.ts";

/** A try that is to be made. */
export interface Cell extends Omit<Place, "task" | "seed"> {
  readonly task: Task;
}

/** What came of a try. */
export interface Tried {
  readonly right: boolean;
  readonly steps: number;
  readonly lessons: readonly string[];
}

/** Everything that the tries of one seed need, prepared. */
export interface Stage {
  try(cell: Cell): Promise<Tried>;
  /** What happens before a try, and is no part of it. */
  before?(cell: Cell): Promise<void>;
  /** What happens after its row was written, and is no part of it. A run that goes on repeats it for the last row that is there, since it may have been broken off in it. */
  after?(cell: Cell): Promise<void>;
  close(): Promise<void>;
}

export interface StageInit {
  readonly seed: number;
  /** Keeps what was prepared, so that an interrupted run need not prepare it again. */
  readonly folder: string;
  readonly model: MeteredModel;
  readonly embedder: Embedder;
  /** Told after each piece of the preparation, as many times as `preparation` said. */
  readonly onPrepared: (text: string) => void;
}

export interface Plan {
  readonly scenario: string;
  readonly seeds: readonly number[];
  readonly arms: readonly Arm[];
  /** The arm that help and harm are counted against. */
  readonly baseline: string;
  /** The arm that the scenario is about: help and harm at the head of its result are this arm's. */
  readonly main: string;
  /** Names the sizes: rows of a plan with others are not mixed with these. */
  readonly sizes: Readonly<Record<string, number | string>>;
  /** In the order in which they are made. */
  cells(seed: number): Promise<Cell[]>;
  /** Pieces of work before the first try of a seed, each about as long as a try or a few. */
  preparation(seed: number): Promise<number>;
  stage(init: StageInit): Promise<Stage>;
  bars(summary: Summary): Bar[] | Promise<Bar[]>;
}

export interface Arm {
  readonly name: string;
  /** For the report: what this arm knows. */
  readonly summary: string;
}
