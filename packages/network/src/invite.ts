/**
 * Invites: one line of text that leads a node to its first peer.
 *
 * `grapevine2` and then, in base32 (RFC 4648, lower case, no padding), DAG-CBOR `{a: addresses, e: when it expires in seconds since the epoch, i: id of
 * ten random bytes, n: name, p: public key, s: swarm}` followed by the 64 bytes of the inviter's Ed25519 signature over `grapevine/invite/2`, a line feed
 * and that CBOR. Addresses are binary multiaddrs without the peer, which is always `p`. White space and upper case are tolerated, as mail and chat programs
 * add them and QR codes are smaller for it; unknown fields are ignored, so that later versions can say more. Version 1 had no `e` and no `i`, and in place
 * of the signature the first four bytes of the CBOR's sha2-256: such invites are read for ever, and never made.
 *
 * What an invite guarantees: the holder of the key it names made it, whole and as it is, and whoever answers holds that key, since the handshake proves it.
 * It is not followed once it has expired, and its maker refuses a greeting that presents it once it is revoked or used up (`invite-book.ts`). What it does
 * not: it is no key to an open swarm. Whoever knows an address and the swarm's name can greet without an invite, also who learnt them from a revoked one.
 */
import { createHash } from "node:crypto";
import {
  type AuthorId,
  authorFromPublicKey,
  cborProblem,
  cleanText,
  type Identity,
  publicKeyFromAuthor,
  signatureBytes,
  verifySignature,
} from "@grapevine/core";
import * as dagCbor from "@ipld/dag-cbor";
import { multiaddr } from "@multiformats/multiaddr";
import { base32 } from "multiformats/bases/base32";
import { z } from "zod";
import { ownAddresses, parseAddress, withoutPeer } from "./addresses.ts";
import { networkErrors } from "./errors.ts";
import {
  inviteIdBytes,
  maxAddressesPerPeer,
  maxAddressLength,
  maxFrameDepth,
  maxInviteLength,
  maxInviteSwarmLength,
  maxNameLength,
} from "./network-limits.ts";

export interface Invite {
  readonly swarm: string;
  readonly peerId: AuthorId;
  /** The inviter's display name, cleaned; absent when it has none. */
  readonly name?: string;
  /** Multiaddrs that end in `/p2p/PEER`. At least one. */
  readonly addresses: readonly string[];
  /** By which the inviter knows it, in base32; absent in version 1. */
  readonly id?: string;
  /** From then on it is not followed, milliseconds since the epoch; absent in version 1. */
  readonly expiresAt?: number;
}

/** An invite that can be made: all but the inviter, who signs it. */
export type InviteDraft = Required<Omit<Invite, "peerId" | "name">> & Pick<Invite, "name">;

/** Does it lead into the swarm, and is it not over? @throws INVITE_OTHER_SWARM, INVITE_EXPIRED */
export function checkInviteLeads(invite: Invite, { swarm, now }: { readonly swarm: string; readonly now: number }): void {
  if (invite.swarm !== swarm) {
    const message = `the invite leads into the swarm ${invite.swarm}, this node is in ${swarm}`;
    throw networkErrors.create("INVITE_OTHER_SWARM", message);
  }
  if (invite.expiresAt !== undefined && now >= invite.expiresAt) {
    throw networkErrors.create("INVITE_EXPIRED", `the invite expired at ${new Date(invite.expiresAt).toISOString()}`);
  }
}

/** The invite as one line. @throws ADDRESS_INVALID */
export function formatInvite(invite: InviteDraft, inviter: Identity): string {
  const body = dagCbor.encode({
    a: invite.addresses.slice(0, maxAddressesPerPeer).map((address) => withoutPeer(parseAddress(address)).bytes),
    e: Math.floor(invite.expiresAt / 1000),
    i: base32.baseDecode(invite.id),
    n: invite.name ?? "",
    p: publicKeyFromAuthor(inviter.author),
    s: invite.swarm,
  });
  return `grapevine2${base32.baseEncode(Buffer.concat([body, inviter.sign(signedBytes(body))]))}`;
}

