/**
 * Labels and sequence numbers that are given out at once, without waiting for the disk, and still never twice: blocks of them are reserved in a small
 * file before the first of a block is given. A kill wastes what is left of a block; a clean close wastes nothing.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { crc32 } from "node:zlib";
import { messageOf } from "@grapevine/core";
import { z } from "zod";
import { writeFileDurably } from "./durable-file.ts";
import { storeErrors } from "./errors.ts";

/** The first label and the first sequence number that were not given out. */
export interface Marks {
  readonly label: number;
  readonly sequence: number;
}

export class Reservations {
  readonly #folder: string;
  #next: Marks;
  #reserved: Marks;

  /** @throws STORE_DAMAGED when the file is missing or altered */
  constructor(folder: string) {
    this.#folder = folder;
    this.#next = readMarks(folder);
    this.#reserved = this.#next;
  }

  /** A label not below `floor`. */
  nextLabel(floor: number): number {
    const label = Math.max(this.#next.label, floor);
    if (label > maxLabel) throw storeErrors.create("STORE_CHANGE_INVALID", `all ${maxLabel} labels have been given out`);
    this.#take({ ...this.#next, label: label + 1 });
    return label;
  }

  nextSequence(): number {
    const { sequence } = this.#next;
    this.#take({ ...this.#next, sequence: sequence + 1 });
    return sequence;
  }

  /** Gives back what was reserved and not given out. */
  close(): void {
    const { label, sequence } = this.#reserved;
    if (label !== this.#next.label || sequence !== this.#next.sequence) writeMarks(this.#folder, this.#next);
    this.#reserved = this.#next;
  }

  #take(next: Marks): void {
    if (next.label > this.#reserved.label || next.sequence > this.#reserved.sequence) {
      const reserved = {
        label: Math.min(next.label + blockSize, maxLabel + 1),
        sequence: next.sequence + blockSize,
      };
      writeMarks(this.#folder, reserved);
      this.#reserved = reserved;
    }
    this.#next = next;
  }
}

/** Far more than one could have signed since what is left of a store was written: what was given out since then is not given out again. */
export const sequenceGap = 65_536;

/** Labels are uint32. */
export const maxLabel = 0xffff_ffff;

/** A write of a few milliseconds for so many numbers: nothing for each. */
const blockSize = 1024;

const fileName = "reservations";
const marksSchema = z.object({ label: z.int().nonnegative(), sequence: z.int().nonnegative(), crc32: z.int() });

export function writeMarks(folder: string, { label, sequence }: Marks): void {
  const text = JSON.stringify({ label, sequence, crc32: checksumOf({ label, sequence }) });
  writeFileDurably(join(folder, fileName), Buffer.from(text));
}

/** @throws STORE_DAMAGED */
export function readMarks(folder: string): Marks {
  const file = join(folder, fileName);
  if (!existsSync(file)) throw storeErrors.create("STORE_DAMAGED", `${file} is missing`);
  try {
    const marks = marksSchema.parse(JSON.parse(readFileSync(file, "utf8")));
    if (marks.crc32 !== checksumOf(marks)) throw new Error("its checksum differs");
    return { label: marks.label, sequence: marks.sequence };
  } catch (error) {
    throw storeErrors.create("STORE_DAMAGED", `${file} is not what was written: ${messageOf(error)}`, { cause: error });
  }
}

function checksumOf({ label, sequence }: Marks): number {
  return crc32(`${label} ${sequence}`);
}
