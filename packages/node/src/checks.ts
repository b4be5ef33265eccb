/** What `grapevine doctor` looks at besides the store, each a function: what was found, whether that is well, and what to do if not. */
import { readdir, readFile, stat, statfs } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { type Clock, limits } from "@grapevine/core";
import { listModels, type ModelSpec, parseModelSpec } from "@grapevine/model";
import type { Status } from "./control/contract.ts";
import { type NodeHome, optional } from "./home.ts";
import { defaultModel } from "./node-options.ts";
import type { Settings } from "./settings.ts";
import { shownAddress } from "./shown-address.ts";

export interface Check {
  readonly name: string;
  /** `unknown`: it can only be found out while the node runs, or while it does not. */
  readonly state: "well" | "warning" | "failed" | "unknown";
  /** What was found, for people. */
  readonly found: string;
  /** What to do, where something is to be done. */
  readonly fix?: string;
}

/** libp2p needs it (Promise.withResolvers), and the store its `fs`. */
const leastNode: readonly [major: number, minor: number] = [22, 12];

/** `version` as `process.version` gives it. */
export function checkRuntime(version: string): Check {
  const [major = 0, minor = 0] = version.replace(/^v/, "").split(".").map(Number);
  const isEnough = major > leastNode[0] || (major === leastNode[0] && minor >= leastNode[1]);
  const found = `Node.js ${version}`;
  if (isEnough) return { name: "runtime", state: "well", found };
  return { name: "runtime", state: "failed", found, fix: `Install Node.js ${leastNode.join(".")} or later.` };
}

/** Others' rights on the home, and on the files in it that are secret. */
export async function checkPermissions({ folder }: NodeHome): Promise<Check> {
  const name = "permissions";
  const paths = [folder, ...["key", "next-key", "token", "settings.json"].map((file) => join(folder, file))];
  const open: string[] = [];
  for (const path of paths) {
    const found = await optional(stat(path));
    if (found === undefined) continue;
    if (process.getuid !== undefined && found.uid !== process.getuid()) {
      return { name, state: "failed", found: `${path} is another user's`, fix: `chown -R "$(id -un)" '${folder}'` };
    }
    if ((found.mode & 0o077) !== 0) open.push(path);
  }
  if (open.length === 0) return { name, state: "well", found: "for you alone" };
  return { name, state: "failed", found: `others may read ${open.join(", ")}`, fix: `chmod -R go= '${folder}'` };
}

/** Below it a store cannot be rewritten; a day's use fits above. */
const leastFreeBytes: number = 100 * 1024 * 1024;
const scarceFreeBytes: number = 1024 * 1024 * 1024;

export async function checkDisk(folder: string, freeBytes: (folder: string) => Promise<number> = freeOf): Promise<Check> {
  const free = await freeBytes(folder);
  const found = `${Math.round(free / 1024 / 1024)} MiB free`;
  if (free >= scarceFreeBytes) return { name: "disk", state: "well", found };
  const fix = "Make room on that disk, or move the home to another with --home.";
  return { name: "disk", state: free < leastFreeBytes ? "failed" : "warning", found, fix };
}

async function freeOf(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize;
}

/** There is no clock to ask but one's own: it must not be behind what was written by it. Peers refuse records that are further ahead than this. */
export async function checkClock({ folder }: NodeHome, clock: Clock): Promise<Check> {
  const name = "clock";
  const files = (await optional(readdir(folder))) ?? [];
  const times = await Promise.all(files.map(async (file) => (await optional(stat(join(folder, file))))?.mtimeMs ?? 0));
  const aheadMs = Math.max(0, ...times) - clock.now();
  const found = new Date(clock.now()).toISOString();
  const fix = "Set the clock, and have it kept: timedatectl set-ntp true";
  if (clock.now() < firstRelease) return { name, state: "failed", found: `${found} is long ago`, fix };
  if (aheadMs <= limits.maxClockSkewMs) return { name, state: "well", found };
  return { name, state: "failed", found: `${found}; files of the node are ${Math.round(aheadMs / 60_000)} minutes later`, fix };
}
const firstRelease = Date.UTC(2025, 0);

