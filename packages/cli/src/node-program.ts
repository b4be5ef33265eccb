/** The words for a node's own life: up, down, its state, and how it joins a swarm. */
import { type Command, Option } from "commander";
import { answerPolicyNames, examples, logLevels, maxPort, onOrOff, whole, word, yesOrNo } from "./arguments.ts";
import type { UpArguments } from "./commands/up.ts";
import type { Perform } from "./context.ts";
import { addInvites, addReachOptions } from "./reach-program.ts";

export function addNodeCommands(program: Command, perform: Perform): void {
  const up = program
    .command("up")
    .description("start a node; stays until Ctrl-C, or runs in the background with --detach")
    .addOption(new Option("--name <name>", "what the node is called").argParser(word))
    .addOption(new Option("--swarm <name>", "the swarm to be in").argParser(word))
    .option("--listen <multiaddr...>", "addresses to listen on, for example /ip4/0.0.0.0/tcp/4001")
    .option("--join <invite...>", "invites of the peers to begin with")
    .option("--trust", "believe the lessons of those whose invites are joined")
    .addOption(new Option("--api <port>", "port of the control API; a free one otherwise").argParser(whole(0, maxPort)))
    .addOption(
      new Option(
        "--model <spec>",
        "auto, embedded, ollama:NAME[@URL], openai:URL#NAME or gguf:PATH; several between commas: the first that works",
      ).argParser(word),
    )
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
      new Option("--practise <environment>", "practise there by itself in its idle share, for example tools:7").argParser(word),
    )
    .addOption(
      new Option("--answer <whom>", "whose questions it answers: of peers you trust, unless you say else").choices(
        answerPolicyNames,
      ),
    )
    .addOption(new Option("--keep-asked <yes|no>", "keep questions of peers as experiences (yes)").argParser(yesOrNo))
    .addOption(
      new Option("--reuse <on|off>", "give verified answers to the same question again without the model (on)").argParser(
        onOrOff,
      ),
    )
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
    ["up --practise tools:7 --idle 50", "practise there by itself, in at most half of its idle time"],
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
  examples(
    program
      .command("dashboard")
      .description("print a link that opens the node's web page once, in a browser on this machine")
      .action(() => perform(async (context) => (await import("./commands/dashboard.ts")).showDashboard(context))),
    [
      ["dashboard", "then open the link; the browser stays let in until the node stops"],
      ["dashboard --node bo", "of one of several"],
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
