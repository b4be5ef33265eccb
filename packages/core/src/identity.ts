/**
 * Who wrote a record: an Ed25519 key. Its public half, in the form of a libp2p PeerId (`12D3KooW…`), is the author's name everywhere above the
 * codec, so that the author of a lesson and the peer that serves it can be compared without a table.
 */
import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, sign, verify } from "node:crypto";
import { base58btc } from "multiformats/bases/base58";
import { coreErrors } from "./errors.ts";

/** A PeerId in its text form, of an Ed25519 key. */
export type AuthorId = string;

export const publicKeyBytes = 32;
export const signatureBytes = 64;
const seedBytes = 32;

/** Identity multihash (0x00), 36 bytes, of the protobuf `{type: Ed25519, data: 32 bytes}`: the PeerId of an inlined key (libp2p peer-ids). */
const peerIdPrefix: Uint8Array = Uint8Array.of(0x00, 0x24, 0x08, 0x01, 0x12, 0x20);
/** DER headers of RFC 8410, so that node:crypto takes raw keys. */
const spkiPrefix: Buffer = Buffer.from("302a300506032b6570032100", "hex");
const pkcs8Prefix: Buffer = Buffer.from("302e020100300506032b657004220420", "hex");

/** A signing identity. Holds the private key: never logged, never serialised except by `exportSeed`. */
export interface Identity {
  readonly author: AuthorId;
  readonly publicKey: Uint8Array;
  /** Ed25519 over the given bytes: 64 bytes. */
  sign(bytes: Uint8Array): Uint8Array;
  /** The 32-byte seed from which `identityFromSeed` makes this identity again. */
  exportSeed(): Uint8Array;
}

export function createIdentity(): Identity {
  const { privateKey } = generateKeyPairSync("ed25519");
  return identityFromSeed(privateKey.export({ format: "der", type: "pkcs8" }).subarray(-seedBytes));
}

/** @throws KEY_MALFORMED when the seed is not 32 bytes. */
export function identityFromSeed(seed: Uint8Array): Identity {
  if (seed.length !== seedBytes) {
    throw coreErrors.create("KEY_MALFORMED", `a key seed has ${seedBytes} bytes, this one ${seed.length}`);
  }
  const kept = Uint8Array.from(seed);
  const privateKey = createPrivateKey({ key: Buffer.concat([pkcs8Prefix, kept]), format: "der", type: "pkcs8" });
  const publicKey = Uint8Array.from(
    createPublicKey(privateKey).export({ format: "der", type: "spki" }).subarray(-publicKeyBytes),
  );
  return {
    author: authorFromPublicKey(publicKey),
    publicKey,
    sign: (bytes) => Uint8Array.from(sign(null, bytes, privateKey)),
    exportSeed: () => Uint8Array.from(kept),
  };
}

/** The PeerId text of a raw 32-byte Ed25519 public key. */
export function authorFromPublicKey(publicKey: Uint8Array): AuthorId {
  if (publicKey.length !== publicKeyBytes) {
    throw coreErrors.create("KEY_MALFORMED", `a public key has ${publicKeyBytes} bytes, this one ${publicKey.length}`);
  }
  const key = Buffer.from(publicKey.buffer, publicKey.byteOffset, publicKey.length).toString("latin1");
  return remembered(authorTexts, key, () => base58btc.baseEncode(Buffer.concat([peerIdPrefix, publicKey])));
}

/** @throws KEY_MALFORMED when the text is not the PeerId of an Ed25519 key. */
export function publicKeyFromAuthor(author: AuthorId): Uint8Array {
  return remembered(publicKeys, author, () => {
    const bytes = decodeBase58(author);
    const prefixed =
      bytes?.length === peerIdPrefix.length + publicKeyBytes && peerIdPrefix.every((byte, index) => bytes[index] === byte);
    if (bytes === undefined || !prefixed) {
      throw coreErrors.create("KEY_MALFORMED", `"${author.slice(0, 80)}" is not the peer id of an Ed25519 key`);
    }
    return bytes.subarray(peerIdPrefix.length);
  });
}

/** Is the text the PeerId of an Ed25519 key? */
export function isAuthorId(text: string): boolean {
  try {
    return publicKeyFromAuthor(text).length === publicKeyBytes;
  } catch {
    return false; // not a key: that is the answer
  }
}

/** True when `signature` is the author's over `bytes`. Uses node:crypto, an order of magnitude faster than pure JavaScript. */
export function verifySignature(author: AuthorId, bytes: Uint8Array, signature: Uint8Array): boolean {
  return signature.length === signatureBytes && verify(null, bytes, keyObjectOf(author), signature);
}

/** As `verifySignature`, on a thread of Node's pool: for many at once, while this thread does something else. */
export async function verifySignatureAside(author: AuthorId, bytes: Uint8Array, signature: Uint8Array): Promise<boolean> {
  if (signature.length !== signatureBytes) return false;
  const key = keyObjectOf(author);
  return await new Promise((resolve, reject) => {
    verify(null, bytes, key, signature, (error, isValid) => (error === null ? resolve(isValid) : reject(error)));
  });
}

/**
 * Base58 costs 25 microseconds a key, and importing one a tenth of a verification; a swarm has far fewer authors than records, so that each is done
 * once an author. Bounded, so that made-up authors cannot fill the memory.
 */
const authorTexts = new Map<string, AuthorId>();
const publicKeys = new Map<AuthorId, Uint8Array>();
const keyObjects = new Map<AuthorId, KeyObject>();
const maxRemembered = 4096;

function remembered<Value>(known: Map<string, Value>, key: string, make: () => Value): Value {
  const found = known.get(key);
  if (found !== undefined) return found;
  const made = make();
  if (known.size >= maxRemembered) known.clear();
  known.set(key, made);
  return made;
}

function keyObjectOf(author: AuthorId): KeyObject {
  return remembered(keyObjects, author, () => {
    const der = Buffer.concat([spkiPrefix, publicKeyFromAuthor(author)]);
    return createPublicKey({ key: der, format: "der", type: "spki" });
  });
}

function decodeBase58(text: string): Uint8Array | undefined {
  try {
    return base58btc.baseDecode(text);
  } catch {
    return undefined; // not base58: the caller names the error
  }
}
