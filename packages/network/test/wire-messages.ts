/**
 * Samples of everything that peers say to each other besides records, made by the program's own code. They are frozen in `test/fixtures/wire/v1/messages.json`, where
 * programs in other languages find them. Bytes are `{hex}` there; a value that is bytes is the frame's content as it is.
 */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { decodeRecord, identityFromSeed, recordIdFromDigest, type SignedRecord } from "@grapevine/core";
import { streamPair } from "@libp2p/utils";
import { frameStream } from "../src/frame-stream.ts";
import { formatInvite } from "../src/invite.ts";
import { maxFrameBytes, maxReconcileBytes } from "../src/network-limits.ts";
import { DigestSum } from "../src/range-sync/digest-sum.ts";
import { OpenRanges } from "../src/range-sync/open-ranges.ts";
import { answerReconciliation, beginReconciliation, continueReconciliation } from "../src/range-sync/range-reconciler.ts";
import { digestOf, packedDigests } from "../src/range-sync/record-digest.ts";
import { RecordSet } from "../src/range-sync/record-set.ts";
import { packedFrames, pageReply } from "../src/record-pages.ts";
import { topicOf } from "../src/swarm-name.ts";

export const fixtures: URL = new URL("../../../test/fixtures/wire/v1/", import.meta.url);

export interface FrameSample {
  readonly name: string;
  readonly protocol: string;
  readonly value: unknown;
}

const identity = identityFromSeed(new Uint8Array(32).fill(2));
const { author } = identity;
const lessonFrame = recordCalled("lesson-full");
const attestationFrame = recordCalled("attestation");

const hello = "/grapevine/hello/1";
const sync = "/grapevine/sync/3";
const ask = "/grapevine/ask/1";

export const frameSamples: readonly FrameSample[] = [
  {
    name: "hello",
    protocol: hello,
    value: { v: 1, swarm: "home", name: "Ängström", addresses: [`/ip4/192.0.2.7/tcp/4001/p2p/${author}`] },
  },
  { name: "hello-of-nobody", protocol: hello, value: { v: 1, swarm: "team-7", name: "", addresses: [] } },
  {
    name: "hello-with-invite",
    protocol: hello,
    value: { v: 1, swarm: "home", name: "bo", addresses: [], invite: "k3xq7a2mk3xq7a2m" },
  },
  {
    name: "hello-refusing-invite",
    protocol: hello,
    value: { v: 1, swarm: "home", name: "ada", addresses: [], refused: "revoked" },
  },
  { name: "summary", protocol: sync, value: { type: "summary", count: 2, sum: sumOf([lessonFrame, attestationFrame]) } },
  { name: "summary-reply", protocol: sync, value: { count: 1, sum: sumOf([lessonFrame]) } },
  { name: "reconcile", protocol: sync, value: { type: "reconcile", message: Uint8Array.of(0x61) } },
  { name: "reconcile-reply", protocol: sync, value: { message: Uint8Array.of(0x61, 0, 0, 2, 0) } },
  { name: "records", protocol: sync, value: { type: "records", ids: packedDigests([lessonFrame.id, attestationFrame.id]) } },
  { name: "records-reply", protocol: sync, value: pageReply({ taken: 2, records: [lessonFrame.frame] }) },
  { name: "offer", protocol: sync, value: { type: "offer", ids: packedDigests([attestationFrame.id]) } },
  { name: "offer-reply", protocol: sync, value: { wanted: packedDigests([attestationFrame.id]), later: false } },
  { name: "give", protocol: sync, value: { type: "give", frames: packedFrames([attestationFrame.frame]) } },
  { name: "give-reply", protocol: sync, value: { kept: 1 } },
  { name: "ask", protocol: ask, value: { type: "ask", question: "How is a box listed in order?", timeoutMs: 60_000 } },
  { name: "probe", protocol: ask, value: { type: "probe", question: "How is a box listed in order?", timeoutMs: 2000 } },
  { name: "text", protocol: ask, value: { type: "text", text: "Use peek\nwith the field after --by" } },
  {
    name: "answer",
    protocol: ask,
    value: {
      type: "answer",
      reply: {
        answer: "Use peek\nwith the field after --by",
        lessons: [{ id: lessonFrame.id, title: "List a box in order", author, similarity: 0.625 }],
        model: "embedded",
        ms: 1250.5,
      },
    },
  },
  { name: "sureness", protocol: ask, value: { type: "sureness", best: { similarity: 1, utility: 0.5 } } },
  { name: "sureness-of-nothing", protocol: ask, value: { type: "sureness" } },
  {
    name: "error",
    protocol: ask,
    value: { type: "error", code: "ASK_CLOSED", message: "it answers nobody's questions" },
  },
];

