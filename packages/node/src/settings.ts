/**
 * What a node is set to, and what it remembers, besides its stores. `settings.json` is the user's: what the last start was told, and what `grapevine config`
 * wrote; a running node does not write it. `peers.json` is the node's: whom it met.
 */
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { parseModelSpec } from "@grapevine/model";
import type { Acquaintance } from "@grapevine/network";
import { openEnvironment } from "@grapevine/practice";
import { z } from "zod";
import { type AnswerPolicy, answerPolicies, type ReachSettings, reachWays } from "./control/contract.ts";
import { homeOf, type NodeHome, openHome, optional, parseFile, writePrivately } from "./home.ts";
import { refuseUnsimulated } from "./idle-practice.ts";
import { onlyName } from "./only-name.ts";

/** What the user settles. Where nothing is said, the `fallback` in the table of `grapevine config` holds. */
export interface NodeSettings {
  /** The swarm to be in. An invite that is followed comes first. */
  readonly swarm?: string;
  /** Multiaddrs. Default: every interface, at the port of the last start or any free one. */
  readonly listen?: readonly string[];
  /** Port of the control API; any free one by default. */
  readonly api?: number;
  /** Model specification; `auto` by default. */
  readonly model?: string;
  /** Most lessons of others that may be used or wait. Default: 20,000. */
  readonly capacity?: number;
  /** Largest part of the idle time that goes into trials and consolidation, from 0 to 1. Default: a quarter. */
  readonly idleShare?: number;
  /** Specification of a simulated environment in which it practises by itself, within its share of the idle time. Default: none. */
  readonly practise?: string;
  /** Whose questions are answered. Default: those of trusted peers. */
  readonly answer?: AnswerPolicy;
  /** Keep the questions of peers as experiences? Default: yes. */
  readonly keepAsked?: boolean;
  /** Give verified answers to the same question again, without the model? Default: yes. */
  readonly reuse?: boolean;
  /** Ways of finding and reaching peers. Default of each: no. */
  readonly reach?: Partial<ReachSettings>;
  /** Multiaddrs of peers that are dialled at every start, and redialled for ever. */
  readonly bootstrap?: readonly string[];
  /** How much of its work it logs. Default: `info`. */
  readonly logLevel?: LogLevel;
}

export type LogLevel = (typeof logLevels)[number];
const logLevels = ["debug", "info", "warn", "error", "silent"] as const;

export interface PeerAcquaintance extends Acquaintance {
  /** Did the user name it, by an address or an invite? */
  readonly named?: boolean | undefined;
}

export interface KnownPeers {
  /** Peers that were met, with their addresses: where to dial after a restart. */
  readonly peers: Readonly<Record<string, readonly string[]>>;
  /** Since when each is known; absent of those that an earlier version has noted. */
  readonly acquaintances?: Readonly<Record<string, PeerAcquaintance>>;
}

/** What outlives a restart besides the stores. */
export interface Settings extends NodeSettings, KnownPeers {
  /** TCP port of the last start: kept, so that invites and the addresses that peers have noted stay true. */
  readonly port?: number;
}

const settingsSchema = z.object({
  swarm: z.string().optional(),
  listen: z.array(z.string()).optional(),
  api: z.int().min(0).max(65_535).optional(),
  model: z.string().optional(),
  capacity: z.int().positive().optional(),
  idleShare: z.number().min(0).max(1).optional(),
  practise: z.string().optional(),
  answer: z.enum(answerPolicies).optional(),
  keepAsked: z.boolean().optional(),
  reuse: z.boolean().optional(),
  reach: z.partialRecord(z.enum(reachWays), z.boolean()).optional(),
  bootstrap: z.array(z.string()).optional(),
  logLevel: z.enum(logLevels).optional(),
});
const fileSchema = settingsSchema.extend({ port: z.int().min(1).max(65_535).optional() });
const peersSchema = z.object({
  peers: z.record(z.string(), z.array(z.string())),
  acquaintances: z
    .record(z.string(), z.object({ firstMetAt: z.int(), lastMetAt: z.int(), named: z.boolean().optional() }))
    .optional(),
});
/** Earlier versions kept the peers among the settings. */
const earlierFileSchema = fileSchema.extend(peersSchema.partial().shape);

/** @throws SETTINGS_MALFORMED */
export async function loadSettings(home: NodeHome): Promise<Settings> {
  const file = settingsFile(home);
  const [text, met] = await Promise.all([optional(readFile(file, "utf8")), optional(readFile(peersFile(home), "utf8"))]);
  const earlier = text === undefined ? {} : parseFile<Partial<Settings>>(text, earlierFileSchema, file);
  if (met === undefined) return { peers: {}, ...earlier };
  return { ...fileSchema.parse(earlier), ...parseFile<KnownPeers>(met, peersSchema, peersFile(home)) };
}

