/** What the launcher works with, and what comes of its demonstration. */
import type { ControlClient } from "@grapevine/node";

export interface Peer {
  readonly name: string;
  readonly client: ControlClient;
}

export interface ScoredTask {
  readonly prompt: string;
  readonly solved: boolean;
  readonly action: string;
  /** `title, by author` of each lesson that was in the prompt. */
  readonly lessons: readonly string[];
}

export interface ClusterResult {
  readonly learner: string;
  readonly teacher: string;
  readonly before: readonly ScoredTask[];
  readonly after: readonly ScoredTask[];
  readonly summary: {
    readonly peers: number;
    readonly model: string;
    readonly lessons: { readonly made: number; readonly reached: number };
    readonly before: { readonly right: number; readonly total: number };
    readonly after: { readonly right: number; readonly total: number };
    readonly seconds: number;
  };
}
