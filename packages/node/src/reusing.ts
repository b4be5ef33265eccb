/**
 * Answers that are given again without the model: those of this node's own experiences that turned out to have worked, to the very same question.
 *
 * What is kept in memory only says where to look. Whether an experience is still there, and its answer still good, is read from the store each time: what was forgotten
 * or turned out wrong is not given again, whatever is in memory.
 */
import type { KnownAnswer } from "@grapevine/agent";
import type { Experience, ExperienceStore, Outcome, StoreChange } from "@grapevine/core";
import { isSameQuestion, type ReadQuestion, readQuestion } from "@grapevine/reconcile";

export interface ReuseBookInit {
  /** Newest experiences with a verified answer that are looked among. */
  readonly maxAnswers?: number;
}

/** Taken apart, a question takes some 2 KB: 4 MB in all. */
export const maxReusableAnswers = 2_000;

interface Entry {
  readonly id: string;
  readonly question: ReadQuestion;
}

export class ReuseBook {
  readonly #experiences: Pick<ExperienceStore, "get" | "list">;
  readonly #maxAnswers: number;
  /** By the key of their question; the oldest first among all. */
  readonly #byKey = new Map<string, Entry[]>();
  readonly #keys = new Map<string, string>();

  constructor(experiences: Pick<ExperienceStore, "get" | "list">, { maxAnswers = maxReusableAnswers }: ReuseBookInit = {}) {
    this.#experiences = experiences;
    this.#maxAnswers = maxAnswers;
  }

  /** Enters what the store holds, beside what was noted since the start. */
  async open(): Promise<void> {
    const found: Experience[] = [];
    for await (const experience of this.#experiences.list()) {
      if (isReusable(experience)) found.push(experience);
      if (found.length === this.#maxAnswers) break;
    }
    for (const experience of found.reverse()) this.note(experience);
  }

  /** An outcome has become known, or was corrected. */
  note(experience: Experience): void {
    this.#drop(experience.id);
    if (!isReusable(experience)) return;
    const question = readQuestion(experience.prompt);
    if (question.dependsOn !== undefined) return;
    this.#byKey.set(question.key, [...(this.#byKey.get(question.key) ?? []), { id: experience.id, question }]);
    this.#keys.set(experience.id, question.key);
    const [oldest] = this.#keys.keys();
    if (this.#keys.size > this.#maxAnswers && oldest !== undefined) this.#drop(oldest);
  }

  /**
   * The verified answer to the same question. With an environment: what did the same task there. Without one, the user's own questions come first; what was found in
   * environments is given only where they all agree. @throws STORE_DAMAGED
   */
  async find(question: string, environment?: string): Promise<KnownAnswer | undefined> {
    const found = await this.#fitting(question);
    const asked = found.filter(({ task }) => task?.environment === environment);
    const [newest = soleAnswer(environment === undefined ? found : [])] = asked.toReversed();
    return newest === undefined ? undefined : { experience: newest.id, answer: newest.answer, model: newest.model };
  }

  /** What ends the reuse of all that would give the answer again which has turned out wrong, or to need a change. To be applied with the outcome. */
  async ending(experience: Experience): Promise<StoreChange[]> {
    const { outcome, reusedFrom, answer } = experience;
    if (outcome === undefined || outcome.verdict === "worked") return [];
    const source = reusedFrom === undefined ? undefined : await this.#experiences.get(reusedFrom);
    const fitting = (await this.#fitting(experience.prompt)).filter((each) => each.answer === answer && each.id !== source?.id);
    const ended = [...(source === undefined ? [] : [source]), ...fitting].filter(({ id }) => id !== experience.id);
    return ended.flatMap(({ id, outcome: before, distillation }): StoreChange[] => {
      if (before === undefined) return [];
      const after: Outcome = { ...before, reuseEnded: true };
      return [{ kind: "experience-outcome", id, outcome: after, distillation }];
    });
  }

  /** Experiences with a reusable answer to the question, the oldest first. */
  async #fitting(text: string): Promise<Experience[]> {
    const question = readQuestion(text);
    if (question.dependsOn !== undefined) return [];
    const entries = (this.#byKey.get(question.key) ?? []).filter((entry) => isSameQuestion(entry.question, question));
    const found: Experience[] = [];
    for (const { id } of entries) {
      const experience = await this.#experiences.get(id);
      if (experience !== undefined && isReusable(experience)) found.push(experience);
      else this.#drop(id);
    }
    return found;
  }

  #drop(id: string): void {
    const key = this.#keys.get(id);
    if (key === undefined) return;
    this.#keys.delete(id);
    const left = (this.#byKey.get(key) ?? []).filter((entry) => entry.id !== id);
    if (left.length === 0) this.#byKey.delete(key);
    else this.#byKey.set(key, left);
  }
}

/** Of several worlds each may want something else. */
function soleAnswer(found: readonly Experience[]): Experience | undefined {
  const [first] = found;
  return found.every(({ answer }) => answer === first?.answer) ? found.at(-1) : undefined;
}

/** Verified, not given again already, and this node's own: what others asked or answered is theirs. */
function isReusable(experience: Experience): boolean {
  const { outcome, askedBy, answeredBy, reusedFrom, withinConversation, answer, task, steps, distillation } = experience;
  if (outcome?.verdict !== "worked" || outcome.reuseEnded === true || answer === "") return false;
  if (askedBy !== undefined || answeredBy !== undefined || reusedFrom !== undefined) return false;
  if (withinConversation === true) return false;
  if (task === undefined) return true;
  // Of a test nothing is to be learnt, and of several actions no single one did it.
  const [only, ...others] = steps.filter(({ accepted }) => accepted);
  return distillation !== "waiting" && others.length === 0 && only?.action === answer;
}
