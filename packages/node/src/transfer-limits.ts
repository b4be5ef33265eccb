/** How much is imported at once. */
import { limits } from "@grapevine/core";

/** Records of one request: what a batch of them takes stays far below a second. */
export const maxImportedRecords = 128;
/** Each of them as large as records get, in base64, and room for the commas. */
export const maxImportBytes: number = maxImportedRecords * (Math.ceil(limits.maxRecordBytes / 3) * 4 + 4) + 1_024;
