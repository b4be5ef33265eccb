import type { CommandContext } from "../context.ts";
import { cliErrors } from "../errors.ts";
import { exitCodes } from "../exit-codes.ts";
import { readText } from "../input.ts";
import type { GateReport } from "../node-access.ts";

interface CheckArguments {
  /** A path, or `-` for standard input. */
  readonly file: string;
  /** One text a line. */
  readonly jsonl: boolean;
}

/** A file is read whole, so that a broken line is found before the first result is printed. */
const maxCheckBytes: number = 64 * 1024 * 1024;

/** What the redaction gate says of a text, or of each line of a file. Findings are named by rule and place; what was found is not repeated. */
export async function check(context: CommandContext, { file, jsonl }: CheckArguments): Promise<number> {
  const text = await readText(context, file, maxCheckBytes);
  const name = file === "-" ? "standard input" : file;
  const texts = jsonl ? parseLines(text, name) : [text];
  let refused = 0;
  for (const [index, one] of texts.entries()) {
    context.signal.throwIfAborted();
    const report = await context.nodes.checkText(one);
    if (!report.passes) refused += 1;
    context.output.document({ passes: report.passes, findings: report.findings });
    printReport(context, jsonl ? `line ${index + 1}` : name, one, report);
  }
  if (jsonl) context.output.aside(`${texts.length - refused} of ${texts.length} texts pass`);
  return refused === 0 ? exitCodes.done : exitCodes.refused;
}

/** @throws CLI_LINE_MALFORMED */
function parseLines(text: string, name: string): string[] {
  const lines = text.split(/\r?\n/);
  if (lines.at(-1) === "") lines.pop();
  return lines.map((line, index) => (line.trimStart().startsWith("{") ? parseObject(line, `${name}, line ${index + 1}`) : line));
}

function parseObject(line: string, place: string): string {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (error) {
    throw cliErrors.create("CLI_LINE_MALFORMED", `${place}: it starts with "{" and is not JSON`, { cause: error });
  }
  if (typeof value === "object" && value !== null && "text" in value && typeof value.text === "string") return value.text;
  throw cliErrors.create("CLI_LINE_MALFORMED", `${place}: the object has no "text" that is a string`);
}

function printReport({ output }: CommandContext, name: string, text: string, report: GateReport): void {
  if (report.passes) {
    output.line(`${name}: ${output.style("green", "passes")}`);
    return;
  }
  output.line(`${name}: ${output.style("red", "refused")}`);
  for (const finding of report.findings) {
    const { line, column } = placeOf(text, finding.start);
    output.line(
      `  ${finding.kind} (${finding.rule}) at line ${line}, column ${column}, ${finding.end - finding.start} characters`,
    );
  }
}

function placeOf(text: string, at: number): { line: number; column: number } {
  const before = text.slice(0, at);
  return { line: before.split("\n").length, column: at - before.lastIndexOf("\n") };
}
