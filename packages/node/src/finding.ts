/** From what a person types to the thing that is meant: ids may be abbreviated, peers may be named. */
import {
  coreErrors,
  type Experience,
  type ExperienceStore,
  type LessonStore,
  publicKeyFromAuthor,
  type StoredLesson,
} from "@grapevine/core";
import { type Network, networkErrors, type PeerInfo } from "@grapevine/network";
import { storeErrors } from "@grapevine/store";
import { nodeErrors } from "./errors.ts";
import type { PrincipalBook } from "./principals.ts";

/** @throws LESSON_UNKNOWN, ID_AMBIGUOUS */
export async function findLesson(text: string, store: Pick<LessonStore, "get" | "resolve">): Promise<StoredLesson> {
  const id = only(text, await store.resolve(text));
  const lesson = id === undefined ? undefined : await store.get(id);
  if (lesson === undefined) throw nodeErrors.create("LESSON_UNKNOWN", `no lesson here is "${text}"`);
  return lesson;
}

/** @throws EXPERIENCE_UNKNOWN, ID_AMBIGUOUS */
export async function findExperience(text: string, store: Pick<ExperienceStore, "get" | "resolve">): Promise<Experience> {
  const id = only(text, await store.resolve(text));
  const experience = id === undefined ? undefined : await store.get(id);
  if (experience === undefined) throw storeErrors.create("EXPERIENCE_UNKNOWN", `no experience here is "${text}"`);
  return experience;
}

/**
 * A connected peer, by its id or by its name. A name that the user gave belongs to that author alone: whoever else calls itself so is not meant, also
 * while the author is away. @throws PEER_UNKNOWN, PEER_AMBIGUOUS, PEER_NOT_CONNECTED
 */
export function findPeer(text: string, network: Pick<Network, "peers">, principals: PrincipalBook): PeerInfo {
  const peers = network.peers();
  const byId = peers.find(({ peerId }) => peerId === text);
  if (byId !== undefined) return byId;
  const known = [...principals.known.values()].filter(({ name }) => name === text);
  const named = peers.filter(({ peerId, name }) =>
    known.length > 0 ? known.some(({ author }) => author === peerId) : name === text,
  );
  const [peer] = named;
  if (peer === undefined) {
    throw known.length > 0
      ? networkErrors.create("PEER_NOT_CONNECTED", `there is no connection to "${text}" now`)
      : networkErrors.create("PEER_UNKNOWN", `no connected peer is "${text}"`);
  }
  if (named.length > 1) throw nodeErrors.create("PEER_AMBIGUOUS", `${named.length} peers call themselves "${text}"`);
  return peer;
}

/** The peer id behind a name or an id, of a peer that need not be connected. @throws PEER_UNKNOWN, PEER_AMBIGUOUS */
export function findAuthor(text: string, network: Pick<Network, "peers">, principals: PrincipalBook): string {
  if (isPeerId(text)) return text;
  const named = [...principals.known.values()].filter(({ name }) => name === text);
  if (named[0] !== undefined && named.length === 1) return named[0].author;
  return findPeer(text, network, principals).peerId;
}

function isPeerId(text: string): boolean {
  try {
    return publicKeyFromAuthor(text).length > 0;
  } catch {
    return false; // a name, then
  }
}

function only(text: string, ids: readonly string[]): string | undefined {
  if (ids.length > 1) throw coreErrors.create("ID_AMBIGUOUS", `"${text}" fits more than one id`);
  return ids[0];
}
