/** Lessons to be sent, all different. */
import { type Identity, type LessonBody, type SignedRecord, signRecord } from "@grapevine/core";

export function floodLesson(identity: Identity, number: number): SignedRecord<LessonBody> {
  return signRecord<LessonBody>(identity, {
    type: "lesson",
    seq: number + 1,
    createdAt: Date.now(),
    kind: "procedure",
    title: `List box ${number} in order`,
    situation: `When box ${number} of the stash tool is to be listed in order of size`,
    guidance: `Use peek on box ${number} with the field after --by, and leave out the empty ones`,
    example: { task: `List box ${number} in order of size`, steps: [`stash peek ${number} --by size`] },
    evidence: { worked: 1, changed: 0, failed: 0, verifiedBy: "environment" },
    tags: ["stash"],
    derivedFrom: [],
  });
}
