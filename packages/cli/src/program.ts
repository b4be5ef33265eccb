/**
 * The words that the command line understands: commands, arguments, options, their limits and their help. What a command does is in `commands/`, loaded
 * when it runs; this module imports nothing heavy, since `--help` waits for it.
 */

import type { LessonKind, LessonState, Verdict } from "@grapevine/core";
import { Argument, Command, Option } from "commander";
import {
  answerPolicyNames,
  examples,
  lessonKindNames,
  lessonStateNames,
  limitOption,
  logLevels,
  maxPort,
  offsetOption,
  verdictNames,
  whole,
  word,
  yesOrNo,
} from "./arguments.ts";
import type { AskArguments } from "./commands/ask.ts";
import type { UpArguments } from "./commands/up.ts";
import type { CommandWork } from "./context.ts";
import { addExperienceKeeping, addLessonKeeping } from "./keeping-program.ts";
import { addInvites, addReachOptions } from "./reach-program.ts";
import { addSwarmCommands } from "./swarm-program.ts";
import { readVersion } from "./version.ts";

interface ProgramInit {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly writeOut: (text: string) => void;
  readonly writeError: (text: string) => void;
  /** Width that help is wrapped to. */
  readonly columns: number;
  /** Runs a command's work once its words are understood. */
  readonly perform: (work: CommandWork) => Promise<void>;
}

/** Options of every command, before or behind its name. */
export interface SharedOptions {
  readonly home?: string;
  readonly node?: string;
  readonly json?: boolean;
}

type Perform = ProgramInit["perform"];

/** Throws a CommanderError where the words are not understood; prints nothing but help. */
export function createProgram(init: ProgramInit): Command {
  const program = new Command("grapevine")
    .description("A peer-to-peer network in which local LLM agents share what they learn.")
    .version(readVersion(), "--version", "print the version")
    .helpOption("--help", "print this help with examples")
    .helpCommand(false)
    .exitOverride()
    .configureOutput({
      writeOut: init.writeOut,
      writeErr: init.writeError,
      outputError: () => undefined, // the caller reports it, with its code and its hint
      getOutHelpWidth: () => init.columns,
      getErrHelpWidth: () => init.columns,
    })
    .configureHelp({ showGlobalOptions: true, minWidthToWrap: 24 })
    .addOption(homeOption(init.environment["GRAPEVINE_HOME"]))
    .addOption(new Option("--node <name>", "which node of the home, where several run").argParser(word))
    .option("--json", "print JSON on stdout and nothing else");
  addNodeCommands(program, init.perform);
  addAgentCommands(program, init.perform);
  addLessonCommands(program, init.perform);
  addExperienceCommands(program, init.perform);
  addPeerCommands(program, init.perform);
  addSwarmCommands(program, init.perform);
  addOtherCommands(program, init.perform);
  examples(program, [
    ["up", "start a node and stay with it"],
    ['ask "How do I list a box by size?"', "ask its agent"],
    ["lessons list", "see what it has learned, and from whom"],
    ["invite", "print the line that lets others join"],
  ]);
  return program;
}

function homeOption(fromEnvironment: string | undefined): Option {
  const option = new Option("--home <folder>", "folder of your nodes (GRAPEVINE_HOME, else ~/.grapevine)").argParser(word);
  return fromEnvironment === undefined || fromEnvironment === "" ? option : option.default(fromEnvironment);
}

