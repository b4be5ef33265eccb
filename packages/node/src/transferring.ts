/** Lessons into a file and out of one: whole signed records, so that what is imported passes the same checks as what a peer brings. */
import { decodeRecord, GrapevineError, type LessonState, type LessonStore } from "@grapevine/core";
import type { Network } from "@grapevine/network";
import type { ExportedLesson, ExportQuery, ExportSummary, ImportedLesson, ImportRequest } from "./control/transfer-contract.ts";

export interface TransferringComponents {
  readonly store: Pick<LessonStore, "list" | "getMany">;
  readonly network: Pick<Network, "bring">;
}

/** Lessons that are read from the disk one after the other, as fast as they are taken: a hundred thousand are never in memory together. */
export async function exportLessons(
  { state }: ExportQuery,
  onLesson: (lesson: ExportedLesson) => void | Promise<void>,
  { signal }: { readonly signal?: AbortSignal },
  { store }: TransferringComponents,
): Promise<ExportSummary> {
  let lessons = 0;
  for await (const { record, standing } of store.list({ states: state === undefined ? believedStates : [state] })) {
    signal?.throwIfAborted();
    const { author, kind, title, situation, guidance, example, tags } = record.body;
    const shown = { id: record.id, state: standing.state, author, kind, title, situation, guidance, example, tags };
    await onLesson({ ...shown, record: Buffer.from(record.frame).toString("base64") });
    lessons += 1;
  }
  return { lessons };
}

/** What became of each record, in the order given. @throws NETWORK_STOPPED, STORE_DAMAGED */
export async function importLessons(
  { records }: ImportRequest,
  { network, store }: TransferringComponents,
): Promise<ImportedLesson[]> {
  const read = records.map((text) => lessonFrame(Buffer.from(text, "base64")));
  const verdicts = (await network.bring(read.flatMap(({ frame }) => frame ?? []))).values();
  const ids = read.map(({ frame, refused }) => {
    const verdict = frame === undefined ? undefined : verdicts.next().value;
    return verdict?.verdict === "accept" ? { id: verdict.record.id } : { refused: refused ?? verdict?.reason ?? "unexpected" };
  });
  const kept = await store.getMany(ids.map(({ id }) => id ?? ""));
  return ids.map(({ id, refused }, position) => {
    if (id === undefined) return { refused };
    const state = kept[position]?.standing.state;
    return state === undefined ? { id, refused: "not-kept" } : { id, state };
  });
}

/** One's own, and those that may be in a prompt: what a node stands for. */
const believedStates: readonly LessonState[] = ["own", "admitted"];

/** The frame of a lesson, or why it is none. */
function lessonFrame(frame: Uint8Array): { readonly frame?: Uint8Array; readonly refused?: string } {
  try {
    const { type } = decodeRecord(frame).body;
    return type === "lesson" ? { frame } : { refused: "no-lesson" };
  } catch (error) {
    if (GrapevineError.is(error)) return { refused: error.code };
    throw error;
  }
}
