import type { Answer, AskRequest, Choice, LeftOutLesson } from "@grapevine/node";
import { type CommandContext, connect } from "../context.ts";
import { cliErrors } from "../errors.ts";
import { exitCodes } from "../exit-codes.ts";
import { readQuestion } from "../input.ts";
import { authorLabel, formatDuration, formatShare, idEnd, peerLabel } from "../output/format.ts";
import { printableLine, printableText } from "../output/plain-text.ts";
import { startProgress } from "../output/progress.ts";
import { printBetterModelOnce } from "./status.ts";

export interface AskArguments {
  /** `-` reads it from standard input. */
  readonly question: string;
  /** Name or id of the peer that is to answer. */
  readonly peer?: string;
  /** Whoever is surest is to answer. */
  readonly best?: boolean;
  readonly force?: boolean;
  /** How long peers may take, seconds. */
  readonly timeout?: number;
  readonly lessons: boolean;
  readonly bothSides?: boolean;
  /** The model is asked even where a verified answer is known. */
  readonly fresh?: boolean;
  /** Which lessons were considered and left out is said, too. */
  readonly why?: boolean;
}

/** Streams the answer; then says on what it rests. */
export async function ask(context: CommandContext, given: AskArguments): Promise<number> {
  const { output, terminal, signal } = context;
  if (given.force === true && given.peer === undefined && given.best !== true) {
    throw cliErrors.create("CLI_USAGE", "--force needs --peer or --best: what you ask your own node does not leave it", {
      hint: "See `grapevine ask --help`.",
    });
  }
  const question = await readQuestion(context, given.question);
  const node = await connect(context);
  if (given.force === true) await sayWhatLeaves(context, question, given.peer);
  const progress = await startProgress(
    output,
    terminal.stderr,
    given.best === true ? "asking who is surest" : `${given.peer ?? node.name} is thinking`,
  );
  let streamed = false;
  let answer: Answer;
  try {
    answer = await node.ask(
      requestOf(question, given),
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
  printGrounds(context, answer, given.why === true);
  if (given.peer === undefined && given.best !== true) await printBetterModelOnce(context, answer.model);
  return exitCodes.done;
}

function requestOf(question: string, { peer, best, force, timeout, lessons, bothSides, fresh }: AskArguments): AskRequest {
  return {
    question,
    lessons,
    ...(peer === undefined ? {} : { peer }),
    ...(best === true && { best }),
    ...(force === true && { force }),
    ...(timeout === undefined ? {} : { timeoutMs: timeout * 1000 }),
    ...(bothSides === true && { bothSides }),
    ...(fresh === true && { fresh }),
  };
}

/** Before it goes: to whom, and every part of it that the gate would have kept here. */
async function sayWhatLeaves({ nodes, output }: CommandContext, question: string, peer: string | undefined): Promise<void> {
  const { findings } = await nodes.checkText(question);
  if (findings.length === 0) return;
  const receivers = peer === undefined ? "the connected peers that you have most reason to trust" : printableLine(peer);
  output.note(`--force: the whole question goes to ${receivers}, and with it`);
  for (const { kind, rule, start, end } of findings) {
    output.note(`  ${kind} (${rule}) at characters ${start} to ${end}: ${printableLine(question.slice(start, end))}`);
  }
}

function printGrounds({ output, commandLine, node }: CommandContext, answer: Answer, why: boolean): void {
  const who = peerLabel(answer.answeredBy.name, answer.answeredBy.peerId);
  const { reusedFrom } = answer;
  const how = answer.reused ? "again, from a verified answer to the same question," : `with ${printableLine(answer.model)}`;
  output.aside();
  output.aside(`answered by ${who} ${how} in ${formatDuration(answer.ms)}`);
  if (reusedFrom !== undefined) {
    output.aside(`it is the answer of experience ${idEnd(reusedFrom)}, found without the model; ask with --fresh for a new one`);
  }
  for (const choice of answer.chosen ?? []) output.aside(`considered: ${choiceLine(choice)}`);
  if (answer.lessons.length === 0) output.aside("lessons used: none");
  for (const lesson of answer.lessons) {
    output.aside(`lesson used: ${lessonLine(lesson)}`);
  }
  if (why) printLeftOut(output, answer);
  if (reusedFrom !== undefined) {
    output.aside(`wrong?  ${commandLine(`feedback ${idEnd(answer.experienceId)} failed`, node)}  and it is not given again`);
  }
  output.aside(
    `experience ${idEnd(answer.experienceId)}; how did it go?  ${commandLine(`feedback ${idEnd(answer.experienceId)} worked`, node)}`,
  );
}

function printLeftOut(output: CommandContext["output"], { leftOut }: Answer): void {
  if (leftOut === undefined) output.aside("lessons left out: no lessons were looked for here");
  else if (leftOut.length === 0) output.aside("lessons left out: none was near the question");
  for (const lesson of leftOut ?? []) output.aside(`lesson left out: ${lessonLine(lesson)}: ${reasons[lesson.reason]}`);
}

const reasons: Readonly<Record<LeftOutLesson["reason"], string>> = {
  "too-far": "too far from the question",
  "same-cluster": "another one that says the same is worth more",
  contradicted: "one that is worth more says the opposite; --both-sides lets in both",
  "same-author": "a closer one of its author, whom you have not named, is in",
  unproved: "it has not proved itself here, and one that has is in",
  "too-long": "there is no room for its text",
  outranked: "others rank higher",
};

function lessonLine(lesson: Answer["lessons"][number]): string {
  const figures = `similarity ${formatShare(lesson.similarity)}, trust ${formatShare(lesson.trust)}`;
  return `“${printableLine(lesson.title)}” by ${authorLabel(lesson)} (${figures})`;
}

function choiceLine({ name, peerId, score, reason }: Choice): string {
  return `${peerLabel(name, peerId)}, score ${formatShare(score)}: ${printableLine(reason)}`;
}
