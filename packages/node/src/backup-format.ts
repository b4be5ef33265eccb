/** What the file of a backup looks like, and what is said when it does not. */
import { GrapevineError, messageOf } from "@grapevine/core";
import { z } from "zod";
import { nodeErrors } from "./errors.ts";

/** The first entry. */
export interface About {
  readonly version: 1;
  readonly node: string;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
}
export const aboutSchema: z.ZodType<About> = z.object({ version: z.literal(1), node: z.string(), createdAt: z.int() });

/** Of each entry but the last, which holds them. */
export interface Content {
  readonly name: string;
  readonly bytes: number;
  /** In hexadecimal. */
  readonly sha256: string;
}
export const contentsSchema: z.ZodType<Content[]> = z.array(z.object({ name: z.string(), bytes: z.int(), sha256: z.string() }));

export const aboutName = "backup.json";
export const contentsName = "contents.json";
export const storePrefix = "store/";
/** The next key may be kept elsewhere: then it is not in the backup either. */
export const keyNames: readonly string[] = ["key", "next-key", "next-key-but-one"];
/** What the node remembers besides its store. The token, the log, the index and `running.json` are made anew. */
export const keptNames: readonly string[] = [
  "settings.json",
  "peers.json",
  "identity.json",
  "invites.json",
  "awaited-invites.json",
  "forgetting.json",
];

/** What is in memory at once: a tar entry says its length before its bytes. */
export const storePartBytes: number = 4 * 1024 * 1024;
/** A part and the piece that made it full, with room. */
export const maxEntryBytes: number = 8 * 1024 * 1024;

/** The work's errors of the file system as this package's. @throws BACKUP_FILE_UNUSABLE, and what else the work throws */
export async function usableFile<T>(file: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (GrapevineError.is(error) || !isOfDisk(error)) throw error;
    throw unusable(file, error);
  }
}

export function isOfDisk(error: unknown): boolean {
  return error instanceof Error && "syscall" in error;
}

export function unusable(file: string, cause: unknown): GrapevineError {
  return nodeErrors.create("BACKUP_FILE_UNUSABLE", `${file} cannot be used: ${messageOf(cause)}`, { cause });
}

export function damaged(file: string, why: string, cause?: unknown): GrapevineError {
  return nodeErrors.create("BACKUP_DAMAGED", `${file} is no whole backup: ${why}`, { cause });
}
