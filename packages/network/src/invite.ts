/**
 * Invites: one line of text that leads a node to its first peer.
 *
 * `grapevine1` and then, in base32 (RFC 4648, lower case, no padding), DAG-CBOR `{a: addresses, n: name, p: public key, s:
 * swarm}` followed by the first four bytes of its sha2-256. Addresses are binary multiaddrs without the peer, which is always
 * `p`. White space and upper case are tolerated, as mail and chat programs add them; unknown fields are ignored, so that later
 * versions can say more.
 *
 * What an invite guarantees: whoever answers holds the key it names, since the handshake proves it. What it does not: that the
 * inviter made it (it is not signed), that it is still valid, or that the addresses still are.
 */
import { createHash } from "node:crypto";
import { type AuthorId, authorFromPublicKey, cborProblem, cleanText, isSwarmName, publicKeyFromAuthor } from "@grapevine/core";
import * as dagCbor from "@ipld/dag-cbor";
import { multiaddr } from "@multiformats/multiaddr";
import { base32 } from "multiformats/bases/base32";
import { z } from "zod";
import { ownAddresses, parseAddress, withoutPeer } from "./addresses.ts";
import { networkErrors } from "./errors.ts";
import { maxAddressesPerPeer, maxAddressLength, maxFrameDepth, maxNameLength } from "./network-limits.ts";

export interface Invite {
  readonly swarm: string;
  readonly peerId: AuthorId;
  /** The inviter's display name, cleaned; absent when it has none. */
  readonly name?: string;
  /** Multiaddrs that end in `/p2p/PEER`. At least one. */
  readonly addresses: readonly string[];
}

/** The invite as one line. @throws ADDRESS_INVALID, KEY_MALFORMED */
export function formatInvite(invite: Invite): string {
  const body = dagCbor.encode({
    a: invite.addresses.slice(0, maxAddressesPerPeer).map((address) => withoutPeer(parseAddress(address)).bytes),
    n: invite.name ?? "",
    p: publicKeyFromAuthor(invite.peerId),
    s: invite.swarm,
  });
  return `${prefix}${base32.baseEncode(Buffer.concat([body, checksumOf(body)]))}`;
}

/** @throws INVITE_MALFORMED, INVITE_DAMAGED, INVITE_VERSION */
export function parseInvite(text: string): Invite {
  if (text.length > maxInviteLength)
    throw networkErrors.create("INVITE_MALFORMED", `${text.length} characters are too many for an invite`);
  const flat = text.replace(/\s+/gu, "").toLowerCase();
  const version = /^grapevine(\d)/.exec(flat)?.[1];
  if (version === undefined) throw networkErrors.create("INVITE_MALFORMED", `"${flat.slice(0, 40)}" is not an invite`);
  if (version !== "1")
    throw networkErrors.create("INVITE_VERSION", `the invite is of version ${version}, this program knows version 1`);
  return inviteFromBody(checkedBody(flat.slice(prefix.length)));
}

const prefix = "grapevine1";
const checksumBytes = 4;
const maxInviteLength = 8192;

const wireInvite = z.object({
  a: z
    .array(z.instanceof(Uint8Array).refine((bytes) => bytes.length <= maxAddressLength))
    .min(1)
    .max(maxAddressesPerPeer),
  n: z.string(),
  p: z.instanceof(Uint8Array).refine((key) => key.length === 32),
  s: z.string().refine(isSwarmName),
});

function checkedBody(encoded: string): Uint8Array {
  const bytes = decodeBase32(encoded);
  const body = bytes.subarray(0, -checksumBytes);
  if (Buffer.compare(checksumOf(body), bytes.subarray(-checksumBytes)) !== 0) {
    throw networkErrors.create("INVITE_DAMAGED", "the invite's checksum does not fit: it was cut short or altered");
  }
  return body;
}

/** The checksum held, so whatever is wrong from here on was wrong when the invite was made. */
function inviteFromBody(body: Uint8Array): Invite {
  const wire = wireInvite.safeParse(cborProblem(body, maxFrameDepth) === undefined ? decodeCbor(body) : undefined);
  if (!wire.success) throw networkErrors.create("INVITE_MALFORMED", "the invite does not hold what an invite holds");
  const peerId = authorFromPublicKey(wire.data.p);
  const addresses = ownAddresses(wire.data.a.flatMap(addressText), peerId);
  if (addresses.length === 0) throw networkErrors.create("INVITE_MALFORMED", "the invite holds no address that can be dialled");
  const name = cleanText(wire.data.n, maxNameLength);
  return { swarm: wire.data.s, peerId, addresses, ...(name === "" ? {} : { name }) };
}

function decodeBase32(encoded: string): Uint8Array {
  try {
    return base32.baseDecode(encoded);
  } catch (error) {
    throw networkErrors.create("INVITE_DAMAGED", "the invite holds characters that no invite has", { cause: error });
  }
}

function decodeCbor(body: Uint8Array): unknown {
  try {
    return dagCbor.decode(body);
  } catch {
    return undefined; // the schema refuses it
  }
}

function addressText(bytes: Uint8Array): string[] {
  try {
    return [multiaddr(bytes).toString()];
  } catch {
    return []; // a kind of address that this version does not know
  }
}

function checksumOf(body: Uint8Array): Buffer {
  return createHash("sha256").update(body).digest().subarray(0, checksumBytes);
}
