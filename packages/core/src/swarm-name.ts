/**
 * What a swarm's name says. `LABEL` is an open swarm: whoever knows the name may be in it. `LABEL@OWNER` is a closed one, and OWNER the peer id of the key whose signature
 * admits and revokes: the name certifies itself, so that it needs no registry and nobody can take a swarm over by saying so. The name is part of the topic, of every invite
 * and of the command line, so it is held to characters that survive all of them (docs/decisions/0017-closed-swarms.md).
 */
import { type AuthorId, isAuthorId } from "./identity.ts";
import { maxSwarmLabelLength } from "./limits.ts";

const separator = "@";
const labelPattern = /^[A-Za-z0-9][A-Za-z0-9._-]*$/;

export function isSwarmLabel(text: string): boolean {
  return text.length <= maxSwarmLabelLength && labelPattern.test(text);
}

/** An open swarm's label, or a closed swarm's label and owner. */
export function isSwarmName(text: string): boolean {
  const { label, owner } = partsOf(text);
  return isSwarmLabel(label) && (owner === undefined || isAuthorId(owner));
}

/** The full name of the closed swarm with that label that the owner signs for. */
export function closedSwarmName(label: string, owner: AuthorId): string {
  return `${label}${separator}${owner}`;
}

/** Whose word decides who is in the swarm; undefined where it is open. */
export function swarmOwner(swarm: string): AuthorId | undefined {
  return partsOf(swarm).owner;
}

/** For people: the label, and the end of the owner's id. */
export function shortSwarmName(swarm: string): string {
  const { label, owner } = partsOf(swarm);
  return owner === undefined ? label : `${label}${separator}…${owner.slice(-shownOwnerLength)}`;
}

const shownOwnerLength = 8;

function partsOf(swarm: string): { readonly label: string; readonly owner: AuthorId | undefined } {
  const at = swarm.indexOf(separator);
  return at < 0 ? { label: swarm, owner: undefined } : { label: swarm.slice(0, at), owner: swarm.slice(at + separator.length) };
}
