/** The port of the store of experiences. What a call has resolved for survives `kill -9` and power loss. */
import type { DistillationState, Experience, Outcome } from "../experience.ts";
import type { RecordId } from "../records.ts";

export interface ExperienceQuery {
  /** Newest first by default. */
  readonly oldestFirst?: boolean;
  readonly limit?: number;
  readonly distillation?: DistillationState;
}

export interface ExperienceStore {
  /** @throws EXPERIENCE_EXISTS when the id is taken. */
  append(experience: Experience): Promise<void>;
  /** @throws STORE_DAMAGED when the bytes on disk are not what was written. */
  get(id: string): Promise<Experience | undefined>;
  /** The full ids that begin or end with the given text, at most two: enough to tell unknown, unique and ambiguous apart. */
  resolve(abbreviation: string): Promise<string[]>;
  list(query?: ExperienceQuery): AsyncIterable<Experience>;
  count(): number;
  /** Another number after every change of any experience, as long as the store is open. */
  revision(): number;
  /** @throws EXPERIENCE_UNKNOWN */
  update(id: string, change: { readonly outcome?: Outcome; readonly distillation?: DistillationState }): Promise<Experience>;
  /** Deletes it for good. @throws EXPERIENCE_UNKNOWN */
  forget(id: string): Promise<void>;
  /** Experiences that used the lesson keep its id and lose its title, for `forgottenTitle`. Goes through all of them. Gives how many had it. */
  forgetLesson(lesson: RecordId): Promise<number>;
}

/** Stands where the title of a lesson stood that was forgotten. */
export const forgottenTitle = "(forgotten)";
