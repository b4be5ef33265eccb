/** Generations that failed at every try in what comes before and between the tries, where no row can say it: a line of JSON for each time, so that a later run still knows. */
import { appendFile, readFile } from "node:fs/promises";
import { asFields } from "../dataset.ts";
import { evalErrors } from "../errors.ts";

export interface GivenUpFile {
  /** Nothing is written for none. */
  add(seed: number, generations: number): Promise<void>;
  /** Of these seeds. @throws EVAL_OUT_DAMAGED */
  total(seeds: readonly number[]): Promise<number>;
}

export function openGivenUpFile(path: string): GivenUpFile {
  return {
    add: async (seed, generations) => {
      if (generations > 0) await appendFile(path, `${JSON.stringify({ seed, generations })}\n`);
    },
    total: async (seeds) => {
      const entries = (await linesOf(path)).map((line, index) => entryOf(line, `${path}, line ${index + 1}`));
      return entries.filter(({ seed }) => seeds.includes(seed)).reduce((sum, { generations }) => sum + generations, 0);
    },
  };
}

async function linesOf(path: string): Promise<string[]> {
  try {
    return (await readFile(path, "utf8")).split("\n").filter((line) => line !== "");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return [];
    throw error;
  }
}

function entryOf(line: string, place: string): { seed: number; generations: number } {
  try {
    const { seed, generations } = asFields(JSON.parse(line)) ?? {};
    if (typeof seed === "number" && typeof generations === "number") return { seed, generations };
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw evalErrors.create("EVAL_OUT_DAMAGED", `${place} says of no generations that they failed`);
}
