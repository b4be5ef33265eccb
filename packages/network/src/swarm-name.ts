/** A swarm's name as the network uses it; what it says is in core. */
import { isSwarmName } from "@grapevine/core";
import { networkErrors } from "./errors.ts";

/** @throws SWARM_INVALID */
export function checkSwarmName(text: string): void {
  if (!isSwarmName(text)) throw networkErrors.create("SWARM_INVALID", `"${text.slice(0, 80)}" cannot be the name of a swarm`);
}

/** The gossipsub topic of a swarm. */
export function topicOf(swarm: string): string {
  return `grapevine/1/${swarm}`;
}