/** Writes the user's part. @throws HOME_UNUSABLE */
export async function saveSettings(home: NodeHome, settings: Omit<Settings, keyof KnownPeers>): Promise<void> {
  await writePrivately(settingsFile(home), Buffer.from(`${JSON.stringify(fileSchema.parse(settings), null, 2)}\n`));
}

/** Writes the node's part. @throws HOME_UNUSABLE */
export async function saveKnownPeers(home: NodeHome, { peers, acquaintances }: KnownPeers): Promise<void> {
  await writePrivately(peersFile(home), Buffer.from(`${JSON.stringify({ peers, acquaintances }, null, 2)}\n`));
}

function settingsFile({ folder }: NodeHome): string {
  return join(folder, "settings.json");
}

function peersFile({ folder }: NodeHome): string {
  return join(folder, "peers.json");
}

export interface SettingsInit {
  readonly home: string;
  /** Default: the home's only node, or the name for a first one. */
  readonly name?: string;
}

/** What the file of a node says, whether or not the node runs. */
export interface ReadSettings {
  readonly name: string;
  /** The file, whether or not it is there. */
  readonly file: string;
  readonly settings: NodeSettings;
  /** Has the node never been started? */
  readonly isNew: boolean;
}

/** Writes nothing. @throws NODE_NAME_INVALID, NODE_AMBIGUOUS, SETTINGS_MALFORMED, HOME_UNUSABLE */
export async function readSettings(init: SettingsInit): Promise<ReadSettings> {
  const home = homeOf(init.home, init.name ?? (await onlyName(init.home)));
  const settings: NodeSettings = settingsSchema.parse(await loadSettings(home));
  return { name: home.name, file: settingsFile(home), settings, isNew: isNewHome(home) };
}

/**
 * Makes the settings what is given, from the node's next start on; nothing is written where one of them would be refused there.
 * @throws NODE_NAME_INVALID, NODE_AMBIGUOUS, SETTINGS_MALFORMED, HOME_UNUSABLE, and as `checkSettings`
 */
export async function writeSettings(init: SettingsInit, settings: NodeSettings): Promise<void> {
  const name = init.name ?? (await onlyName(init.home));
  const earlier = await loadSettings(homeOf(init.home, name));
  await checkSettings(settings);
  const home = await openHome(init.home, name);
  // Where they still are among the settings, that is the only place.
  if (!existsSync(peersFile(home))) await saveKnownPeers(home, earlier);
  await saveSettings(home, { ...settings, ...(earlier.port === undefined ? {} : { port: earlier.port }) });
}

/** What a start is told, one thing before the other, and what a later start goes on from. */
export function settle(
  { passing = {}, ...options }: NodeSettings & { readonly passing?: NodeSettings },
  earlier: NodeSettings,
): { readonly now: NodeSettings; readonly later: NodeSettings } {
  const before = saidOf(earlier, settingNames);
  const now = { ...before, ...saidOf(passing, settingNames), ...saidOf(options, settingNames) };
  const later = { ...before, ...saidOf(options, keptSettings) };
  return {
    now: { ...now, reach: { ...earlier.reach, ...passing.reach, ...options.reach } },
    later: { ...later, reach: { ...earlier.reach, ...options.reach } },
  };
}

const settingNames = Object.keys(settingsSchema.shape) as (keyof NodeSettings)[];
/** What a start was told of these holds at later starts until they are told otherwise; of the others only what `grapevine config` wrote does. */
const keptSettings = ["swarm", "capacity", "idleShare", "answer", "keepAsked", "reuse", "reach", "bootstrap"] as const;

function saidOf(settings: NodeSettings, names: readonly (keyof NodeSettings)[]): NodeSettings {
  return Object.fromEntries(names.flatMap((name) => (settings[name] === undefined ? [] : [[name, settings[name]]])));
}

/** @throws MODEL_SPEC_INVALID, SWARM_INVALID, ADDRESS_INVALID, PRACTICE_NOT_SIMULATED, and what opening the environment throws */
export async function checkSettings({ model, swarm, listen = [], bootstrap = [], practise }: NodeSettings): Promise<void> {
  if (model !== undefined) parseModelSpec(model);
  if (practise !== undefined) refuseUnsimulated(await openEnvironment(practise));
  const addresses = [...listen, ...bootstrap];
  if (swarm === undefined && addresses.length === 0) return;
  const { checkAddress, checkSwarmName } = await import("@grapevine/network");
  if (swarm !== undefined) checkSwarmName(swarm);
  for (const address of addresses) checkAddress(address);
}

/** A node is made by its key: settings may be there before it. */
export function isNewHome({ folder }: NodeHome): boolean {
  return !existsSync(join(folder, "key"));
}
