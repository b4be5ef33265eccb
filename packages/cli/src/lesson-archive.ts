/**
 * Lessons as a content-addressed archive (CAR, version 1; ipld.io/specs/transport/car), which other tools of that kind read: the body of each record is a block, and its id is the
 * block's name. Signatures are not part of what is named; they are listed in pages, and the root lists the pages. The same lessons in the same order make the same root.
 */
import { createWriteStream } from "node:fs";
import { open } from "node:fs/promises";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { setImmediate } from "node:timers/promises";
import { limits, messageOf, recordIdOf, signatureBytes } from "@grapevine/core";
import type { ExportedLesson } from "@grapevine/node";
import { CarBlockIterator } from "@ipld/car/iterator";
import { CarWriter } from "@ipld/car/writer";
import { decode, encode } from "@ipld/dag-cbor";
import { CID } from "multiformats/cid";
import { z } from "zod";
import { cliErrors } from "./errors.ts";
import { firstToFail } from "./output/whole-file.ts";

/** What the root says that it is. */
const format = "grapevine-lessons";
const version = 1;
/** About 110 KB: tools that pass blocks on take none above one or two megabytes. */
const lessonsPerPage = 1000;

/** As long as the root's name, which is known only at the end. */
const rootToCome: CID = linkTo(new Uint8Array());

const link = z.custom<CID>((value) => CID.asCID(value) !== null, "it is no link");
const rootBlock = z.object({ format: z.literal(format), version: z.literal(version), pages: z.array(link) });
const pageBlock = z.array(z.object({ record: link, signature: z.instanceof(Uint8Array) }));
type Page = z.infer<typeof pageBlock>;

/** Writes those that `work` hands on while it runs. @throws what the work throws, and what the system says of the file */
export async function writeLessonArchive<T>(
  path: string,
  work: (write: (lesson: ExportedLesson) => Promise<void>) => Promise<T>,
): Promise<T> {
  const archive = new ArchiveWriter();
  const closed = pipeline(archive.bytes, createWriteStream(path, { flags: "wx" }));
  const writing = async (): Promise<{ readonly result: T; readonly root: CID }> => {
    const result = await work((lesson) => archive.add(lesson));
    return { result, root: await archive.end() };
  };
  try {
    const { result, root } = await firstToFail(writing(), closed);
    await closed;
    await nameRoot(path, root);
    return result;
  } catch (error) {
    archive.bytes.destroy();
    await Promise.allSettled([closed]);
    throw error;
  }
}

/** Is this the beginning of an archive? A length, then a map whose first key is `roots`. */
export function isLessonArchive(bytes: Uint8Array): boolean {
  return Buffer.from(bytes.subarray(0, 12)).includes("\u00a2eroots", 0, "latin1");
}

/** The signed records in it, in base64. Whether they are what they are named, and signed, is for the node to say. @throws CLI_ARCHIVE_MALFORMED, and the signal's reason */
export async function recordsInArchive(bytes: Uint8Array, name: string, signal: AbortSignal): Promise<string[]> {
  try {
    const archive = await CarBlockIterator.fromBytes(bytes);
    const [rootLink] = await archive.getRoots();
    if (rootLink === undefined) throw new Error("it has no root");
    const blocks = await blocksOf(archive, signal);
    const root = rootBlock.parse(decode(take(blocks, rootLink)));
    const records: string[] = [];
    for (const page of root.pages) {
      await turn(signal);
      for (const { record, signature } of pageBlock.parse(decode(take(blocks, page)))) {
        const frame = Buffer.concat([signature, take(blocks, record)]);
        if (frame.length > limits.maxRecordBytes) throw new Error(`a record has more than ${limits.maxRecordBytes} bytes`);
        records.push(frame.toString("base64"));
      }
    }
    return records;
  } catch (error) {
    signal.throwIfAborted();
    const why = error instanceof z.ZodError ? `it is no archive of lessons: ${error.issues[0]?.message}` : messageOf(error);
    throw cliErrors.create("CLI_ARCHIVE_MALFORMED", `${name} cannot be read as an archive: ${why}`, { cause: error });
  }
}

/** By name. */
async function blocksOf(archive: CarBlockIterator, signal: AbortSignal): Promise<Map<string, Uint8Array>> {
  const blocks = new Map<string, Uint8Array>();
  for await (const { cid, bytes } of archive) {
    if (blocks.size % blocksPerTurn === 0) await turn(signal);
    blocks.set(cid.toString(), bytes);
  }
  return blocks;
}

/** Each block is for one place: what is listed twice could make gigabytes of a small file. */
function take(blocks: Map<string, Uint8Array>, link: CID): Uint8Array {
  const name = link.toString();
  const bytes = blocks.get(name);
  if (bytes === undefined) throw new Error(`block ${name} is missing, or listed twice`);
  blocks.delete(name);
  return bytes;
}

/** Ctrl-C has its turn. */
async function turn(signal: AbortSignal): Promise<void> {
  await setImmediate();
  signal.throwIfAborted();
}

/** A few milliseconds' work. */
const blocksPerTurn = 1000;

class ArchiveWriter {
  readonly bytes: Readable;
  readonly #writer: ReturnType<typeof CarWriter.create>["writer"];
  #written: Promise<void> = Promise.resolve();
  readonly #pages: CID[] = [];
  #page: Page = [];

  constructor() {
    const { writer, out } = CarWriter.create([rootToCome]);
    this.#writer = writer;
    this.bytes = Readable.from(out);
  }

  /** Resolves when it is on its way to the file. */
  async add({ id, record }: ExportedLesson): Promise<void> {
    const frame = Buffer.from(record, "base64");
    const cid = CID.parse(id);
    this.#put(cid, frame.subarray(signatureBytes));
    this.#page.push({ record: cid, signature: frame.subarray(0, signatureBytes) });
    if (this.#page.length === lessonsPerPage) this.#endPage();
    await this.#written;
  }

  /** The root's name. */
  async end(): Promise<CID> {
    if (this.#page.length > 0) this.#endPage();
    const root = this.#putEncoded({ format, version, pages: this.#pages });
    await this.#written;
    await this.#writer.close();
    return root;
  }

  #endPage(): void {
    this.#pages.push(this.#putEncoded(this.#page));
    this.#page = [];
  }

  /** Gives its name. */
  #putEncoded(value: unknown): CID {
    const bytes = encode(value);
    const cid = linkTo(bytes);
    this.#put(cid, bytes);
    return cid;
  }

  /** One after the other; the first that fails fails the rest. */
  #put(cid: CID, bytes: Uint8Array): void {
    this.#written = this.#written.then(async () => await this.#writer.put({ cid, bytes }));
  }
}

/** Blocks are named as records are. */
function linkTo(bytes: Uint8Array): CID {
  return CID.parse(recordIdOf(bytes));
}

async function nameRoot(path: string, root: CID): Promise<void> {
  const file = await open(path, "r+");
  try {
    await CarWriter.updateRootsInFile(file, [root]);
  } finally {
    await file.close();
  }
}
