/**
 * Where a node keeps its things: `HOME/NAME/`, with its key, its token, its settings, its stores, and, while it runs, `running.json`, by which other
 * processes of the same user find it. Several nodes may share a home under different names.
 */
import { randomBytes } from "node:crypto";
import { chmod, mkdir, open, readdir, readFile, rename, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { createIdentity, GrapevineError, type Identity, identityFromSeed, messageOf } from "@grapevine/core";
import type { InviteKeeping, IssuedInvite } from "@grapevine/network";
import { z } from "zod";
import { nodeErrors } from "./errors.ts";
import type { Behind } from "./indexing.ts";

export interface NodeHome {
  readonly name: string;
  readonly folder: string;
  readonly storeFolder: string;
  readonly indexFolder: string;
}

/** What a running node says of itself to other processes. */
export interface Running {
  readonly name: string;
  readonly pid: number;
  /** URL of the control API. */
  readonly api: string;
}
const runningSchema: z.ZodType<Running> = z.object({ name: z.string(), pid: z.int().positive(), api: z.url() });

const namePattern = /^[A-Za-z0-9][A-Za-z0-9._-]{0,31}$/;
/** Only the user may read keys and tokens. */
const privateFileMode = 0o600;
const privateFolderMode = 0o700;

/** Where a node's things are, whether or not they are there. @throws NODE_NAME_INVALID */
export function homeOf(home: string, name: string): NodeHome {
  if (!namePattern.test(name)) throw nodeErrors.create("NODE_NAME_INVALID", `"${name.slice(0, 60)}" is not a name for a node`);
  const folder = join(home, name);
  return { name, folder, storeFolder: join(folder, "store"), indexFolder: join(folder, "index") };
}

/** Makes the folder when it is not there. @throws NODE_NAME_INVALID, HOME_UNUSABLE */
export async function openHome(home: string, name: string): Promise<NodeHome> {
  const found = homeOf(home, name);
  await usable(found.folder, async () => {
    await mkdir(found.folder, { recursive: true, mode: privateFolderMode });
    await chmod(found.folder, privateFolderMode);
  });
  return found;
}

/** Names of the nodes that a home holds, running or not. */
export async function nodeNames(home: string): Promise<string[]> {
  const entries = await optional(readdir(home, { withFileTypes: true }));
  const names: string[] = [];
  for (const entry of entries ?? []) {
    if (
      entry.isDirectory() &&
      namePattern.test(entry.name) &&
      (await optional(readFile(join(home, entry.name, "key")))) !== undefined
    ) {
      names.push(entry.name);
    }
  }
  return names.sort();
}

/**
 * The node's identity. It is made only where `mayCreate`: a new key for a store that holds lessons would turn them into a stranger's.
 * @throws KEY_MISSING, KEY_MALFORMED, HOME_UNUSABLE
 */
export async function loadIdentity(home: NodeHome, { mayCreate }: { readonly mayCreate: boolean }): Promise<Identity> {
  const file = join(home.folder, "key");
  if (mayCreate) return await readOrMakeKey(file);
  const found = await readKey(file);
  if (found !== undefined) return found;
  throw nodeErrors.create("KEY_MISSING", `${file} is gone, and the store beside it holds what its owner wrote`);
}

/** The control API's token, made at the first start: 32 random bytes in base64url. */
export async function loadToken(home: NodeHome): Promise<string> {
  const file = join(home.folder, "token");
  const token = (await optional(readFile(file, "utf8")))?.trim();
  if (token !== undefined && token.length >= 43) return token;
  const made = randomBytes(32).toString("base64url");
  await writePrivately(file, Buffer.from(made));
  return made;
}

/** A file that is there while the saved index lags behind the store. */
export function indexBehind(home: NodeHome): Behind {
  const file = join(home.folder, "index-behind");
  return {
    isSet: () => isThere(file),
    set: () => writePrivately(file, Buffer.alloc(0)),
    clear: () => rm(file, { force: true }),
  };
}

/** What a node has said of its keys, for those who may not open its store: it is written anew at each start. */
export interface IdentityNote {
  readonly author: string;
  /** sha2-256 of the next public key, in hexadecimal. */
  readonly nextKeyHash: string;
  /** The key before, and when it was replaced, milliseconds since the epoch. */
  readonly follows?: string | undefined;
  readonly rotatedAt?: number | undefined;
}
const identityNoteSchema: z.ZodType<IdentityNote> = z.object({
  author: z.string(),
  nextKeyHash: z.string(),
  follows: z.string().optional(),
  rotatedAt: z.int().optional(),
});

/** @throws SETTINGS_MALFORMED, HOME_UNUSABLE */
export async function readIdentityNote(home: NodeHome): Promise<IdentityNote | undefined> {
  const file = join(home.folder, "identity.json");
  const text = await optional(readFile(file, "utf8"));
  return text === undefined ? undefined : parseFile(text, identityNoteSchema, file);
}

export async function writeIdentityNote(home: NodeHome, note: IdentityNote): Promise<void> {
  await writePrivately(join(home.folder, "identity.json"), Buffer.from(`${JSON.stringify(note, null, 2)}\n`));
}

/** What is being forgotten: noted before anything is deleted, so that a kill on the way does not leave traces behind. */
export interface UnfinishedForgetting {
  /** Forgotten lessons, with their labels, of which traces may be left. */
  readonly lessons: readonly { readonly id: string; readonly label: number }[];
  /** Ids of forgotten experiences of which traces may be left. */
  readonly experiences: readonly string[];
}
const unfinishedSchema: z.ZodType<UnfinishedForgetting> = z.object({
  lessons: z.array(z.object({ id: z.string(), label: z.int().nonnegative() })),
  experiences: z.array(z.string()).default([]), // earlier versions did not name them
});

export interface ForgettingNote {
  read(): Promise<UnfinishedForgetting | undefined>;
  write(value: UnfinishedForgetting): Promise<void>;
  clear(): Promise<void>;
}

/** A file that is there while something is being forgotten, or traces of it are left. @throws SETTINGS_MALFORMED, HOME_UNUSABLE */
export function forgettingNote(home: NodeHome): ForgettingNote {
  const file = join(home.folder, "forgetting.json");
  return {
    read: async () => {
      const text = await optional(readFile(file, "utf8"));
      return text === undefined ? undefined : parseFile(text, unfinishedSchema, file);
    },
    write: (value) => writePrivately(file, Buffer.from(JSON.stringify(value))),
    clear: () => rm(file, { force: true }),
  };
}

const issuedSchema: z.ZodType<IssuedInvite[]> = z.array(
  z.object({
    id: z.string(),
    createdAt: z.int(),
    expiresAt: z.int(),
    uses: z.int().positive().optional(),
    usedBy: z.array(z.string()),
    revokedAt: z.int().optional(),
  }),
);

/** The invites that the node has issued. @throws SETTINGS_MALFORMED, HOME_UNUSABLE */
export async function loadInvites(home: NodeHome): Promise<InviteKeeping> {
  const { kept, save } = await loadList(home, "invites.json", issuedSchema);
  return { issued: kept, save };
}

/** An invite that is to be followed as soon as its maker can be reached. */
export interface AwaitedInvite {
  readonly invite: string;
  /** Is its maker to be trusted then? */
  readonly trust: boolean;
  /** When it was given, milliseconds since the epoch. */
  readonly since: number;
}
const awaitedSchema: z.ZodType<AwaitedInvite[]> = z.array(z.object({ invite: z.string(), trust: z.boolean(), since: z.int() }));

/** The invites that were not followed when the node stopped. @throws SETTINGS_MALFORMED, HOME_UNUSABLE */
export function loadAwaitedInvites(home: NodeHome): Promise<KeptList<AwaitedInvite>> {
  return loadList(home, "awaited-invites.json", awaitedSchema);
}

/** A list that a file of the home holds. */
export interface KeptList<T> {
  /** As it was when it was loaded. */
  readonly kept: readonly T[];
  /** Resolves when it is durable; one write after the other. */
  readonly save: (values: readonly T[]) => Promise<void>;
}

async function loadList<T>({ folder }: NodeHome, name: string, schema: z.ZodType<T[]>): Promise<KeptList<T>> {
  const file = join(folder, name);
  const text = await optional(readFile(file, "utf8"));
  let saving: Promise<void> = Promise.resolve();
  return {
    kept: text === undefined ? [] : parseFile(text, schema, file),
    save: (values) => {
      const write = (): Promise<void> => writePrivately(file, Buffer.from(JSON.stringify(values)));
      saving = saving.then(write, write);
      return saving;
    },
  };
}

export async function announceRunning(home: NodeHome, value: Running): Promise<void> {
  await writePrivately(join(home.folder, "running.json"), Buffer.from(JSON.stringify(value)));
}

export async function withdrawRunning(home: NodeHome): Promise<void> {
  await rm(join(home.folder, "running.json"), { force: true });
}

/** What a node said of itself when it started; it may have died since. */
export async function readRunning(home: string, name: string): Promise<{ running: Running; token: string } | undefined> {
  const file = join(home, name, "running.json");
  const text = await optional(readFile(file, "utf8"));
  const token = await optional(readFile(join(home, name, "token"), "utf8"));
  if (text === undefined || token === undefined) return undefined;
  return { running: parseFile(text, runningSchema, file), token: token.trim() };
}

/** A temporary file, synced and renamed: after a crash there is the old file or the new one, never half of one. */
export async function writePrivately(file: string, bytes: Uint8Array): Promise<void> {
  await usable(file, async () => {
    const temporary = `${file}.${process.pid}.tmp`;
    const handle = await open(temporary, "w", privateFileMode);
    try {
      await handle.writeFile(bytes);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, file);
    await syncFolder(dirname(file));
  });
}

/** A file takes the place of another, whole. */
export async function replaceFile(from: string, to: string): Promise<void> {
  await usable(to, async () => {
    await rename(from, to);
    await syncFolder(dirname(to));
  });
}

/** The renaming itself has to survive a power loss. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function isThere(path: string): Promise<boolean> {
  return (await optional(stat(path))) !== undefined;
}

/** @throws SETTINGS_MALFORMED */
export function parseFile<T>(text: string, schema: z.ZodType<T>, file: string): T {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw nodeErrors.create("SETTINGS_MALFORMED", `${file} is not JSON: ${messageOf(error)}`, { cause: error });
  }
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  throw nodeErrors.create("SETTINGS_MALFORMED", `${file}: ${issue?.path.join(".")}: ${issue?.message}`);
}

