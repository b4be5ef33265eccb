import { shortId } from "@grapevine/core";
import type { ForgetReply } from "@grapevine/node";
import { type CommandContext, connect } from "../context.ts";
import { exitCodes } from "../exit-codes.ts";
import { confirm } from "../input.ts";
import { idEnd } from "../output/format.ts";
import { printableLine } from "../output/plain-text.ts";

interface ForgetArguments {
  readonly id: string;
  readonly yes: boolean;
}

export async function forgetLesson(context: CommandContext, { id, yes }: ForgetArguments): Promise<number> {
  const node = await connect(context);
  const { output, signal, commandLine } = context;
  const lesson = await node.lesson(id, { signal });
  if (!yes) {
    if (lesson.state === "own") {
      output.note("It is your own: peers that have it keep it. To have them drop it, take it back before you forget it:");
      output.note(`  ${commandLine(`lessons retract ${shortId(lesson.id)}`, context.node)}`);
    }
    const question = `Forget the lesson ${shortId(lesson.id)} “${printableLine(lesson.title)}” for good?`;
    if (!(await confirm(context, question))) return leftAlone(context);
  }
  const reply = await node.forgetLesson(lesson.id, { signal });
  output.document(reply);
  output.line(`Lesson ${shortId(reply.id)} is forgotten. ${proofOf(reply)}`);
  if (reply.peersKeepIt) output.line("Peers that have it keep their copies; none comes back here.");
  sayWhoSaysTheSame(context, reply);
  return exitCodes.done;
}

export async function forgetExperience(context: CommandContext, { id, yes }: ForgetArguments): Promise<number> {
  const node = await connect(context);
  const { output, signal } = context;
  const experience = await node.experience(id, { signal });
  if (!yes) {
    const question = `Forget the experience ${idEnd(experience.id)} “${printableLine(experience.prompt).slice(0, shownPrompt)}” for good?`;
    if (!(await confirm(context, question))) return leftAlone(context);
  }
  const reply = await node.forgetExperience(experience.id, { signal });
  output.document(reply);
  output.line(`Experience ${idEnd(reply.id)} is forgotten. ${proofOf(reply)}`);
  if (experience.distillation === "distilled") output.line("A lesson that was made of it stays.");
  sayWhoSaysTheSame(context, reply);
  return exitCodes.done;
}

export async function pinLesson(
  context: CommandContext,
  { id, pinned }: { readonly id: string; readonly pinned: boolean },
): Promise<number> {
  const node = await connect(context);
  const { output, signal } = context;
  const reply = pinned ? await node.pinLesson(id, { signal }) : await node.unpinLesson(id, { signal });
  output.document(reply);
  const what = reply.pinned ? "is pinned: it is never pruned" : "is not pinned any more";
  output.line(`Lesson ${shortId(reply.id)} “${printableLine(reply.title)}” ${what}.`);
  return exitCodes.done;
}

/** Characters of a prompt that are enough to know it by. */
const shownPrompt = 60;

function leftAlone({ output }: CommandContext): number {
  output.note("Nothing was forgotten.");
  return exitCodes.refused;
}

function proofOf({ files, bytes }: ForgetReply): string {
  return `No trace of it is left: ${files} files with ${(bytes / 1_000_000).toFixed(1)} MB were searched.`;
}

function sayWhoSaysTheSame({ output }: CommandContext, { sameWords }: ForgetReply): void {
  for (const id of sameWords.lessons) output.line(`Some of its words are also those of lesson ${shortId(id)}, which stays.`);
  for (const id of sameWords.experiences) output.line(`Some of its words are also in experience ${idEnd(id)}, which stays.`);
}
