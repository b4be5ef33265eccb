/** What single words mean, as far as comparing goes: nothing, or their stem. */
import { Remembered } from "./remembered.ts";
import { stemOf } from "./stem.ts";

/** The stem of a word in lower case; undefined for words that only hold others together. */
export function meaningOf(word: string): string | undefined {
  return functionWords.has(word) ? undefined : stems.of(word);
}

/** The same few thousand words come again and again. */
const stems: Remembered<string> = new Remembered(stemOf);

const functionWords: ReadonlySet<string> = new Set(
  (
    "a an the this that these those it its is are was were be been being am do does did has have had will would shall should can could may might must " +
    "and or but if then than so as of in on at to for from by with into onto over under about there here which who whom whose what when where while " +
    "i you he she we they them their your our his her my some any each such very just also too because since before after until unless once otherwise " +
    "though although rather even else own out off up down again both either every only same one whether"
  ).split(" "),
);
