import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { shortSwarmName } from "@grapevine/core";
import { type Status, shownAddress } from "@grapevine/node";
import { type CommandContext, connect } from "../context.ts";
import { exitCodes } from "../exit-codes.ts";
import { printFields } from "../output/fields.ts";
import { formatAge, formatMoment, peerLabel } from "../output/format.ts";
import type { Output } from "../output/output.ts";
import { printableLine } from "../output/plain-text.ts";
import { promptsText } from "../output/prompts-text.ts";

export async function showStatus(context: CommandContext): Promise<number> {
  const node = await connect(context);
  const status = await node.status({ signal: context.signal });
  context.output.document(status);
  if (!context.output.json) printStatus(context.output, status, context.clock.now());
  return exitCodes.done;
}

/** What a node is, where it is reached, and what it holds. */
export function printStatus(output: Output, status: Status, now: number): void {
  const { lessons, queues, distilled, rebuilding, refined, room } = status;
  output.line(
    `${output.style("bold", printableLine(status.name))} is up in swarm ${printableLine(shortSwarmName(status.swarm))}`,
  );
  printFields(output, [
    ["peer id", status.peerId],
    ["addresses", status.addresses.map((address) => shownAddress(address, status.peerId)).join("\n")],
    ["api", status.api],
    ["model", status.model],
    ["actions", `${promptsText(status.prompts)} (${status.prompts.calibrated ? "calibrated" : "by default"})`],
    ["embedder", status.embedder],
    ["peers", `${status.peers} connected`],
    ["reached", reached[status.reachability]],
    ["besides", waysOf(status.reach)],
    ["awaits", status.awaited.map((invite) => awaited(invite, now)).join("\n")],
    [
      "answers",
      `${answered[status.answers]}${status.answers === "nobody" || status.keepsAsked ? "" : ", and keeps nothing of it"}`,
    ],
    ["reuse", status.reuses ? "verified answers to the same question are given again" : "off"],
    ["lessons", `${lessons.own} own, ${lessons.admitted} admitted, ${lessons.held} held, ${lessons.archived} archived`],
    ["experiences", String(status.experiences)],
    ["distilled", `${distilled.lessons} lessons, ${distilled.refused} refused, ${distilled.failed} failed`],
    ["tried", tried(refined)],
    ["practised", practised(refined)],
    ["room", `${room.foreign} of ${room.capacity} lessons of others in use or waiting`],
    ["waiting", waiting(queues)],
    ["index", rebuilding === undefined ? undefined : `being filled again: ${rebuilding.done} of ${rebuilding.total} lessons`],
    ["version", `${status.version}, started ${formatAge(status.startedAt, now)} ago`],
  ]);
}

/** Whether others can reach the node, and what to do where they cannot. */
const reached: Readonly<Record<Status["reachability"], string>> = {
  public: "yes, from other networks",
  relayed: "yes, through a relay of the swarm",
  lan: "from the local network as far as is known; behind a router, start with --nat, or forward the port",
  loopback: "from this machine alone; start with --listen /ip4/0.0.0.0/tcp/PORT to be reached by others",
  nowhere: "no: it listens nowhere; start with --listen, or with --nat and a relay in the swarm",
  unknown: "not known: nobody has come from elsewhere yet; behind a router, start with --nat, or forward the port",
};

/** An invite that could not be followed yet, and what becomes of it. */
function awaited({ peerId, name, tries, nextTryAt, expiresAt, lastFailure }: Status["awaited"][number], now: number): string {
  const failure =
    lastFailure === undefined ? "not tried yet" : `${lastFailure}, tried ${tries === 1 ? "once" : `${tries} times`}`;
  const end = expiresAt === undefined ? "" : `; the invite holds until ${formatMoment(expiresAt)}`;
  return `${peerLabel(name, peerId)}, who could not be reached (${failure}), again in ${formatAge(now, nextTryAt)}${end}`;
}

const waysOn: Readonly<Record<keyof Status["reach"], string>> = {
  lan: "calls into the local network",
  exchange: "peers of peers",
  dht: "the swarm's table",
  nat: "relays and hole punching",
  relay: "is a relay for others",
};

function waysOf(reach: Status["reach"]): string {
  return Object.entries(waysOn)
    .flatMap(([way, words]) => (reach[way as keyof typeof reach] ? [words] : []))
    .join(", ");
}

const answered: Readonly<Record<Status["answers"], string>> = {
  nobody: "nobody's questions but yours",
  trusted: "questions of peers that you trust",
  swarm: "questions of everybody in the swarm",
};

/** Said once a start, where only the packaged model answers. */
export function printBetterModel({ output, commandLine }: CommandContext, model: string): void {
  if (model !== packagedModel) return;
  output.aside(
    "The packaged model is small and needs nothing. For better answers start Ollama (https://ollama.com) with a model of your choice,",
  );
  output.aside(`find it with  ${commandLine("model list")}  and start with  ${commandLine("up --model ollama:NAME")}`);
}

/** The same, said once a home: for commands that are given again and again. */
export async function printBetterModelOnce(context: CommandContext, model: string): Promise<void> {
  if (model !== packagedModel || context.output.json) return;
  try {
    await writeFile(join(context.home, "better-model-said"), "", { flag: "wx" });
  } catch (error) {
    // Said before; or the home cannot be written, and then it is said again another time.
    if (error instanceof Error && "code" in error && error.code === "EEXIST") return;
  }
  printBetterModel(context, model);
}

const packagedModel = "embedded";

function tried({ trials, consolidations }: Status["refined"]): string | undefined {
  const lessons = trials.admitted + trials.refused + trials.undecided;
  if (lessons + consolidations.drafted === 0) return undefined;
  const outcome = `${trials.admitted} admitted, ${trials.refused} refused, ${trials.undecided} undecided`;
  return `${outcome}, in ${trials.generations} generations; ${consolidations.drafted} drafts for clusters`;
}

function practised({ practised, share }: Status["refined"]): string | undefined {
  if (practised === undefined) return undefined;
  const { environment, tasks, solved, brokenOff } = practised;
  const idle = `${(100 * share).toFixed(0)} % of the time went into what it does while idle`;
  return `${solved} of ${tasks} tasks of ${printableLine(environment)} solved, ${brokenOff} broken off; ${idle}`;
}

function waiting(queues: Status["queues"]): string | undefined {
  const full = [
    `${queues.admission} for admission`,
    `${queues.embedding} for their vector`,
    `${queues.distillation} for distillation`,
    `${queues.outbox} for a peer to send to`,
  ].filter((part) => !part.startsWith("0 "));
  return full.length === 0 ? undefined : full.join(", ");
}
