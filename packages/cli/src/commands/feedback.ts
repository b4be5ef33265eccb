import type { FeedbackRequest } from "@grapevine/node";
import { type CommandContext, connect } from "../context.ts";
import { exitCodes } from "../exit-codes.ts";
import { idEnd } from "../output/format.ts";

/** Says how an answer turned out; the lessons that were in its prompt are judged by it. */
export async function feedback(context: CommandContext, request: FeedbackRequest): Promise<number> {
  const node = await connect(context);
  const reply = await node.feedback(request, { signal: context.signal });
  const { output } = context;
  output.document(reply);
  const count = reply.lessons.length;
  output.line(
    `Noted: experience ${idEnd(reply.experienceId)} ${reply.verdict}; ${count === 1 ? "1 lesson was" : `${count} lessons were`} judged by it.`,
  );
  return exitCodes.done;
}
