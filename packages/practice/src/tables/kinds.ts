/**
 * The kinds of questions about a table: what is asked for and how it is worked out. Each takes a table, a column and a value. Questions name what is
 * wanted and give no order, since small models copy a verb of the question into the query.
 */
import { type Rows, type TableSchema, valueIn } from "./rows.ts";
import { numbers } from "./schema.ts";

/** What a query gives: a single text, or names of rows in no order. */
export type Answer = readonly string[];

export interface Kind {
  readonly name: string;
  /** What a query of the kind gives, for the manual. */
  readonly summary: string;
  readonly valueName: string;
  /** Words of other languages for the same thing: with one of them the manual finds this page. */
  readonly alsoKnownAs: readonly string[];
  /** Ways to ask; `{table}`, `{column}` and `{value}` stand for the details. */
  readonly templates: readonly string[];
  /** The columns that can be asked about. */
  columns(schema: TableSchema): readonly string[];
  /** The values that can be asked with. */
  values(schema: TableSchema, column: string): readonly string[];
  answer(rows: Rows, column: string, value: string): Answer;
}

const someOf: readonly string[] = ["2", "3", "4", "5"];

export const kinds: readonly Kind[] = [
  {
    name: "equal",
    summary: "list the rows that have a word in a column",
    valueName: "WORD",
    alsoKnownAs: ["select", "where", "list", "find", "filter", "equals"],
    templates: [
      "Which {table} have the {column} {value}?",
      "Wanted: all {table} whose {column} is {value}.",
      "The names of the {table} that have the {column} {value}.",
    ],
    columns: wordColumns,
    values: wordsIn,
    answer: (rows, column, value) => namesWhere(rows, (name) => valueIn(rows, name, column) === value),
  },
  {
    name: "count",
    summary: "count the rows that have a word in a column",
    valueName: "WORD",
    alsoKnownAs: ["count", "many", "number", "len"],
    templates: [
      "How many {table} have the {column} {value}?",
      "Wanted: the number of {table} whose {column} is {value}.",
      "The count of the {table} that have the {column} {value}.",
    ],
    columns: wordColumns,
    values: wordsIn,
    answer: (rows, column, value) => [String(namesWhere(rows, (name) => valueIn(rows, name, column) === value).length)],
  },
  {
    name: "above",
    summary: "list the rows that have more than a number in a column",
    valueName: "NUMBER",
    alsoKnownAs: ["above", "more", "greater", "over", ">", "select", "where"],
    templates: [
      "Which {table} have a {column} above {value}?",
      "Wanted: all {table} whose {column} is more than {value}.",
      "The names of the {table} that have a {column} above {value}.",
    ],
    columns: ({ numbers: columns }) => columns,
    values: () => numbers.slice(2, -2).map(String),
    answer: (rows, column, value) => namesWhere(rows, (name) => Number(valueIn(rows, name, column)) > Number(value)),
  },
  {
    name: "largest",
    summary: "list so many rows that have the largest numbers in a column",
    valueName: "COUNT",
    alsoKnownAs: ["largest", "top", "max", "highest", "most", "desc", "limit"],
    templates: [
      "Which {value} {table} have the largest {column}?",
      "Wanted: the {value} {table} that have the largest {column}.",
      "The top {value} {table} by {column}.",
    ],
    columns: ({ numbers: columns }) => columns,
    values: () => someOf,
    answer: (rows, column, value) => byColumn(rows, column).slice(Math.max(0, rows.size - Number(value))),
  },
  {
    name: "smallest",
    summary: "list so many rows that have the smallest numbers in a column",
    valueName: "COUNT",
    alsoKnownAs: ["smallest", "bottom", "min", "lowest", "least", "asc"],
    templates: [
      "Which {value} {table} have the smallest {column}?",
      "Wanted: the {value} {table} that have the smallest {column}.",
      "The lowest {value} {table} by {column}.",
    ],
    columns: ({ numbers: columns }) => columns,
    values: () => someOf,
    answer: (rows, column, value) => byColumn(rows, column).slice(0, Number(value)),
  },
  {
    name: "field",
    summary: "show a column of one row",
    valueName: "ROW",
    alsoKnownAs: ["show", "get", "lookup", "what"],
    templates: [
      "What is the {column} of {value}, one of the {table}?",
      "Wanted: the {column} that {value} has among the {table}.",
      "Among the {table}, {value} has which {column}?",
    ],
    columns: (schema) => [...wordColumns(schema), ...schema.numbers],
    values: ({ rows }) => rows,
    answer: (rows, column, value) => [valueIn(rows, value, column) ?? ""],
  },
];

function wordColumns({ words }: TableSchema): string[] {
  return words.map(({ name }) => name);
}

function wordsIn({ words }: TableSchema, column: string): readonly string[] {
  return words.find(({ name }) => name === column)?.values ?? [];
}

function namesWhere(rows: Rows, holds: (name: string) => boolean): string[] {
  return [...rows.keys()].filter(holds);
}

/** The smallest first. */
function byColumn(rows: Rows, column: string): string[] {
  const number = (name: string): number => Number(valueIn(rows, name, column));
  return [...rows.keys()].sort((left, right) => number(left) - number(right));
}
