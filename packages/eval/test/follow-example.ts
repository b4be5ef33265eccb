import type { GenerationRequest } from "@grapevine/core";

/** What a model says that does what that worked example in its prompt shows which is put most like the task, with the task's own details, and knows nothing else. */
export function followExample(request: GenerationRequest): string {
  if (request.format !== undefined && "schema" in request.format) return "{}";
  const sections = textOf(request).split("\n\n");
  const asked = examplesIn(sections.at(-1) ?? "")[0]?.task ?? "";
  // What was said last is the nearest to what was tried last.
  const shown =
    sections
      .slice(0, -1)
      .map(examplesIn)
      .findLast((examples) => examples.length > 0) ?? [];
  const [nearest] = shown.toSorted((first, second) => likeness(second.task, asked) - likeness(first.task, asked));
  if (nearest === undefined) return "help";
  const details = detailsOf(asked);
  const exchanged = new Map(detailsOf(nearest.task).map((word, at) => [word, details[at] ?? word]));
  const written = nearest.command.slice("Command: ".length).split(" ");
  return written.map((word) => exchanged.get(word) ?? word).join(" ");
}

function examplesIn(section: string): { readonly task: string; readonly command: string }[] {
  const lines = section.split("\n");
  return lines.flatMap((line, at) =>
    line.startsWith("Task: ") ? [{ task: line.slice("Task: ".length), command: lines[at + 1] ?? "" }] : [],
  );
}

/** Common words that both have, less those that only one has. */
function likeness(first: string, second: string): number {
  const [own, others] = [first, second].map((task) => new Set(wordsOf(task).filter((word) => common.has(word))));
  if (own === undefined || others === undefined) return 0;
  const both = [...own].filter((word) => others.has(word)).length;
  return 3 * both - own.size - others.size;
}

function wordsOf(task: string): string[] {
  return task.replace(/\.$/, "").split(" ");
}

function textOf({ prompt }: GenerationRequest): string {
  return typeof prompt === "string" ? prompt : (prompt.at(-1)?.content ?? "");
}

/** The words of a tool's task that are not the same in all tasks of its kind. */
function detailsOf(task: string): string[] {
  return wordsOf(task).filter((word) => !common.has(word));
}

const common: ReadonlySet<string> = new Set(
  "The the should be in belongs is wanted colour of must with to for at degrees reach heat start o'clock due run from number count must".split(
    " ",
  ),
);
