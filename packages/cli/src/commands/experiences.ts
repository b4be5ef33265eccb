import type { ExperienceDetails, ExperienceSummary } from "@grapevine/node";
import { type CommandContext, connect } from "../context.ts";
import { exitCodes } from "../exit-codes.ts";
import { printFields } from "../output/fields.ts";
import { authorLabel, formatAge, formatDuration, formatMoment, idEnd, peerLabel } from "../output/format.ts";
import { printableLine } from "../output/plain-text.ts";
import { printTable, type TableColumn } from "../output/table.ts";

export async function listExperiences(context: CommandContext, query: { readonly limit?: number }): Promise<number> {
  const node = await connect(context);
  const experiences = await node.experiences(query, { signal: context.signal });
  const { output, commandLine } = context;
  output.document(experiences);
  if (output.json) return exitCodes.done;
  if (experiences.length === 0) {
    output.line("There are no experiences yet.");
    output.line(`Ask something:  ${commandLine('ask "…"', context.node)}`);
    output.line(`Or practise:    ${commandLine("practise tools", context.node)}`);
    return exitCodes.done;
  }
  printTable(output, experienceColumns(context.clock.now()), experiences);
  return exitCodes.done;
}

export async function showExperience(context: CommandContext, id: string): Promise<number> {
  const node = await connect(context);
  const experience = await node.experience(id, { signal: context.signal });
  const { output } = context;
  output.document(experience);
  if (output.json) return exitCodes.done;
  output.line(output.style("bold", printableLine(experience.prompt)));
  printFields(output, [
    ["id", experience.id],
    ["at", formatMoment(experience.createdAt)],
    [
      "task",
      experience.task === undefined
        ? undefined
        : `${experience.task.id} of ${experience.task.environment} (${experience.task.family})`,
    ],
    ["asked by", experience.askedBy === undefined ? undefined : peerLabel(undefined, experience.askedBy)],
    ["steps", steps(experience)],
    ["answer", experience.answer],
    ["outcome", experience.verdict],
    ["comment", experience.comment],
    [
      "lessons used",
      experience.usedLessons.map((lesson) => `“${printableLine(lesson.title)}” by ${authorLabel(lesson)}`).join("\n"),
    ],
    ["model", experience.model],
    ["took", formatDuration(experience.ms)],
    ["distillation", experience.distillation],
  ]);
  return exitCodes.done;
}

const verdictColours = { worked: "green", changed: "yellow", failed: "red", unknown: "dim" } as const;

function experienceColumns(now: number): TableColumn<ExperienceSummary>[] {
  return [
    { title: "ID", value: ({ id }) => idEnd(id) },
    { title: "AGE", value: ({ createdAt }) => formatAge(createdAt, now), align: "right" },
    { title: "OUTCOME", value: ({ verdict }) => verdict, colour: ({ verdict }) => verdictColours[verdict] },
    { title: "PROMPT", value: ({ prompt }) => prompt, shrinksTo: 24 },
    { title: "ANSWER", value: ({ answer }) => answer, shrinksTo: 16, optional: true },
    { title: "LESSONS", value: ({ lessons }) => String(lessons), align: "right", optional: true },
    { title: "DISTILLED", value: ({ distillation }) => distillation, optional: true },
  ];
}

function steps({ steps: taken }: ExperienceDetails): string {
  return taken
    .map((step) => `> ${printableLine(step.action)}\n${step.accepted ? "" : "refused: "}${step.observation}`)
    .join("\n");
}