function addNodeCommands(program: Command, perform: Perform): void {
  const up = program
    .command("up")
    .description("start a node; stays until Ctrl-C, or runs in the background with --detach")
    .addOption(new Option("--name <name>", "what the node is called").argParser(word))
    .addOption(new Option("--swarm <name>", "the swarm to be in").argParser(word))
    .option("--listen <multiaddr...>", "addresses to listen on, for example /ip4/0.0.0.0/tcp/4001")
    .option("--join <invite...>", "invites of the peers to begin with")
    .option("--trust", "believe the lessons of those whose invites are joined")
    .addOption(new Option("--api <port>", "port of the control API; a free one otherwise").argParser(whole(0, maxPort)))
    .addOption(new Option("--model <spec>", "auto, embedded, ollama:NAME or gguf:PATH").argParser(word))
    .addOption(
      new Option("--capacity <lessons>", "most lessons of others that may be used or wait (20000)").argParser(
        whole(1, 1_000_000),
      ),
    )
    .addOption(
      new Option("--idle <percent>", "share of its idle time in which it tries lessons it holds; 0 for never (25)").argParser(
        whole(0, 100),
      ),
    )
    .addOption(
      new Option("--answer <whom>", "whose questions it answers: of peers you trust, unless you say else").choices(
        answerPolicyNames,
      ),
    )
    .addOption(new Option("--keep-asked <yes|no>", "keep questions of peers as experiences (yes)").argParser(yesOrNo))
    .addOption(new Option("--bootstrap <multiaddr...>", "peers to dial at every start, as addresses"));
  addReachOptions(up);
  up.addOption(new Option("--log-level <level>", "how much of its work it logs").choices(logLevels))
    .option("--detach", "start it in the background")
    .action((options: UpArguments) => perform(async (context) => (await import("./commands/up.ts")).up(context, options)));
  examples(up, [
    ["up", "start a node with the best model there is"],
    ["up --name bo --detach", "start one in the background"],
    ["up --join grapevine2… --trust", "join a swarm and believe the inviter's lessons"],
    ["up --model ollama:qwen2.5-coder:1.5b", "choose the model"],
    ["up --answer swarm", "answer questions of everybody in the swarm, strangers last"],
    ["up --lan --exchange", "find the swarm's peers on the local network, and through each other"],
    ["up --nat", "be reached behind a router, through a relay of the swarm"],
    ["up --relay --listen /ip4/0.0.0.0/tcp/4001", "be that relay, with a public address"],
  ]);
  examples(
    program
      .command("down")
      .description("stop the running node")
      .action(() => perform(async (context) => (await import("./commands/down.ts")).down(context))),
    [
      ["down", "stop the only node"],
      ["down --node bo", "stop one of several"],
    ],
  );
  examples(
    program
      .command("doctor")
      .description("examine the store of a node that does not run")
      .option("--repair", "keep what can be read of a damaged store; the damaged one is put beside it")
      .action((options: { repair?: boolean }) =>
        perform(async (context) => (await import("./commands/doctor.ts")).doctor(context, options)),
      ),
    [
      ["doctor", "say whether the store is whole"],
      ["doctor --repair", "mend a damaged one"],
    ],
  );
  examples(
    program
      .command("status")
      .description("what the node is, where it is reached, what it holds")
      .action(() => perform(async (context) => (await import("./commands/status.ts")).showStatus(context))),
    [
      ["status", "for people"],
      ["status --json", "for scripts"],
    ],
  );
  addInvites(program, perform);
  examples(
    program
      .command("join")
      .description("join the swarm of an invite")
      .argument("<invite>", "the line that `grapevine invite` printed", word)
      .option("--trust", "believe the inviter's lessons on arrival", false)
      .action((invite: string, { trust }: { trust: boolean }) =>
        perform(async (context) => (await import("./commands/join.ts")).join(context, { invite, trust })),
      ),
    [
      ["join grapevine2…", "its lessons are held until they prove themselves"],
      ["join grapevine2… --trust", "its lessons are believed"],
    ],
  );
}

