/** The models that a node serves to OpenAI's clients: itself with and without lessons, and the peers that are connected. */
import { nodeErrors } from "../errors.ts";
import type { NodeOperations } from "../operations.ts";

export type ServedModel = { readonly kind: "self"; readonly lessons: boolean } | { readonly kind: "peer"; readonly peer: string };

export interface ModelEntry {
  readonly id: string;
  readonly object: "model";
  /** Seconds since the epoch. */
  readonly created: number;
  readonly owned_by: string;
}

export interface ModelList {
  readonly object: "list";
  readonly data: readonly ModelEntry[];
}

export const ownModel = "grapevine";
const withoutLessons = "grapevine:off";
const peerPrefix = "grapevine/";

/** Whom a client means by the name of a model. @throws SERVED_MODEL_UNKNOWN */
export function servedModel(name: string): ServedModel {
  if (name === ownModel || name === withoutLessons) return { kind: "self", lessons: name === ownModel };
  const peer = name.startsWith(peerPrefix) ? name.slice(peerPrefix.length) : "";
  if (peer === "") throw nodeErrors.create("SERVED_MODEL_UNKNOWN", `no model "${name}" is served here`);
  return { kind: "peer", peer };
}

export async function listServedModels(operations: Pick<NodeOperations, "peers" | "status">): Promise<ModelEntry[]> {
  const [{ startedAt }, peers] = await Promise.all([operations.status(), operations.peers()]);
  const created = Math.floor(startedAt / 1000);
  const connected = peers.filter((peer) => peer.connected && peer.standing !== "blocked");
  const names = connected.map(({ name }) => name);
  // A name that two peers give themselves says nothing.
  const called = connected.map(({ peerId, name }) =>
    name === undefined || names.filter((other) => other === name).length > 1 ? peerId : name,
  );
  return [ownModel, withoutLessons, ...called.map((peer) => peerPrefix + peer)].map((id) => ({
    id,
    object: "model",
    created,
    owned_by: "grapevine",
  }));
}