/** The ports that the next start wants. */
export async function checkPorts({ listen, port, api }: Settings, running: Status | undefined): Promise<Check> {
  const name = "ports";
  if (running !== undefined) {
    const addresses = running.addresses.map((address) => shownAddress(address, running.peerId));
    return { name, state: "well", found: `in use: ${[running.api, ...addresses].join(", ")}` };
  }
  const taken: string[] = [];
  if (api !== undefined && api > 0 && !(await isFree(api, "127.0.0.1"))) taken.push(`${api} for the control API`);
  const named = listen?.flatMap((address) => /\/tcp\/([1-9]\d*)/.exec(address)?.[1] ?? []).map(Number) ?? [];
  for (const wanted of named) if (!(await isFree(wanted, "0.0.0.0"))) taken.push(`${wanted} to listen on`);
  if (taken.length > 0) {
    const fix = "End what uses them, or choose others: grapevine config set api PORT, grapevine config set listen ADDRESS";
    return { name, state: "failed", found: `taken: ${taken.join(", ")}`, fix };
  }
  if (listen === undefined && port !== undefined && !(await isFree(port, "0.0.0.0"))) {
    const fix = "End what uses it. Another port is taken otherwise, and invites that were made before lead nowhere.";
    return { name, state: "warning", found: `${port}, the one of the last start, is taken`, fix };
  }
  return { name, state: "well", found: "free" };
}

function isFree(port: number, host: string): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const server = createServer();
  server.once("error", () => resolve(false));
  server.listen(port, host, () => server.close(() => resolve(true)));
  return promise;
}

export async function checkModel({ model = defaultModel }: Settings, running: Status | undefined): Promise<Check> {
  const name = "model";
  if (running !== undefined) return { name, state: "well", found: running.model };
  const spec = parseModelSpec(model);
  const specs = spec.kind === "several" ? spec.specs : [model];
  const missing: string[] = [];
  for (const one of specs) {
    const problem = await problemOf(parseModelSpec(one));
    if (problem === undefined) return { name, state: "well", found: one };
    missing.push(problem);
  }
  const fix = "See `grapevine model list` for what is there; choose with: grapevine model use SPEC";
  return { name, state: "failed", found: missing.join("; "), fix };
}

/** Undefined where it can be opened, as far as can be seen without loading it. */
async function problemOf(spec: ModelSpec): Promise<string | undefined> {
  if (spec.kind === "gguf") {
    return (await optional(stat(spec.path))) === undefined ? `there is no file ${spec.path}` : undefined;
  }
  if (spec.kind === "openai") return (await answers(`${spec.url}/models`)) ? undefined : `${spec.url} does not answer`;
  if (spec.kind !== "ollama") return undefined; // packaged, or whatever there is
  const { models, ollamaProblem } = await listModels(spec.host === undefined ? {} : { ollamaHost: spec.host });
  if (ollamaProblem !== undefined) return ollamaProblem.message;
  const names = [`ollama:${spec.name}`, `ollama:${spec.name}:latest`];
  return models.some((one) => names.includes(one.spec)) ? undefined : `Ollama has no ${spec.name}: ollama pull ${spec.name}`;
}

const answerTimeoutMs = 3_000;

async function answers(url: string): Promise<boolean> {
  try {
    return (await fetch(url, { signal: AbortSignal.timeout(answerTimeoutMs) })).status < 500;
  } catch {
    return false; // whatever the reason: no answer
  }
}

/** Can others connect, and does anybody? */
export function checkReachability(running: Status | undefined): Check {
  const name = "reachability";
  if (running === undefined) return { name, state: "unknown", found: "the node does not run", fix: "Start it: grapevine up" };
  const found = `${running.reachability}; ${running.peers} connected ${running.peers === 1 ? "peer" : "peers"}`;
  if (running.peers > 0) return { name, state: "well", found };
  const fix =
    running.reachability === "nowhere"
      ? "No peer can connect: forward a port to it, or start it with --nat."
      : "Nobody is connected: join a swarm with grapevine join INVITE, or invite others with grapevine invite.";
  return { name, state: "warning", found, fix };
}

/** Derived data: whatever is wrong with it mends itself. */
export async function checkIndex(home: NodeHome, running: Status | undefined): Promise<Check> {
  const name = "index";
  if (running?.rebuilding !== undefined)
    return { name, state: "warning", found: "it is being built; answers use what is in it already" };
  if (running !== undefined) return { name, state: "well", found: "in use" };
  const header = await optional(readFile(join(home.indexFolder, "header.json"), "utf8"));
  const isBehind = (await optional(stat(join(home.folder, "index-behind")))) !== undefined;
  if (header === undefined) return { name, state: "well", found: "none; it is built at the next start" };
  return { name, state: "well", found: isBehind ? "saved, behind the store; it is brought up at the next start" : "saved" };
}
