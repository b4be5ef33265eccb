/** What the peers of a simulated swarm write: lessons, some of which build on others', and everything that can be said about lessons. */
import type { LessonBody, RecordId } from "@grapevine/core";
import type { RecordContent, SimulatedPeer } from "./simulated-peer.ts";

/** Writes one record, about what the peer knows. `random` is uniform in [0, 1). */
export async function writeSomething(peer: SimulatedPeer, random: () => number): Promise<void> {
  const known = await lessonsOf(peer);
  const foreign = known.filter(({ isOwn }) => !isOwn);
  const own = known.filter(({ isOwn }) => isOwn);
  const choice = random();
  const about = oneOf(choice < 0.75 ? foreign : own, random);
  const count = (): number => Math.floor(4 * random());
  if (choice < 0.55 || about === undefined) return await write(peer, lesson(peer, known, own, random));
  if (choice < 0.75)
    return await write(peer, { type: "attestation", lesson: about.id, worked: count(), changed: count(), failed: count() });
  if (choice < 0.9) return await write(peer, { type: "retraction", lesson: about.id });
  // Not its own to retract: void wherever the lesson is known.
  const stranger = oneOf(foreign, random);
  if (choice < 0.95 && stranger !== undefined) return await write(peer, { type: "retraction", lesson: stranger.id });
  await write(peer, { type: "rotation", nextKeyHash: Uint8Array.from({ length: 32 }, () => Math.floor(256 * random())) });
}

interface KnownLesson {
  readonly id: RecordId;
  readonly isOwn: boolean;
}

async function lessonsOf({ store, author }: SimulatedPeer): Promise<KnownLesson[]> {
  const lessons: KnownLesson[] = [];
  for await (const { record, standing } of store.list()) {
    if (standing.state !== "retracted") lessons.push({ id: record.id, isOwn: record.body.author === author });
  }
  return lessons;
}

function lesson(
  peer: SimulatedPeer,
  known: readonly KnownLesson[],
  own: readonly KnownLesson[],
  random: () => number,
): RecordContent & Pick<LessonBody, "type"> {
  const topic = Math.floor(20 * random());
  const ancestor = random() < 0.2 ? oneOf(known, random) : undefined;
  const superseded = random() < 0.1 ? oneOf(own, random) : undefined;
  return {
    type: "lesson",
    kind: "strategy",
    title: `What ${peer.name} found out about topic ${topic}`,
    situation: `Something of topic ${topic} is to be done`,
    guidance: `Do it in way ${Math.floor(1_000_000 * random())}`,
    evidence: { worked: 1, changed: 0, failed: 0, verifiedBy: "environment" },
    tags: [],
    derivedFrom: ancestor === undefined ? [] : [ancestor.id],
    ...(superseded === undefined ? {} : { supersedes: superseded.id }),
  };
}

async function write(peer: SimulatedPeer, content: RecordContent): Promise<void> {
  await peer.write(content);
}

function oneOf<Member>(members: readonly Member[], random: () => number): Member | undefined {
  return members[Math.floor(random() * members.length)];
}
