/**
 * The tables that can be asked, apart from what stands in them and from how a language wants to be asked. All are alike in shape, so that what was
 * learnt about one holds for the others. Names are common words, one token each in the vocabularies of small models.
 */

export interface WordColumn {
  readonly name: string;
  readonly values: readonly string[];
}

export interface TableSchema {
  readonly name: string;
  /** What the rows are called: the first column of each table. */
  readonly rows: readonly string[];
  readonly words: readonly WordColumn[];
  readonly numbers: readonly string[];
}

/** Every number column draws from these, without repetition, so that no two rows are equal in it. */
export const numbers: readonly number[] = [12, 15, 21, 27, 34, 38, 43, 49, 56, 62, 68, 75];

export const schemas: readonly TableSchema[] = [
  {
    name: "ships",
    rows: split("eagle tiger arrow storm pearl comet raven swan dragon"),
    words: [
      { name: "colour", values: split("red blue green black white gold") },
      { name: "flag", values: split("french german spanish english italian polish") },
    ],
    numbers: split("length speed age"),
  },
  {
    name: "workers",
    rows: split("anna peter maria david laura simon julia martin clara"),
    words: [
      { name: "trade", values: split("cook baker driver teacher nurse painter") },
      { name: "town", values: split("london paris rome berlin madrid vienna") },
    ],
    numbers: split("salary hours level"),
  },
  {
    name: "houses",
    rows: split("oak pine rose lily fern moss palm maple cedar"),
    words: [
      { name: "style", values: split("modern gothic rural classic royal simple") },
      { name: "street", values: split("north south east west main hill") },
    ],
    numbers: split("rooms windows price"),
  },
];

function split(text: string): string[] {
  return text.split(" ");
}