function addAgentCommands(program: Command, perform: Perform): void {
  examples(
    program
      .command("ask")
      .description("ask the node's agent, or a peer's")
      .argument("<question>", "the question; - reads it from standard input")
      .addOption(new Option("--peer <peer>", "name or id of the peer that is to answer").argParser(word))
      .addOption(
        new Option("--best", "ask whoever is surest: this node, or a trusted peer; all of them see the question").conflicts(
          "peer",
        ),
      )
      .option("--force", "send the question although the redaction gate objects; says what leaves")
      .addOption(new Option("--timeout <seconds>", "how long peers may take (300)").argParser(whole(1, 300)))
      .option("--no-lessons", "answer without lessons")
      .option("--both-sides", "let lessons that contradict each other both into the prompt")
      .action((question: string, options: Omit<AskArguments, "question">) =>
        perform(async (context) => (await import("./commands/ask.ts")).ask(context, { question, ...options })),
      ),
    [
      ['ask "How do I list a box by size?"', "streams the answer"],
      ['ask "…" --peer bo', "let the peer bo answer"],
      ['ask "…" --best', "let the surest answer, and say why"],
      ["ask - < question.txt", "a long question"],
    ],
  );
  examples(
    program
      .command("feedback")
      .description("say how an answer turned out")
      .argument("<experience>", "its id, or the end of it", word)
      .addArgument(new Argument("<verdict>", "how it went").choices(verdictNames))
      .option("--comment <text>", "what was changed, or what went wrong")
      .action((experience: string, verdict: Verdict, options: { comment?: string }) =>
        perform(async (context) =>
          (await import("./commands/feedback.ts")).feedback(context, { experience, verdict, ...options }),
        ),
      ),
    [
      ["feedback 8M3K0Q7Z worked", "the lessons that were used gain by it"],
      ['feedback 8M3K0Q7Z failed --comment "no such flag"', ""],
    ],
  );
  examples(
    program
      .command("teach")
      .description("write a lesson by hand")
      .requiredOption("--situation <text>", "when it applies")
      .requiredOption("--guidance <text>", "what to do, in the imperative")
      .option("--title <text>", "a title; the beginning of the guidance otherwise")
      .addOption(new Option("--kind <kind>", "what sort of lesson it is").choices(lessonKindNames))
      .option("--tag <tag...>", "words to find it by")
      .action(({ tag, ...lesson }: { situation: string; guidance: string; title?: string; kind?: LessonKind; tag?: string[] }) =>
        perform(async (context) =>
          (await import("./commands/teach.ts")).teach(context, { ...lesson, ...(tag === undefined ? {} : { tags: tag }) }),
        ),
      ),
    [['teach --situation "A box of stash is to be listed in order" --guidance "Use stash peek BOX --by FIELD" --tag stash', ""]],
  );
  addPractise(program, perform);
}

interface PractiseOptions {
  readonly tasks?: number;
  readonly seed?: number;
  readonly maxSteps?: number;
  readonly lessons: boolean;
  readonly learn: boolean;
}

function addPractise(program: Command, perform: Perform): void {
  examples(
    program
      .command("practise")
      .description("let the agent work on tasks that check themselves, and learn from them")
      .argument("<environment>", "tools, tables or order, each also with :SEED; questions:FILE; command:FILE", word)
      .addOption(new Option("--tasks <n>", "how many (5)").argParser(whole(1, 1_000)))
      .addOption(new Option("--seed <n>", "other seeds give other tasks (1)").argParser(whole(0, 2_147_483_647)))
      .addOption(new Option("--max-steps <n>", "most actions a task (4)").argParser(whole(1, 20)))
      .option("--no-lessons", "without lessons in the prompts")
      .option("--no-learn", "a test: nothing is distilled from it")
      .action((environment: string, options: PractiseOptions) =>
        perform(async (context) => (await import("./commands/practise.ts")).practise(context, { environment, ...options })),
      ),
    [
      ["practise tools:7 --tasks 6", "six tasks of the tool world 7"],
      ["practise tables --tasks 12", "questions about tables, in a query language made from the seed"],
      ["practise order", "work in which the order counts and nothing can be undone"],
      ["practise command:checker.json", "tasks of your own, checked by a command of your own"],
      ["practise questions:exam.jsonl --no-learn", "a test with questions of your own"],
    ],
  );
}

function addLessonCommands(program: Command, perform: Perform): void {
  const lessons = program.command("lessons").description("what the node has learned, and from whom").helpCommand(false);
  examples(
    lessons
      .command("list")
      .description("the lessons, newest first")
      .addOption(new Option("--state <state>", "only those in this state").choices(lessonStateNames))
      .addOption(limitOption())
      .action((options: { state?: LessonState; limit?: number }) =>
        perform(async (context) => (await import("./commands/lessons.ts")).listLessons(context, options)),
      ),
    [
      ["lessons list", ""],
      ["lessons list --state held", "those that must prove themselves"],
    ],
  );
  examples(
    lessons
      .command("show")
      .description("everything about one lesson: why it is believed, whom it helped")
      .argument("<id>", "its id, or enough of its beginning", word)
      .action((id: string) => perform(async (context) => (await import("./commands/lessons.ts")).showLesson(context, id))),
    [["lessons show k3xq7a2m", ""]],
  );
  examples(
    lessons
      .command("search")
      .description("the lessons nearest to a text")
      .argument("<query>", "a few words", word)
      .addOption(limitOption())
      .action((query: string, options: { limit?: number }) =>
        perform(async (context) => (await import("./commands/lessons.ts")).searchLessons(context, { query, ...options })),
      ),
    [['lessons search "list in order"', ""]],
  );
  examples(
    lessons
      .command("conflicts")
      .description("lessons that give opposite guidance for one situation, side by side")
      .addOption(limitOption())
      .addOption(offsetOption())
      .action((options: { limit?: number; offset?: number }) =>
        perform(async (context) => (await import("./commands/conflicts.ts")).listConflicts(context, options)),
      ),
    [["lessons conflicts", "outcomes decide; until then the better one is used"]],
  );
  examples(
    lessons
      .command("retract")
      .description("take a lesson of your own back, everywhere")
      .argument("<id>", "its id, or enough of its beginning", word)
      .option("--reason <text>", "why, for those who read it")
      .action((id: string, options: { reason?: string }) =>
        perform(async (context) => (await import("./commands/lessons.ts")).retractLesson(context, { id, ...options })),
      ),
    [['lessons retract k3xq7a2m --reason "wrong since version 2"', ""]],
  );
  addLessonKeeping(lessons, perform);
}

