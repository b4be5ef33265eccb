import { shortId } from "@grapevine/core";
import type { TeachRequest } from "@grapevine/node";
import { type CommandContext, connect } from "../context.ts";
import { exitCodes } from "../exit-codes.ts";
import { printableLine } from "../output/plain-text.ts";

/** Writes a lesson by hand. */
export async function teach(context: CommandContext, request: TeachRequest): Promise<number> {
  const node = await connect(context);
  const lesson = await node.teach(request, { signal: context.signal });
  const { output } = context;
  output.document(lesson);
  output.line(`Lesson ${shortId(lesson.id)} “${printableLine(lesson.title)}” is ${lesson.state}.`);
  output.aside(`See it with  ${context.commandLine(`lessons show ${shortId(lesson.id)}`, context.node)}`);
  return exitCodes.done;
}
