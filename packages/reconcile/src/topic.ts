/** Topics: what pruning covers evenly. Found by J. A. Hartigan's leader algorithm ("Clustering Algorithms", 1975, ch. 3): one look at each lesson, in any number. */

/** Cosine of a lesson to the leader of a topic, at least, to belong to it. */
export const topicSimilarity = 0.5;

export interface NearTopic {
  /** The label of the lesson that the topic began with. */
  readonly topic: number;
  /** Cosine of the lesson in question to that lesson. */
  readonly similarity: number;
}

/** The nearest topic that is near enough, or a new one that begins with the lesson itself. */
export function topicOf(label: number, near: readonly NearTopic[]): number {
  const [best] = near.filter(({ similarity }) => similarity >= topicSimilarity).sort(nearestFirst);
  return best?.topic ?? label;
}

/** Of two that are equally near the older one comes first, in whatever order they were found. */
function nearestFirst(first: NearTopic, second: NearTopic): number {
  return second.similarity - first.similarity || first.topic - second.topic;
}
