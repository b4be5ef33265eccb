import { lessonKinds, lessonStates, verdicts } from "@grapevine/core";
import { answerPolicies } from "@grapevine/node";
import type { Command } from "commander";
import { describe, expect, it } from "vitest";
import { answerPolicyNames, lessonKindNames, lessonStateNames, verdictNames } from "../src/arguments.ts";
import { createProgram } from "../src/program.ts";
import { grapevine, lines, startStandIn } from "./harness.ts";
import { lesson, lessonId, peer } from "./samples.ts";

const program = createProgram({
  environment: {},
  writeOut: () => undefined,
  writeError: () => undefined,
  columns: 80,
  perform: async () => undefined,
});

/** Every command that does something and that help names, as it is typed. */
function leaves(command: Command, path: readonly string[] = []): string[][] {
  if (command.commands.length === 0) return [[...path]];
  const shown = command.createHelp().visibleCommands(command);
  return shown.flatMap((child) => leaves(child, [...path, child.name()]));
}

describe("help", () => {
  it.each(leaves(program).map((path) => [path.join(" ")]))("of %s fits the terminal and shows examples", async (path) => {
    const { exitCode, stdout, stderr } = await grapevine([...path.split(" "), "--help"]);
    expect(exitCode).toBe(0);
    expect(stderr).toBe("");
    expect(stdout).toContain(`Usage: grapevine ${path}`);
    expect(stdout).toContain("--json");
    const examples = stdout.slice(stdout.indexOf("Examples:"));
    expect(examples).toContain(`grapevine ${path}`);
    const described = stdout.slice(0, stdout.indexOf("Examples:")).split("\n");
    expect(described.filter((line) => line.length > 80)).toEqual([]);
  });

  it("knows every command of the design and no other", () => {
    expect(
      leaves(program)
        .map((path) => path.join(" "))
        .sort(),
    ).toEqual(
      [
        "dashboard",
        "up",
        "down",
        "doctor",
        "status",
        "invite list",
        "invite revoke",
        "join",
        "ask",
        "feedback",
        "teach",
        "practise",
        "check",
        "logs",
        "completion",
        "backup",
        "restore",
        "service install",
        "service uninstall",
        "config list",
        "config get",
        "config set",
        "config unset",
        "model calibrate",
        "model list",
        "model use",
        "mcp install",
        "mcp uninstall",
        "lessons list",
        "lessons show",
        "lessons search",
        "lessons conflicts",
        "lessons export",
        "lessons retract",
        "lessons forget",
        "lessons import",
        "lessons pin",
        "lessons unpin",
        "experiences list",
        "experiences show",
        "experiences forget",
        "experiences export",
        "experiences import",
        "peers list",
        "peers trust",
        "peers block",
        "peers allow",
        "identity show",
        "identity rotate",
        "swarm create",
        "swarm members",
        "swarm admit",
        "swarm revoke",
      ].sort(),
    );
  });

  it("gives the version", async () => {
    expect((await grapevine(["--version"])).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });
});

describe("choices", () => {
  it("are those of core", () => {
    expect(lessonKindNames).toEqual(lessonKinds);
    expect(lessonStateNames).toEqual(lessonStates);
    expect(verdictNames).toEqual(verdicts);
    expect(answerPolicyNames).toEqual(answerPolicies);
  });
});

describe("usage errors", () => {
  it.each([
    ["an unknown command", ["aks", "x"], "unknown command 'aks' (Did you mean ask?)", "grapevine --help"],
    ["an unknown option", ["status", "--jsno"], "unknown option '--jsno' (Did you mean --json?)", "grapevine status --help"],
    [
      "an unknown subcommand",
      ["lessons", "shwo", "x"],
      "unknown command 'shwo' (Did you mean show?)",
      "grapevine lessons --help",
    ],
    ["a missing argument", ["ask"], "missing required argument 'question'", "grapevine ask --help"],
    ["one argument too many", ["down", "now"], "too many arguments", "grapevine down --help"],
    ["a missing option", ["teach", "--situation", "x"], "--guidance", "grapevine teach --help"],
    ["a missing value", ["ask", "x", "--peer"], "argument missing", "grapevine ask --help"],
    ["a choice that is none", ["feedback", "x", "great"], "worked, changed, failed", "grapevine feedback --help"],
    ["a figure too small", ["practise", "tools", "--tasks", "0"], "from 1 to 1000", "grapevine practise --help"],
    ["a figure too large", ["practise", "tools", "--tasks", "1001"], "from 1 to 1000", "grapevine practise --help"],
    ["a figure that is none", ["up", "--api", "80x"], "from 0 to 65535", "grapevine up --help"],
    ["an empty name", ["ask", "x", "--peer", ""], "It is empty", "grapevine ask --help"],
    ["an empty home", ["status", "--home="], "It is empty", "grapevine status --help"],
    ["trust in nobody", ["up", "--trust"], "--trust needs --join", "grapevine up --help"],
    ["nothing", [], "a command is missing", "grapevine --help"],
    ["half a command", ["peers"], "a command is missing", "grapevine peers --help"],
  ])("%s: one error with a code and a hint", async (_, words, message, help) => {
    const plain = await grapevine(words);
    expect(plain.exitCode).toBe(2);
    expect(plain.stdout).toBe("");
    expect(plain.stderr.match(/error CLI_USAGE: /g)).toHaveLength(1);
    expect(plain.stderr).toContain(message);
    expect(plain.stderr).toContain(`hint: See \`${help}\`.`);

    const json = await grapevine(["--json", ...words]);
    expect(json.exitCode).toBe(2);
    const { error } = JSON.parse(json.stdout);
    expect(error).toMatchObject({ code: "CLI_USAGE", hint: `See \`${help}\`.` });
    expect(error.message).toContain(message);
  });

  it("an argument that was not UTF-8", async () => {
    const { exitCode, stderr } = await grapevine(["ask", "what is \u{FFFD}?"]);
    expect(exitCode).toBe(2);
    expect(stderr).toContain("error CLI_INPUT_NOT_UTF8: ");
  });
});

describe("what is sent to the node", () => {
  const summary = { type: "summary", environment: "tools", right: 0, total: 0, ms: 1 };
  it.each<[string[], string, unknown]>([
    [["lessons", "list"], "GET /api/lessons", undefined],
    [["lessons", "list", "--state", "held", "--limit", "7"], "GET /api/lessons?state=held&limit=7", undefined],
    [["lessons", "search", "in order", "--limit", "2"], "GET /api/lessons/search?q=in+order&limit=2", undefined],
    [["lessons", "retract", "h2aki", "--reason", "old"], "POST /api/lessons/h2aki/retract", { reason: "old" }],
    [["teach", "--situation", "s", "--guidance", "g"], "POST /api/teach", { situation: "s", guidance: "g" }],
    [
      ["teach", "--situation", "s", "--guidance", "g", "--title", "t", "--kind", "fact", "--tag", "a", "b"],
      "POST /api/teach",
      { situation: "s", guidance: "g", title: "t", kind: "fact", tags: ["a", "b"] },
    ],
    [["feedback", "Z", "failed", "--comment", "c"], "POST /api/feedback", { experience: "Z", verdict: "failed", comment: "c" }],
    [["peers", "trust", "ada", "--name", "Ada"], "POST /api/peers/ada/trust", { name: "Ada" }],
    [["peers", "block", "ada"], "POST /api/peers/ada/block", {}],
    [["peers", "allow", "ada"], "POST /api/peers/ada/allow", {}],
    [["join", "grapevine1x", "--trust"], "POST /api/join", { invite: "grapevine1x", trust: true }],
    [["practise", "tools:7"], "POST /api/practise", { environment: "tools:7", lessons: true, learn: true }],
    [
      ["practise", "command:sums.json"],
      "POST /api/practise",
      { environment: "command:/exams/sums.json", lessons: true, learn: true },
    ],
    [
      ["practise", "questions:exam.jsonl", "--tasks", "3", "--seed", "0", "--max-steps", "2", "--no-lessons", "--no-learn"],
      "POST /api/practise",
      { environment: "questions:/exams/exam.jsonl", tasks: 3, seed: 0, maxSteps: 2, lessons: false, learn: false },
    ],
  ])("%j", async (words, request, body) => {
    const standIn = await startStandIn({
      "GET /api/lessons": () => [lesson],
      "GET /api/lessons/search": () => [],
      "POST /api/lessons/h2aki/retract": () => ({ id: lessonId, title: "t", state: "retracted" }),
      "POST /api/teach": () => ({ id: lessonId, title: "t", state: "own" }),
      "POST /api/feedback": () => ({ experienceId: "Z", verdict: "failed", lessons: [] }),
      "POST /api/peers/ada/trust": () => peer,
      "POST /api/peers/ada/block": () => peer,
      "POST /api/peers/ada/allow": () => peer,
      "POST /api/join": () => ({ swarm: "s", peerId: peer.peerId, trusted: true }),
      "POST /api/practise": lines(summary),
    });
    const { exitCode, stderr } = await grapevine([...words, "--json", ...standIn.where], { workingFolder: "/exams" });
    expect(stderr).toBe("");
    expect(exitCode).toBe(0);
    expect(standIn.asked.map(({ method, url }) => `${method} ${url}`)).toEqual([request]);
    expect(standIn.asked[0]?.body).toEqual(body);
  });
});
