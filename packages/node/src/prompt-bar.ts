/** What the node remembers of its own answers to say how near a lesson must be. Kept in memory; derived from the stored experiences at every start. */
import { calibratedMinSimilarity, type JudgedPrompt } from "@grapevine/agent";
import type { Experience, ExperienceStore } from "@grapevine/core";

/** The newest experiences that are looked at: enough to tell a share of one half from one of a third, and few enough that what has changed since is soon forgotten. */
export const maxJudgedPrompts = 500;

export class PromptBar {
  readonly #prompts = new Map<string, JudgedPrompt>();
  #minSimilarity: number = calibratedMinSimilarity([]);

  /** Least similarity of a lesson to the question in whose prompt it stands, unless they share telling words. */
  get minSimilarity(): number {
    return this.#minSimilarity;
  }

  /** Enters what the store holds, beside what was noted since the start. */
  async open(experiences: Pick<ExperienceStore, "list">): Promise<void> {
    for await (const experience of experiences.list({ limit: maxJudgedPrompts })) {
      if (!this.#prompts.has(experience.id)) this.#remember(experience);
    }
    this.#calibrate();
  }

  /** An outcome has become known, or was corrected. */
  note(experience: Experience): void {
    this.#remember(experience);
    this.#calibrate();
  }

  #remember(experience: Experience): void {
    const { id, outcome, task, answeredBy, reusedFrom, lessons } = experience;
    // Lessons of a task's own environment are in its prompt however far they are, a peer's answer rests on the peer's lessons, and for one given again there was no prompt.
    if (outcome === undefined || task !== undefined || answeredBy !== undefined || reusedFrom !== undefined) return;
    const succeeded = outcome.verdict !== "failed";
    this.#prompts.set(
      id,
      lessons.length === 0 ? { succeeded } : { succeeded, similarity: Math.max(...lessons.map(({ similarity }) => similarity)) },
    );
    if (this.#prompts.size <= maxJudgedPrompts) return;
    // Ids grow with time.
    const [oldest] = [...this.#prompts.keys()].toSorted();
    if (oldest !== undefined) this.#prompts.delete(oldest);
  }

  #calibrate(): void {
    this.#minSimilarity = calibratedMinSimilarity([...this.#prompts.values()]);
  }
}
