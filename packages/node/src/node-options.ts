/** What a start is told, and what can be seen to be wrong with it before anything is made or opened. */
import { type Clock, systemClock } from "@grapevine/core";
import type { Invite } from "@grapevine/network";
import type { Page } from "./control/page.ts";
import { homeOf } from "./home.ts";
import { onlyName } from "./only-name.ts";
import { checkSettings, isNewHome, type NodeSettings } from "./settings.ts";

export interface NodeOptions extends NodeSettings {
  /** The folder of all nodes of this user. */
  readonly home: string;
  /** Default: the home's only node, or `node` where there is none. */
  readonly name?: string;
  /**
   * Invites to follow before it serves. One whose maker cannot be reached now is followed when it can; where the node knows peers of the swarm already, one
   * that does not hold any more is passed over. Both cost a warning.
   */
  readonly join?: readonly string[];
  /** Trust those who invited. */
  readonly trust?: boolean;
  /** As the settings beside it, which come first: they hold for this start, and nothing of them is kept for later ones. */
  readonly passing?: NodeSettings;
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
 * @throws NODE_NAME_INVALID, NODE_AMBIGUOUS, as `checkSettings`, INVITE_MALFORMED, INVITE_DAMAGED, INVITE_VERSION,
 * INVITE_OTHER_SWARM, and for a node that is new INVITE_EXPIRED
 */
export async function checkNodeOptions(options: NodeOptions, clock: Clock = systemClock): Promise<readonly Invite[]> {
  const home = homeOf(options.home, options.name ?? (await onlyName(options.home)));
  const { swarm, join = [], passing = {} } = options;
  await Promise.all([checkSettings(passing), checkSettings(options)]);
  if (join.length === 0) return [];
  const { checkInviteLeads, parseInvite } = await import("@grapevine/network");
  const invites = join.map(parseInvite);
  // A node that knows its swarm goes on without an invite that is over.
  const now = isNewHome(home) ? clock.now() : Number.NEGATIVE_INFINITY;
  for (const invite of invites) checkInviteLeads(invite, { swarm: swarm ?? invites[0]?.swarm ?? invite.swarm, now });
  return invites;
}
