/** What a start is told, and what can be seen to be wrong with it before anything is made or opened. */
import { existsSync } from "node:fs";
import { type Clock, systemClock } from "@grapevine/core";
import { parseModelSpec } from "@grapevine/model";
import type { Invite } from "@grapevine/network";
import type { AnswerPolicy, ReachSettings } from "./control/contract.ts";
import type { Page } from "./control/page.ts";
import { homeOf } from "./home.ts";
import { onlyName } from "./only-name.ts";

export interface NodeOptions {
  /** The folder of all nodes of this user. */
  readonly home: string;
  /** Default: the home's only node, or `node` where there is none. */
  readonly name?: string;
  /** Default: the swarm of the first invite, of the last start, or `grapevine`. */
  readonly swarm?: string;
  /** Multiaddrs. Default: every interface, any free port. */
  readonly listen?: readonly string[];
  /**
   * Invites to follow before it serves. One whose maker cannot be reached now is followed when it can; where the node knows peers of the swarm already, one
   * that does not hold any more is passed over. Both cost a warning.
   */
  readonly join?: readonly string[];
  /** Trust those who invited. */
  readonly trust?: boolean;
  /** Port of the control API; any free one by default. */
  readonly api?: number;
  /** Model specification; `auto` by default. */
  readonly model?: string;
  /** Most lessons of others that may be used or wait. Default: that of the last start, or 20,000. */
  readonly capacity?: number;
  /** Largest part of the idle time that goes into trials and consolidation, from 0 to 1. Default: that of the last start, or a quarter. */
  readonly idleShare?: number;
  /** Specification of a simulated environment in which it practises by itself, within its share of the idle time. Default: none. */
  readonly practise?: string;
  /** Whose questions are answered. Default: as at the last start, or those of trusted peers. */
  readonly answer?: AnswerPolicy;
  /** Keep the questions of peers as experiences? Default: as at the last start, or yes. */
  readonly keepAsked?: boolean;
  /** Give verified answers to the same question again, without the model? Default: as at the last start, or yes. */
  readonly reuse?: boolean;
  /** Ways of finding and reaching peers. Default of each: as at the last start, or no. */
  readonly reach?: Partial<ReachSettings>;
  /** Multiaddrs of peers that are dialled at every start, and redialled for ever. Default: those of the last start. */
  readonly bootstrap?: readonly string[];
  readonly logLevel?: "debug" | "info" | "warn" | "error" | "silent";
  /** Told about work that takes more than a second. */
  readonly onProgress?: (text: string) => void;
  /** Told about what the user should know and the start goes on without. */
  readonly onWarning?: (text: string) => void;
  /** What is served to browsers at the API's port. Absent: nothing. */
  readonly page?: Page;
}

export const defaultModel = "auto";

/**
 * Writes nothing; gives the invites that were read.
 * @throws NODE_NAME_INVALID, NODE_AMBIGUOUS, MODEL_SPEC_INVALID, SWARM_INVALID, ADDRESS_INVALID, INVITE_MALFORMED, INVITE_DAMAGED, INVITE_VERSION,
 * INVITE_OTHER_SWARM, and for a node that is new INVITE_EXPIRED
 */
export async function checkNodeOptions(options: NodeOptions, clock: Clock = systemClock): Promise<readonly Invite[]> {
  const { folder } = homeOf(options.home, options.name ?? (await onlyName(options.home)));
  parseModelSpec(options.model ?? defaultModel);
  const { swarm, listen = [], bootstrap = [], join = [] } = options;
  const addresses = [...listen, ...bootstrap];
  if (swarm === undefined && addresses.length + join.length === 0) return [];
  const { checkAddress, checkInviteLeads, checkSwarmName, parseInvite } = await import("@grapevine/network");
  if (swarm !== undefined) checkSwarmName(swarm);
  for (const address of addresses) checkAddress(address);
  const invites = join.map(parseInvite);
  const isNew = !existsSync(folder);
  // A node that knows its swarm goes on without an invite that is over.
  const now = isNew ? clock.now() : Number.NEGATIVE_INFINITY;
  for (const invite of invites) checkInviteLeads(invite, { swarm: swarm ?? invites[0]?.swarm ?? invite.swarm, now });
  return invites;
}
