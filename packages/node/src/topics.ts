/** Which topic a lesson belongs to: its neighbours' topics are the only ones that can be near, and their leaders say whether they are. */
import { cosineOfUnitVectors, type StoredLesson } from "@grapevine/core";
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
    if (leader !== undefined) candidates.push({ topic, similarity: cosineOfUnitVectors(vector, leader) });
  }
  return topicOf(lesson.label, candidates);
}
