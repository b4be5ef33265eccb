/** Which topic a lesson belongs to: its neighbours' topics are the only ones that can be near, and their leaders say whether they are. */
import type { StoredLesson } from "@grapevine/core";
import { topicOf } from "@grapevine/reconcile";

export interface TopicSearch {
  readonly vector: Float32Array;
  /** Its neighbours, each of some topic. */
  readonly near: readonly StoredLesson[];
  /** The vector of the lesson that a topic began with, where it is still known. */
  readonly leaderOf: (topic: number) => Promise<Float32Array | undefined>;
}

/** The label that names the topic. A lesson that others have followed stays the leader that it is. */
export async function topicAmong(lesson: StoredLesson, { vector, near, leaderOf }: TopicSearch): Promise<number> {
  if (near.some(({ topic }) => topic === lesson.label)) return lesson.label;
  const topics = new Set(near.map(({ topic }) => topic));
  const candidates: { topic: number; similarity: number }[] = [];
  for (const topic of topics) {
    const leader = await leaderOf(topic);
    if (leader !== undefined) candidates.push({ topic, similarity: cosine(vector, leader) });
  }
  return topicOf(lesson.label, candidates);
}

function cosine(first: Float32Array, second: Float32Array): number {
  let product = 0;
  let firstSquare = 0;
  let secondSquare = 0;
  for (let i = 0; i < first.length; i++) {
    const a = first[i] ?? 0;
    const b = second[i] ?? 0;
    product += a * b;
    firstSquare += a * a;
    secondSquare += b * b;
  }
  return product / Math.sqrt(firstSquare * secondSquare);
}
