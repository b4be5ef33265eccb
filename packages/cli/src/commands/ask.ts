import type { Answer } from "@grapevine/node";
import { type CommandContext, connect } from "../context.ts";
import { exitCodes } from "../exit-codes.ts";
import { readQuestion } from "../input.ts";
import { authorLabel, formatDuration, formatShare, idEnd, peerLabel } from "../output/format.ts";
import { printableLine, printableText } from "../output/plain-text.ts";
import { startProgress } from "../output/progress.ts";
import { printBetterModelOnce } from "./status.ts";

interface AskArguments {
  /** `-` reads it from standard input. */
  readonly question: string;
  /** Name or id of the peer that is to answer. */
  readonly peer?: string;
  readonly lessons: boolean;
}

/** Streams the answer; then says on what it rests. */
export async function ask(context: CommandContext, { question, peer, lessons }: AskArguments): Promise<number> {
  const { output, terminal, signal } = context;
  const text = await readQuestion(context, question);
  const node = await connect(context);
  const progress = await startProgress(output, terminal.stderr, `${peer ?? node.name} is thinking`);
  let streamed = false;
  let answer: Answer;
  try {
    answer = await node.ask(
      { question: text, lessons, ...(peer === undefined ? {} : { peer }) },
      (part) => {
        if (!streamed) progress.stop();
        streamed = true;
        output.part(printableText(part));
      },
      { signal },
    );
  } finally {
    progress.stop();
    if (streamed) output.line();
  }
  if (!streamed) output.line(printableText(answer.answer));
  output.document(answer);
  printGrounds(context, answer);
  if (peer === undefined) await printBetterModelOnce(context, answer.model);
  return exitCodes.done;
}

function printGrounds({ output, commandLine, node }: CommandContext, answer: Answer): void {
  const who = peerLabel(answer.answeredBy.name, answer.answeredBy.peerId);
  const how = answer.reused ? "from a verified answer to the same question" : `with ${printableLine(answer.model)}`;
  output.aside();
  output.aside(`answered by ${who} ${how} in ${formatDuration(answer.ms)}`);
  if (answer.lessons.length === 0) output.aside("lessons used: none");
  for (const lesson of answer.lessons) {
    const figures = `similarity ${formatShare(lesson.similarity)}, trust ${formatShare(lesson.trust)}`;
    output.aside(`lesson used: “${printableLine(lesson.title)}” by ${authorLabel(lesson)} (${figures})`);
  }
  output.aside(
    `experience ${idEnd(answer.experienceId)}; how did it go?  ${commandLine(`feedback ${idEnd(answer.experienceId)} worked`, node)}`,
  );
}
