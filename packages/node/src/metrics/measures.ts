/** What a node counts and times while it works. Costs next to nothing where nobody reads it: what turns it into a page of metrics is loaded when one is asked for. */
import type { Experience } from "@grapevine/core";
import type { LedgerChange } from "../ledger.ts";

/** What an answer was made for: a question, or a task of an environment. `reused`: a verified answer was given again without the model. */
export type AnswerKind = "question" | "task" | "reused";

export interface Duration {
  readonly seconds: number;
}

export interface AnswerDuration extends Duration {
  readonly kind: AnswerKind;
}

export class Measures {
  readonly answers: Samples<AnswerDuration> = new Samples();
  readonly recalls: Samples<Duration> = new Samples();
  readonly #decided = new Map<string, number>();

  /** The agent has answered, or given a task up. */
  answered(experience: Experience): void {
    this.answers.add({ kind: answerKind(experience), seconds: experience.ms / 1000 });
  }

  /** The ledger has decided. */
  decided({ added, refused, pruned }: Pick<LedgerChange, "added" | "refused" | "pruned">): void {
    for (const { standing } of added) this.#count(standing.state, 1);
    this.#count("refused", refused);
    this.#count("pruned", pruned.length);
  }

  /** Times each call that succeeds. */
  timing<Question, Found>(recall: (question: Question) => Promise<Found>): (question: Question) => Promise<Found> {
    return async (question) => {
      const begun = performance.now();
      const found = await recall(question);
      this.recalls.add({ seconds: (performance.now() - begun) / 1000 });
      return found;
    };
  }

  /** Decisions on records since the start, by what was decided. */
  decisions(): ReadonlyMap<string, number> {
    return this.#decided;
  }

  #count(verdict: string, by: number): void {
    if (by > 0) this.#decided.set(verdict, (this.#decided.get(verdict) ?? 0) + by);
  }
}

/** Kept until somebody reads them, in memory: half a megabyte. Of a node that is read for the first time later than that, the oldest are not counted. */
export const maxUnreadSamples = 10_000;

export class Samples<Sample> {
  #unread: Sample[] = [];
  #read: ((sample: Sample) => void) | undefined;

  add(sample: Sample): void {
    if (this.#read !== undefined) {
      this.#read(sample);
      return;
    }
    this.#unread.push(sample);
    if (this.#unread.length > maxUnreadSamples) this.#unread.shift();
  }

  /** From now on each sample is given to `read`, those of before first. */
  flowTo(read: (sample: Sample) => void): void {
    for (const sample of this.#unread) read(sample);
    this.#unread = [];
    this.#read = read;
  }
}

function answerKind({ reusedFrom, task }: Experience): AnswerKind {
  if (reusedFrom !== undefined) return "reused";
  return task === undefined ? "question" : "task";
}
