/**
 * Experiences into a file and out of one. They are one's own, also on another node: they go from file to store and never over the network, and what is distilled from
 * them passes the same gate as what is distilled from any other.
 *
 * What an outcome in the file says moves no lesson's or author's counts: it did when it was seen, and a file that is taken at two nodes would say it twice.
 */
import type { DistillationState, Experience, ExperienceStore } from "@grapevine/core";
import { GrapevineError } from "@grapevine/core";
import { readExperience } from "@grapevine/store";
import type { ExperienceExportSummary, ExperienceImportRequest, ImportedExperience } from "./control/transfer-contract.ts";
import type { Learning } from "./learning.ts";
import type { PromptBar } from "./prompt-bar.ts";
import type { ReuseBook } from "./reusing.ts";

export interface ExperienceTransferringComponents {
  readonly experiences: Pick<ExperienceStore, "append" | "list">;
  readonly reuse: Pick<ReuseBook, "note">;
  readonly promptBar: Pick<PromptBar, "note">;
  readonly learning: Pick<Learning, "wake">;
}

/** As fast as they are taken; oldest first, so that a node that takes them has them in the order in which they were lived through. */
export async function exportExperiences(
  onExperience: (experience: Experience) => void | Promise<void>,
  { signal }: { readonly signal?: AbortSignal },
  { experiences }: Pick<ExperienceTransferringComponents, "experiences">,
): Promise<ExperienceExportSummary> {
  let count = 0;
  for await (const experience of experiences.list({ oldestFirst: true })) {
    signal?.throwIfAborted();
    await onExperience(experience);
    count += 1;
  }
  return { experiences: count };
}

/** What became of each, in the order given. One that is here already stays as it is. @throws what the store throws besides EXPERIENCE_INVALID */
export async function importExperiences(
  { experiences: values }: ExperienceImportRequest,
  components: ExperienceTransferringComponents,
): Promise<ImportedExperience[]> {
  const imported: ImportedExperience[] = [];
  for (const value of values) imported.push(await importOne(value, components));
  if (imported.some(({ state }) => state === "imported")) components.learning.wake();
  return imported;
}

async function importOne(
  value: unknown,
  { experiences, reuse, promptBar }: ExperienceTransferringComponents,
): Promise<ImportedExperience> {
  try {
    const read = readExperience(value);
    if (!idPattern.test(read.id)) return { state: "refused", refused: "ID_MALFORMED" };
    const experience = { ...read, distillation: distillationOf(read) };
    await experiences.append(experience);
    reuse.note(experience);
    if (experience.outcome !== undefined) promptBar.note(experience);
    return { state: "imported", id: experience.id };
  } catch (error) {
    if (GrapevineError.is(error, "EXPERIENCE_EXISTS")) return { state: "here", id: (value as Experience).id };
    if (GrapevineError.is(error, "EXPERIENCE_INVALID")) return { state: "refused", refused: error.message };
    throw error;
  }
}

/** A ULID, as every node makes them: ids stand in addresses and on command lines. */
const idPattern = /^[0-7][0-9A-HJKMNP-TV-Z]{25}$/;

/** Whatever the file says: nothing is distilled without an outcome, nor of what a peer or an earlier answer said. */
function distillationOf({ outcome, answeredBy, reusedFrom, distillation }: Experience): DistillationState {
  if (outcome === undefined) return "waiting";
  const isOwnWork = answeredBy === undefined && reusedFrom === undefined;
  if (isOwnWork) return distillation === "waiting" ? "queued" : distillation;
  return distillation === "queued" ? "waiting" : distillation;
}
