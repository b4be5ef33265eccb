/** How much is imported at once. */
import { limits } from "@grapevine/core";
import { maxRecordingBytes } from "./recording-limits.ts";

/** Records of one request: what a batch of them takes stays far below a second. */
export const maxImportedRecords = 128;
/** Each of them as large as records get, in base64, and room for the commas. */
export const maxImportBytes: number = maxImportedRecords * (Math.ceil(limits.maxRecordBytes / 3) * 4 + 4) + 1_024;

/** Experiences of one request: each is a commit of its own, and all of them together take less than a second. */
export const maxImportedExperiences = 64;
/** The largest that another agent can record, with what a node writes around it, in JSON that escapes every character. */
export const maxExperienceImportBytes: number = 2 * maxRecordingBytes;
