/** Which labels of the index belong to lessons that may be used: kept in memory, since a search asks for each point that it walks over. Derived from the store. */
import { isUsableState, type LessonState, type LessonStore, usableStates } from "@grapevine/core";
import type { LedgerChange } from "./ledger.ts";

export class UsableLabels {
  readonly #labels = new Set<number>();

  /** Enters what the store holds. Until then only what has changed since the start is known. */
  async open(lessons: Pick<LessonStore, "labelsIn">): Promise<void> {
    for (const label of await lessons.labelsIn(usableStates)) this.#labels.add(label);
  }

  follow({ added, changed, pruned }: Pick<LedgerChange, "added" | "changed" | "pruned">): void {
    for (const { label, standing } of [...added, ...changed]) this.#note(label, standing.state);
    for (const { label } of pruned) this.#labels.delete(label);
  }

  has(label: number): boolean {
    return this.#labels.has(label);
  }

  #note(label: number, state: LessonState): void {
    if (isUsableState(state)) this.#labels.add(label);
    else this.#labels.delete(label);
  }
}
