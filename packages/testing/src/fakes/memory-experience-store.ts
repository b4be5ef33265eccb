/** The `ExperienceStore` port in memory: nothing survives, everything else is as promised. */
import {
  type DistillationState,
  type Experience,
  type ExperienceQuery,
  type ExperienceStore,
  forgottenTitle,
  GrapevineError,
  type Outcome,
  type RecordId,
} from "@grapevine/core";

export class MemoryExperienceStore implements ExperienceStore {
  /** In the order of appending. */
  readonly #experiences = new Map<string, Experience>();
  #revision = 0;

  async append(experience: Experience): Promise<void> {
    if (this.#experiences.has(experience.id)) {
      throw new GrapevineError("EXPERIENCE_EXISTS", `there is an experience ${experience.id} already`, "Use a new id.");
    }
    this.#keep(experience);
  }

  async get(id: string): Promise<Experience | undefined> {
    return structuredClone(this.#experiences.get(id));
  }

  async resolve(abbreviation: string): Promise<string[]> {
    const fits = (id: string): boolean => id.startsWith(abbreviation) || id.endsWith(abbreviation);
    return [...this.#experiences.keys()].filter(fits).slice(0, 2);
  }

  async *list(query: ExperienceQuery = {}): AsyncGenerator<Experience, void, undefined> {
    const { limit = Number.POSITIVE_INFINITY, distillation } = query;
    const ordered = [...this.#experiences.values()];
    if (query.oldestFirst !== true) ordered.reverse();
    const asked = ordered.filter((experience) => distillation === undefined || experience.distillation === distillation);
    yield* structuredClone(asked.slice(0, limit));
  }

  count(): number {
    return this.#experiences.size;
  }

  revision(): number {
    return this.#revision;
  }

  #keep(experience: Experience): void {
    this.#experiences.set(experience.id, structuredClone(experience));
    this.#revision++;
  }

  async update(
    id: string,
    change: { readonly outcome?: Outcome; readonly distillation?: DistillationState },
  ): Promise<Experience> {
    const before = this.#experiences.get(id);
    if (before === undefined) {
      throw new GrapevineError("EXPERIENCE_UNKNOWN", `there is no experience ${id}`, "Copy the id from a list.");
    }
    const after = {
      ...before,
      ...(change.outcome === undefined ? {} : { outcome: change.outcome }),
      ...(change.distillation === undefined ? {} : { distillation: change.distillation }),
    };
    this.#keep(after);
    return after;
  }

  async forget(id: string): Promise<void> {
    if (!this.#experiences.delete(id)) {
      throw new GrapevineError("EXPERIENCE_UNKNOWN", `there is no experience ${id}`, "Copy the id from a list.");
    }
    this.#revision++;
  }

  async forgetLesson(lesson: RecordId): Promise<number> {
    const users = [...this.#experiences.values()].filter(({ lessons }) =>
      lessons.some(({ id, title }) => id === lesson && title !== forgottenTitle),
    );
    for (const experience of users) {
      const lessons = experience.lessons.map((use) => (use.id === lesson ? { ...use, title: forgottenTitle } : use));
      this.#keep({ ...experience, lessons });
    }
    return users.length;
  }
}
