import { type LessonState, shortId } from "@grapevine/core";
import type { LessonDetails, LessonHit, LessonSummary } from "@grapevine/node";
import { type CommandContext, connect } from "../context.ts";
import { exitCodes } from "../exit-codes.ts";
import { printFields } from "../output/fields.ts";
import { formatAge, formatMoment, formatShare, peerLabel } from "../output/format.ts";
import { printableLine } from "../output/plain-text.ts";
import { printTable, type TableColumn } from "../output/table.ts";

interface LessonsListArguments {
  readonly state?: LessonState;
  readonly limit?: number;
}

export async function listLessons(context: CommandContext, query: LessonsListArguments): Promise<number> {
  const node = await connect(context);
  const lessons = await node.lessons(query, { signal: context.signal });
  const { output, commandLine } = context;
  output.document(lessons);
  if (output.json) return exitCodes.done;
  if (lessons.length === 0) {
    output.line(query.state === undefined ? "There are no lessons yet." : `There are no lessons that are ${query.state}.`);
    output.line(`Teach one:     ${commandLine('teach --situation "…" --guidance "…"', context.node)}`);
    output.line(`Or make some:  ${commandLine("practise tools", context.node)}`);
    return exitCodes.done;
  }
  printTable(output, [...lessonColumns(), ageColumn(context.clock.now()), kindColumn], lessons);
  return exitCodes.done;
}

export async function searchLessons(
  context: CommandContext,
  request: { readonly query: string; readonly limit?: number },
): Promise<number> {
  const node = await connect(context);
  const hits = await node.searchLessons(request.query, request.limit, { signal: context.signal });
  const { output, commandLine } = context;
  output.document(hits);
  if (output.json) return exitCodes.done;
  if (hits.length === 0) {
    output.line("No lesson is near that.");
    output.line(`See all:  ${commandLine("lessons list", context.node)}`);
    return exitCodes.done;
  }
  const similarity: TableColumn<LessonHit> = { title: "NEAR", value: (hit) => formatShare(hit.similarity), align: "right" };
  printTable(output, [similarity, ...lessonColumns(), kindColumn], hits);
  return exitCodes.done;
}

export async function showLesson(context: CommandContext, id: string): Promise<number> {
  const node = await connect(context);
  const lesson = await node.lesson(id, { signal: context.signal });
  const { output } = context;
  output.document(lesson);
  if (output.json) return exitCodes.done;
  output.line(output.style("bold", printableLine(lesson.title)));
  printFields(output, [
    ["id", lesson.id],
    ["state", lesson.state],
    ["kind", lesson.kind],
    ["when", lesson.situation],
    ["do", lesson.guidance],
    ["example", lesson.example === undefined ? undefined : [lesson.example.task, ...lesson.example.steps].join("\n")],
    ["author", `${peerLabel(lesson.authorName, lesson.author)} (${lesson.author})`],
    ["trust", formatShare(lesson.trust)],
    ["utility", formatShare(lesson.utility)],
    ["evidence", `${counts(lesson.evidence)}, by ${lesson.evidence.verifiedBy}`],
    ["outcomes here", counts(lesson.outcomes)],
    ["attested by", attestations(lesson)],
    ["tags", lesson.tags.join(", ")],
    [
      "environment",
      Object.entries(lesson.environment)
        .map(([name, value]) => `${name} ${value}`)
        .join(", "),
    ],
    ["model", lesson.model],
    ["derived from", lesson.derivedFrom.map(shortId).join(", ")],
    ["supersedes", lesson.supersedes === undefined ? undefined : shortId(lesson.supersedes)],
    ["written", formatMoment(lesson.createdAt)],
    ["received", formatMoment(lesson.receivedAt)],
    ["pinned", lesson.pinned ? "yes" : undefined],
    ["contradicts", lesson.conflicts.map((side) => `${shortId(side.id)} (${side.state}): ${side.guidance}`).join("\n")],
    ["why", lesson.explanation.join("\n")],
    [
      "history",
      lesson.history.map((standing) => `${formatMoment(standing.since)}  ${standing.state}: ${standing.reason}`).join("\n"),
    ],
  ]);
  return exitCodes.done;
}

export async function retractLesson(
  context: CommandContext,
  request: { readonly id: string; readonly reason?: string },
): Promise<number> {
  const node = await connect(context);
  const body = request.reason === undefined ? {} : { reason: request.reason };
  const reply = await node.retract(request.id, body, { signal: context.signal });
  const { output } = context;
  output.document(reply);
  output.line(
    `Lesson ${shortId(reply.id)} “${printableLine(reply.title)}” is ${reply.state}; every peer that hears of it drops it.`,
  );
  return exitCodes.done;
}

const stateColours = { own: "cyan", admitted: "green", held: "yellow", archived: "dim", retracted: "red" } as const;

function lessonColumns(): TableColumn<LessonSummary>[] {
  return [
    { title: "ID", value: ({ id }) => shortId(id) },
    { title: "STATE", value: ({ state }) => state, colour: ({ state }) => stateColours[state] },
    { title: "TITLE", value: ({ title }) => title, shrinksTo: 24 },
    { title: "AUTHOR", value: ({ author, authorName }) => peerLabel(authorName, author), shrinksTo: 9, optional: true },
    { title: "TRUST", value: ({ trust }) => formatShare(trust), align: "right", optional: true },
    { title: "UTILITY", value: ({ utility }) => formatShare(utility), align: "right", optional: true },
  ];
}

const kindColumn: TableColumn<LessonSummary> = { title: "KIND", value: ({ kind }) => kind, optional: true };

function ageColumn(now: number): TableColumn<LessonSummary> {
  return { title: "AGE", value: ({ createdAt }) => formatAge(createdAt, now), align: "right", optional: true };
}

function counts({
  worked,
  changed,
  failed,
}: {
  readonly worked: number;
  readonly changed: number;
  readonly failed: number;
}): string {
  return `${worked} worked, ${changed} changed, ${failed} failed`;
}

function attestations({ attestations: given }: LessonDetails): string {
  return given.map((attestation) => `…${attestation.author.slice(-8)}: ${counts(attestation)}`).join("\n");
}
