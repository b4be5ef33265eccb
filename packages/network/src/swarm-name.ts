/** A swarm's name is part of its topic and of every invite, so it is held to characters that survive both. */
import { networkErrors } from "./errors.ts";
import { maxSwarmLength } from "./network-limits.ts";

const swarmPattern = /^[A-Za-z0-9][A-Za-z0-9._-]*$/;

export function isSwarmName(text: string): boolean {
  return text.length <= maxSwarmLength && swarmPattern.test(text);
}

/** @throws SWARM_INVALID */
export function checkSwarmName(text: string): void {
  if (!isSwarmName(text)) throw networkErrors.create("SWARM_INVALID", `"${text.slice(0, 80)}" cannot be the name of a swarm`);
}

/** The gossipsub topic of a swarm. */
export function topicOf(swarm: string): string {
  return `grapevine/1/${swarm}`;
}