function addExperienceCommands(program: Command, perform: Perform): void {
  const experiences = program
    .command("experiences")
    .description("what the node has lived through; never leaves this machine")
    .helpCommand(false);
  examples(
    experiences
      .command("list")
      .description("the experiences, newest first")
      .addOption(limitOption())
      .action((options: { limit?: number }) =>
        perform(async (context) => (await import("./commands/experiences.ts")).listExperiences(context, options)),
      ),
    [["experiences list --limit 20", ""]],
  );
  examples(
    experiences
      .command("show")
      .description("one experience, step by step")
      .argument("<id>", "its id, or the end of it", word)
      .action((id: string) =>
        perform(async (context) => (await import("./commands/experiences.ts")).showExperience(context, id)),
      ),
    [["experiences show 8M3K0Q7Z", ""]],
  );
  addExperienceKeeping(experiences, perform);
}

function addPeerCommands(program: Command, perform: Perform): void {
  const peers = program.command("peers").description("the other nodes, and what you think of them").helpCommand(false);
  examples(
    peers
      .command("list")
      .description("the peers that are known here")
      .action(() => perform(async (context) => (await import("./commands/peers.ts")).listPeers(context))),
    [["peers list", ""]],
  );
  examples(
    peers
      .command("trust")
      .description("believe a peer's lessons on arrival")
      .argument("<peer>", "name or id", word)
      .addOption(new Option("--name <name>", "what to call it from now on").argParser(word))
      .action((peer: string, options: { name?: string }) =>
        perform(async (context) => (await import("./commands/peers.ts")).trustPeer(context, { peer, ...options })),
      ),
    [
      ["peers trust bo", ""],
      ["peers trust 12D3KooW… --name bo", "and give it a name"],
    ],
  );
  examples(
    peers
      .command("block")
      .description("take nothing of a peer any more")
      .argument("<peer>", "name or id", word)
      .action((peer: string) => perform(async (context) => (await import("./commands/peers.ts")).blockPeer(context, peer))),
    [["peers block bo", ""]],
  );
  examples(
    peers
      .command("allow")
      .description("take a trust or a block back")
      .argument("<peer>", "name or id", word)
      .action((peer: string) => perform(async (context) => (await import("./commands/peers.ts")).allowPeer(context, peer))),
    [["peers allow bo", ""]],
  );
}

function addOtherCommands(program: Command, perform: Perform): void {
  examples(
    program
      .command("check")
      .description("what the redaction gate says of a text; needs no running node")
      .argument("[file]", "a file; - reads standard input", "-")
      .option("--jsonl", 'one text a line, plain or {"text": "…"}', false)
      .action((file: string, { jsonl }: { jsonl: boolean }) =>
        perform(async (context) => (await import("./commands/check.ts")).check(context, { file, jsonl })),
      ),
    [
      ["check notes.txt", "exit code 1 when it must not leave the machine"],
      ["check --jsonl texts.jsonl --json", "a result a line"],
    ],
  );
  const model = program.command("model").description("the language models of this machine").helpCommand(false);
  examples(
    model
      .command("list")
      .description("what can be given to `up --model`")
      .action(() => perform(async (context) => (await import("./commands/model.ts")).listModels(context))),
    [["model list", ""]],
  );
}
