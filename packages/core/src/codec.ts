/**
 * Records to bytes and back.
 *
 * A frame is `signature (64 bytes) || body (canonical DAG-CBOR)`. The signature is Ed25519 over a domain tag followed by the body's exact bytes, by the
 * key that the body names as its author. What this file guarantees: a frame that `decodeRecord` returns is within the limits, canonical (encoding it again
 * gives the same bytes, so one logical record has one id), well-formed by the schema, and signed by its author. What it does not: that the record is
 * timely, wanted or true.
 */
import * as dagCbor from "@ipld/dag-cbor";
import { CID } from "multiformats/cid";
import { cborProblem } from "./cbor-shape.ts";
import { coreErrors, messageOf } from "./errors.ts";
import {
  authorFromPublicKey,
  type Identity,
  publicKeyFromAuthor,
  signatureBytes,
  verifySignature,
  verifySignatureAside,
} from "./identity.ts";
import { maxRecordBytes, maxRecordDepth } from "./limits.ts";
import { parseRecordId, recordIdOf } from "./record-id.ts";
import { isOnlyUnassigned, recordBodySchema } from "./record-schema.ts";
import {
  isRotation,
  type MembershipBody,
  type RecordBody,
  type RotationBody,
  recordVersion,
  type SignedRecord,
} from "./records.ts";
import { leadsFrom } from "./successions.ts";
import { swarmOwner } from "./swarm-name.ts";

const domainTag: Uint8Array = new TextEncoder().encode("grapevine/record/1\n");

/** What an author writes; the codec adds version and author. */
export type RecordDraft<Body extends RecordBody = RecordBody> = Body extends RecordBody ? Omit<Body, "v" | "author"> : never;

/** Completes, checks, encodes and signs. @throws RECORD_INVALID, RECORD_CHARACTERS, RECORD_TOO_LARGE */
export function signRecord<Body extends RecordBody>(identity: Identity, draft: RecordDraft<Body>): SignedRecord<Body> {
  const body = checkBody({ ...withoutUndefined(draft), v: recordVersion, author: identity.author }) as Body;
  const bodyBytes = encodeBody(body);
  const frame = concatenate(identity.sign(concatenate(domainTag, bodyBytes)), bodyBytes);
  checkSize(frame.length);
  return { id: recordIdOf(bodyBytes), body, frame };
}

/**
 * Checks cheap things first: size, nesting depth, CBOR, canonical form, schema, and last the signature (about 0.15 ms).
 * @throws RECORD_TOO_LARGE, RECORD_MALFORMED, RECORD_NOT_CANONICAL, RECORD_VERSION, RECORD_INVALID, RECORD_CHARACTERS,
 * RECORD_SIGNATURE
 */
export function decodeRecord(frame: Uint8Array): SignedRecord {
  const { body, bodyBytes } = decodeFrame(frame);
  const isSigned = verifySignature(body.author, concatenate(domainTag, bodyBytes), frame.subarray(0, signatureBytes));
  return signed(isSigned, { id: recordIdOf(bodyBytes), body, frame });
}

/** As `decodeRecord`, with the signature checked on a thread of Node's pool: many at once take another core, and this thread a third of the time. @throws as `decodeRecord` */
export async function decodeRecordAside(frame: Uint8Array): Promise<SignedRecord> {
  const { body, bodyBytes } = decodeFrame(frame);
  const isSigned = verifySignatureAside(body.author, concatenate(domainTag, bodyBytes), frame.subarray(0, signatureBytes));
  const id = recordIdOf(bodyBytes);
  return signed(await isSigned, { id, body, frame });
}

/**
 * Decodes a frame whose signature was verified when it was stored, and recomputes its id: for reading one's own disk, where the id shows any
 * damage to the body. When it is the id under which the frame is kept, the bytes are those that were checked before they were stored, so that canonical
 * form and schema are not checked again: several times faster. @throws as decodeRecord, without RECORD_SIGNATURE
 */
export function decodeStoredRecord(frame: Uint8Array, keptAs?: string): SignedRecord {
  const storedBytes = frame.subarray(signatureBytes);
  if (keptAs !== undefined && recordIdOf(storedBytes) === keptAs) {
    return { id: keptAs, body: fromWire(decodeCbor(storedBytes)) as RecordBody, frame };
  }
  const { body, bodyBytes } = decodeFrame(frame);
  return { id: recordIdOf(bodyBytes), body, frame };
}

/** The rotations by which the record's author has followed the key that the swarm's name names; none where that is the author. */
export function successionOf({ body }: SignedRecord<MembershipBody>): SignedRecord<RotationBody>[] {
  return (body.succession ?? []).map((frame) => decodeStoredRecord(frame)).filter(isRotation);
}

function signed(isSigned: boolean, record: SignedRecord): SignedRecord {
  if (isSigned) return record;
  throw coreErrors.create("RECORD_SIGNATURE", `a ${record.body.type} is not signed by ${record.body.author}`);
}