async function usable(path: string, action: () => Promise<void>): Promise<void> {
  try {
    await action();
  } catch (error) {
    if (GrapevineError.is(error)) throw error;
    throw nodeErrors.create("HOME_UNUSABLE", `${path} cannot be used: ${messageOf(error)}`, { cause: error });
  }
}

/** The key whose seed the file holds; undefined where there is no such file. @throws KEY_MALFORMED, HOME_UNUSABLE */
export async function readKey(file: string): Promise<Identity | undefined> {
  const seed = await optional(readFile(file));
  return seed === undefined ? undefined : identityFromSeed(seed);
}

/** The key whose seed the file holds, or a new one that it holds from now on. @throws KEY_MALFORMED, HOME_UNUSABLE */
export async function readOrMakeKey(file: string): Promise<Identity> {
  const found = await readKey(file);
  if (found !== undefined) return found;
  const made = createIdentity();
  await writePrivately(file, made.exportSeed());
  return made;
}

/** Undefined where there is no such file; every other failure is the caller's to see. */
export async function optional<T>(reading: Promise<T>): Promise<T | undefined> {
  try {
    return await reading;
  } catch (error) {
    if (error instanceof Error && "code" in error && (error.code === "ENOENT" || error.code === "ENOTDIR")) return undefined;
    throw nodeErrors.create("HOME_UNUSABLE", messageOf(error), { cause: error });
  }
}