/** Whether it has expired is for whoever follows it. @throws INVITE_MALFORMED, INVITE_DAMAGED, INVITE_VERSION */
export function parseInvite(text: string): Invite {
  if (text.length > maxInviteLength)
    throw networkErrors.create("INVITE_MALFORMED", `${text.length} characters are too many for an invite`);
  const flat = text.replace(/\s+/gu, "").toLowerCase();
  const version = /^grapevine(\d)/.exec(flat)?.[1];
  if (version === undefined) throw networkErrors.create("INVITE_MALFORMED", `"${flat.slice(0, 40)}" is not an invite`);
  const bytes = (): Uint8Array => decodeBase32(flat.slice("grapevine".length + 1));
  if (version === "1") return inviteOf(parseBody(summedBody(bytes()), wireInvite));
  if (version === "2") return signedInvite(bytes());
  throw networkErrors.create("INVITE_VERSION", `the invite is of version ${version}, this program knows versions 1 and 2`);
}

/** A new id for an invite, of the given random bytes. */
export function inviteIdOf(random: Uint8Array): string {
  return base32.baseEncode(random);
}

const sumBytes = 4;
/** What every swarm's name fits, an owner's key in it included; which of them this node can be in is decided when it joins. */
const swarmPattern = /^[A-Za-z0-9][A-Za-z0-9._~@-]*$/;
const signedPurpose = Buffer.from("grapevine/invite/2\n");

const wireInvite = z.object({
  a: z
    .array(z.instanceof(Uint8Array).refine((bytes) => bytes.length <= maxAddressLength))
    .min(1)
    .max(maxAddressesPerPeer),
  n: z.string(),
  p: z.instanceof(Uint8Array).refine((key) => key.length === 32),
  s: z.string().max(maxInviteSwarmLength).regex(swarmPattern),
});

const wireSignedInvite = wireInvite.extend({
  e: z.int().nonnegative(),
  i: z.instanceof(Uint8Array).refine((id) => id.length === inviteIdBytes),
});

function signedInvite(bytes: Uint8Array): Invite {
  const body = bytes.subarray(0, -signatureBytes);
  const signature = bytes.subarray(-signatureBytes);
  // Who must have signed stands in what is signed: a body that cannot be read was altered, or never was an invite.
  const wire = bytes.length > signatureBytes ? parsedBody(body, wireSignedInvite) : undefined;
  const peerId = wire === undefined ? undefined : authorFromPublicKey(wire.p);
  if (wire === undefined || peerId === undefined || !verifySignature(peerId, signedBytes(body), signature)) {
    throw networkErrors.create("INVITE_DAMAGED", "the inviter's signature does not fit: the invite was cut short or altered");
  }
  return { ...inviteOf(wire), id: base32.baseEncode(wire.i), expiresAt: wire.e * 1000 };
}

function signedBytes(body: Uint8Array): Uint8Array {
  return Buffer.concat([signedPurpose, body]);
}

function summedBody(bytes: Uint8Array): Uint8Array {
  const body = bytes.subarray(0, -sumBytes);
  const sum = createHash("sha256").update(body).digest().subarray(0, sumBytes);
  if (Buffer.compare(sum, bytes.subarray(-sumBytes)) === 0) return body;
  throw networkErrors.create("INVITE_DAMAGED", "the invite's checksum does not fit: it was cut short or altered");
}

/** The checksum held, so whatever is wrong from here on was wrong when the invite was made. */
function parseBody<T>(body: Uint8Array, schema: z.ZodType<T>): T {
  const wire = parsedBody(body, schema);
  if (wire !== undefined) return wire;
  throw networkErrors.create("INVITE_MALFORMED", "the invite does not hold what an invite holds");
}

function parsedBody<T>(body: Uint8Array, schema: z.ZodType<T>): T | undefined {
  return schema.safeParse(cborProblem(body, maxFrameDepth) === undefined ? decodeCbor(body) : undefined).data;
}

function inviteOf(wire: z.infer<typeof wireInvite>): Invite {
  const peerId = authorFromPublicKey(wire.p);
  const addresses = ownAddresses(wire.a.flatMap(addressText), peerId);
  if (addresses.length === 0) throw networkErrors.create("INVITE_MALFORMED", "the invite holds no address that can be dialled");
  const name = cleanText(wire.n, maxNameLength);
  return { swarm: wire.s, peerId, addresses, ...(name === "" ? {} : { name }) };
}

function decodeBase32(encoded: string): Uint8Array {
  try {
    return base32.baseDecode(encoded);
  } catch (error) {
    throw networkErrors.create("INVITE_DAMAGED", "the invite was cut short, or holds characters that no invite has", {
      cause: error,
    });
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
