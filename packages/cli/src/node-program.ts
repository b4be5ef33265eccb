/** The words for a node's own life: up, down, its state, and how it joins a swarm. */
import { type Command, Option } from "commander";
import { examples, word } from "./arguments.ts";
import type { UpArguments } from "./commands/up.ts";
import type { Perform } from "./context.ts";
import { addInvites } from "./reach-program.ts";
import { addSettingOptions, type TypedSettings } from "./settings-program.ts";

export function addNodeCommands(program: Command, perform: Perform): void {
  const up = program
    .command("up")
    .description("start a node; stays until Ctrl-C, or runs in the background with --detach")
    .addOption(new Option("--name <name>", "what the node is called").argParser(word))
    .option("--join <invite...>", "invites of the peers to begin with")
    .option("--trust", "believe the lessons of those whose invites are joined");
  addSettingOptions(up);
  up.option("--detach", "start it in the background")
    .option("--yes", "ask nothing at a first start; take the best model there is")
    .action((options: UpArguments & TypedSettings) =>
      perform(async (context) => (await import("./commands/up.ts")).up(context, options)),
    );
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
      .description("look at a node and at what is around it, and say what to do about what is wrong")
      .option("--repair", "keep what can be read of a damaged store; the damaged one is put beside it")
      .action((options: { repair?: boolean }) =>
        perform(async (context) => (await import("./commands/doctor.ts")).doctor(context, options)),
      ),
    [
      ["doctor", "runtime, permissions, disk, clock, model, ports, reachability, store and index"],
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
      ["dashboard", "then open the link; the browser stays let in until the node stops, or a week without a look"],
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