function decodeFrame(frame: Uint8Array): { body: RecordBody; bodyBytes: Uint8Array } {
  checkSize(frame.length);
  if (frame.length <= signatureBytes)
    throw coreErrors.create("RECORD_MALFORMED", `${frame.length} bytes are too few for a record`);
  const bodyBytes = frame.subarray(signatureBytes);
  const problem = cborProblem(bodyBytes, maxRecordDepth);
  if (problem === "too deep") {
    throw coreErrors.create("RECORD_TOO_LARGE", `a record is nested deeper than ${maxRecordDepth} levels`);
  }
  if (problem !== undefined) throw coreErrors.create("RECORD_MALFORMED", `the body is not CBOR: ${problem}`);
  const wire = decodeCbor(bodyBytes);
  if (!equal(dagCbor.encode(wire), bodyBytes)) {
    throw coreErrors.create("RECORD_NOT_CANONICAL", "the body is not in canonical form");
  }
  return { body: checkBody(fromWire(wire)), bodyBytes };
}

function decodeCbor(bytes: Uint8Array): unknown {
  try {
    return dagCbor.decode(bytes);
  } catch (error) {
    throw coreErrors.create("RECORD_MALFORMED", `the body is not DAG-CBOR: ${messageOf(error)}`, { cause: error });
  }
}

function checkBody(value: unknown): RecordBody {
  const version = isMap(value) ? value["v"] : undefined;
  if (typeof version === "number" && version > recordVersion) {
    throw coreErrors.create("RECORD_VERSION", `version ${version} of a record is not known here, only ${recordVersion}`);
  }
  const result = recordBodySchema.safeParse(value);
  if (result.success) return result.data.type === "membership" ? provenMembership(result.data) : result.data;
  const issue = result.error.issues[0];
  if (isOnlyUnassigned(result.error)) {
    throw coreErrors.create("RECORD_CHARACTERS", `${issue?.path.join(".")}: ${issue?.message}`);
  }
  throw coreErrors.create("RECORD_INVALID", `${issue?.path.join(".") || "record"}: ${issue?.message ?? "is invalid"}`);
}

/** The signatures in it are checked as well, since they are what the record rests on. @throws as `decodeRecord` */
function provenMembership(body: MembershipBody): MembershipBody {
  if (body.succession === undefined) return body;
  const steps = body.succession.map(decodeRecord);
  const founder = swarmOwner(body.swarm);
  if (founder !== undefined && steps.every(isRotation) && leadsFrom(founder, steps, body.author)) return body;
  throw coreErrors.create("RECORD_INVALID", "succession: does not lead from the owner in the swarm's name to the author");
}

function checkSize(bytes: number): void {
  if (bytes > maxRecordBytes) {
    throw coreErrors.create("RECORD_TOO_LARGE", `a record has ${bytes} bytes, more than ${maxRecordBytes}`);
  }
}

/** The domain's ids become links and the author becomes the raw key: smaller, and what other tools for DAG-CBOR expect. */
function encodeBody(body: RecordBody): Uint8Array {
  const wire: Record<string, unknown> = { ...withoutUndefined(body), author: publicKeyFromAuthor(body.author) };
  for (const field of linkFields) {
    if (typeof wire[field] === "string") wire[field] = parseRecordId(wire[field]);
  }
  for (const field of keyFields) {
    if (typeof wire[field] === "string") wire[field] = publicKeyFromAuthor(wire[field]);
  }
  if (body.type === "lesson") wire["derivedFrom"] = body.derivedFrom.map(parseRecordId);
  return dagCbor.encode(wire);
}

function fromWire(wire: unknown): unknown {
  if (!isMap(wire)) return wire;
  const body: Record<string, unknown> = { ...wire, author: authorText(wire["author"]) };
  for (const field of linkFields) {
    if (field in body) body[field] = linkText(body[field]);
  }
  for (const field of keyFields) {
    if (field in body) body[field] = authorText(body[field]);
  }
  const derivedFrom = body["derivedFrom"];
  if (Array.isArray(derivedFrom)) body["derivedFrom"] = derivedFrom.map(linkText);
  return body;
}

const linkFields = ["lesson", "supersedes"] as const;
const keyFields = ["follows", "member"] as const;

/** A text where a link belongs would give the same body a second encoding; it is turned into something that the schema refuses. */
function linkText(value: unknown): unknown {
  return CID.asCID(value)?.toString() ?? null;
}

function authorText(value: unknown): unknown {
  return value instanceof Uint8Array && value.length === 32 ? authorFromPublicKey(value) : null;
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function withoutUndefined(value: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(value).filter(([, field]) => field !== undefined));
}

function concatenate(first: Uint8Array, second: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(first.length + second.length);
  bytes.set(first);
  bytes.set(second, first.length);
  return bytes;
}

function equal(first: Uint8Array, second: Uint8Array): boolean {
  return Buffer.compare(first, second) === 0;
}