/** The content of `messages.json`. */
export async function wireMessages(): Promise<unknown> {
  const topic = topicOf("home");
  return plain({
    frames: await Promise.all(frameSamples.map(async (sample) => ({ ...sample, frame: await frameOf(sample.value) }))),
    gossip: { swarm: "home", topic, record: "lesson-full", id: sha256(topic, lessonFrame.frame) },
    invite: inviteSample(),
    reconciliation: reconciliationSample(),
  });
}

function inviteSample(): unknown {
  const addresses = [`/ip4/192.0.2.7/tcp/4001/p2p/${author}`, `/ip6/2001:db8::7/tcp/4001/p2p/${author}`];
  const invite = { swarm: "home", name: "ada", addresses, id: "k3xq7a2mk3xq7a2m", expiresAt: 1_900_000_000_000 };
  return { ...invite, peerId: author, text: formatInvite(invite, identity) };
}

/** Two sets of made-up records: the one numbered N has the digest sha2-256(N in decimal), and each date is that of three records. */
function reconciliationSample(): unknown {
  const rule = {
    records: 200,
    firstCreatedAt: 1_700_000_000_000,
    recordsPerDate: 3,
    leaderLacksEvery: 7,
    followerLacksEvery: 11,
  };
  const items = Array.from({ length: rule.records }, (_, number) => ({
    createdAt: rule.firstCreatedAt + Math.floor(number / rule.recordsPerDate),
    digest: sha256(String(number)),
  }));
  const [leader, follower] = [rule.leaderLacksEvery, rule.followerLacksEvery].map((every) => {
    const set = new RecordSet();
    for (const [number, item] of items.entries()) if (number % every !== 0) set.add(item);
    return set;
  }) as [RecordSet, RecordSet];
  const sum = leader.sumBefore(leader.size);
  const messages: Uint8Array[] = [];
  const found = { have: new Set<string>(), need: new Set<string>() };
  const open = new OpenRanges();
  let message: Uint8Array | undefined = beginReconciliation(leader, maxReconcileBytes);
  while (message !== undefined) {
    const reply = answerReconciliation(follower, message, maxReconcileBytes);
    messages.push(message, reply);
    const { have, need, message: next } = continueReconciliation(leader, reply, maxReconcileBytes, open);
    for (const id of have) found.have.add(id);
    for (const id of need) found.need.add(id);
    message = next;
  }
  const numbersOf = (ids: ReadonlySet<string>): number[] =>
    items.flatMap(({ digest }, number) => (ids.has(recordIdFromDigest(digest)) ? [number] : []));
  return {
    ...rule,
    leader: { count: leader.size, sum: sum.toBytes(), fingerprint: sum.fingerprint(leader.size) },
    messages,
    leaderHas: numbersOf(found.have),
    leaderLacks: numbersOf(found.need),
  };
}

/** The bytes that the value takes on a stream. */
async function frameOf(value: unknown): Promise<Uint8Array> {
  const [here, there] = await streamPair();
  const signal = AbortSignal.timeout(5000);
  const sent: Uint8Array[] = [];
  there.addEventListener("message", ({ data }) => void sent.push(data.subarray()));
  const frames = frameStream(here, maxFrameBytes);
  await (value instanceof Uint8Array ? frames.writeBytes(value, signal) : frames.write(value, signal));
  await here.close({ signal });
  await there.close({ signal });
  return Uint8Array.from(Buffer.concat(sent));
}

function recordCalled(name: string): SignedRecord {
  return decodeRecord(Uint8Array.from(readFileSync(new URL(`${name}.bin`, fixtures))));
}

function sumOf(records: readonly SignedRecord[]): Uint8Array {
  const sum = new DigestSum();
  for (const { id } of records) sum.add(digestOf(id));
  return sum.toBytes();
}

function sha256(...parts: readonly (string | Uint8Array)[]): Uint8Array {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part);
  return Uint8Array.from(hash.digest());
}

function plain(value: unknown): unknown {
  return JSON.parse(
    JSON.stringify(value, (_, each: unknown) => (each instanceof Uint8Array ? { hex: Buffer.from(each).toString("hex") } : each)),
  );
}
