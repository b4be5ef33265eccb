import type { LessonBody, RecalledLesson, RecordId, SignedRecord, StoredLesson } from "@grapevine/core";

/** A lesson as recall would give it, of whoever wrote it: for putting a chosen one into a prompt. */
export function recalledAsGiven(record: SignedRecord<LessonBody>): RecalledLesson {
  const id: RecordId = record.id;
  const standing = { state: "own", rule: "own", reason: "given by hand", since: record.body.createdAt } as const;
  const lesson: StoredLesson = {
    record,
    standing,
    history: [],
    cluster: id,
    label: 0,
    pinned: false,
    receivedAt: record.body.createdAt,
    outcomes: { worked: 0, changed: 0, failed: 0 },
    usedAt: 0,
    conflicts: [],
    topic: 0,
  };
  return { lesson, similarity: 1, utility: 1, trust: 1 };
}
