/**
 * Where a command's words go. Results go to stdout, everything about the work goes to stderr; with `--json` stdout carries documents only, so that what
 * is piped on is never mixed with what is meant for the eyes.
 */
import { styleText } from "node:util";
import { type OutputStream, usualColumns } from "../terminal.ts";
import { printableJson } from "./plain-text.ts";
import { wrapped } from "./wrapping.ts";

type Format = Parameters<typeof styleText>[0];

export interface Output {
  readonly json: boolean;
  /** Width of the terminal that stdout is, or 80. */
  readonly columns: number;
  /** True when a person watches stderr: spinners are shown. */
  readonly watched: boolean;
  /** A line of the result, to stdout; as several where a terminal is narrower. Nothing with `--json`. */
  line(text?: string): void;
  /** The text in lines that fit to the right of so many columns, where stdout is a terminal. */
  fitted(text: string, indent: number): string;
  /** A part of the result without a line end. Nothing with `--json`. */
  part(text: string): void;
  /** One JSON document on one line, to stdout. Only with `--json`. */
  document(value: unknown): void;
  /** A line about the work, to stderr, in both modes. */
  note(text: string): void;
  /** A line beside the result that only people want, to stderr, dimmed. Nothing with `--json`. */
  aside(text?: string): void;
  /** Coloured where stdout is a terminal that wants colours. */
  style(format: Format, text: string): string;
  /** The same for stderr. */
  noteStyle(format: Format, text: string): string;
}

export function createOutput(streams: { readonly stdout: OutputStream; readonly stderr: OutputStream }, json: boolean): Output {
  const { stdout, stderr } = streams;
  const noteStyle = (format: Format, text: string): string => styleText(format, text, { stream: stderr });
  return {
    json,
    columns: stdout.columns ?? usualColumns,
    watched: stderr.isTTY === true,
    line: (text = "") => {
      if (!json) stdout.write(`${wrapped(text, stdout.columns)}\n`);
    },
    fitted: (text, indent) => wrapped(text, stdout.columns === undefined ? undefined : stdout.columns - indent),
    part: (text) => {
      if (!json) stdout.write(text);
    },
    document: (value) => {
      if (json) stdout.write(`${printableJson(value)}\n`);
    },
    note: (text) => {
      stderr.write(`${wrapped(text, stderr.columns)}\n`);
    },
    aside: (text = "") => {
      if (!json) stderr.write(`${text === "" ? "" : noteStyle("dim", wrapped(text, stderr.columns))}\n`);
    },
    style: (format, text) => styleText(format, text, { stream: stdout }),
    noteStyle,
  };
}
