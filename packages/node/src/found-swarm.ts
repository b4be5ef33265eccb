/** How a closed swarm begins: with a name that holds the id of the key which signs for it. Nothing is written but that key, where there was none. */
import { existsSync } from "node:fs";
import { closedSwarmName, isSwarmLabel } from "@grapevine/core";
import { networkErrors } from "@grapevine/network";
import { loadIdentity, openHome } from "./home.ts";
import { onlyName } from "./only-name.ts";

export interface FoundingInit {
  /** The folder of all nodes of this user. */
  readonly home: string;
  /** The node that is to own it. Default: the home's only node. */
  readonly name?: string;
  readonly label: string;
}

export interface FoundSwarm {
  /** The whole name, which others need. */
  readonly swarm: string;
  readonly label: string;
  readonly owner: string;
  /** The node that owns it. */
  readonly node: string;
  /** The file that must not be lost. */
  readonly keyFile: string;
}

/** Works whether or not the node runs. @throws SWARM_INVALID, NODE_NAME_INVALID, NODE_AMBIGUOUS, HOME_UNUSABLE, KEY_MISSING, KEY_MALFORMED */
export async function foundSwarm({ home, name, label }: FoundingInit): Promise<FoundSwarm> {
  if (!isSwarmLabel(label)) {
    throw networkErrors.create("SWARM_INVALID", `"${label.slice(0, 80)}" cannot be the name of a swarm`, {
      hint: "Use letters, digits, '.', '-' and '_', at most 64 of them; who owns it is added.",
    });
  }
  const place = await openHome(home, name ?? (await onlyName(home)));
  const { author } = await loadIdentity(place, { mayCreate: !existsSync(place.storeFolder) });
  return {
    swarm: closedSwarmName(label, author),
    label,
    owner: author,
    node: place.name,
    keyFile: `${place.folder}/key`,
  };
}
