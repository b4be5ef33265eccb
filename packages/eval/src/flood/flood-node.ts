/** What stands in the flood: a node with its defences, or a bare peer without any. */
import type { AuthorId, RecordId, SignedRecord } from "@grapevine/core";

export interface FloodNode {
  readonly author: AuthorId;
  readonly address: string;
  /** Connects, and takes the other one's lessons for true. */
  befriend(address: string, author: AuthorId): Promise<void>;
  /** Lessons of strangers that are here before anything happens: with them there is no room left for strangers. */
  fill(): Promise<void>;
  /** Resolves when the lesson is kept and about to be sent. */
  teach(number: number): Promise<SignedRecord>;
  /** When each lesson of others was kept, milliseconds since the epoch. */
  readonly arrivedAt: ReadonlyMap<RecordId, number>;
  /** When each peer was no longer heard, milliseconds since the epoch. */
  readonly graylistedAt: ReadonlyMap<AuthorId, number>;
  /** Lessons of the author that are kept, and all that there is room for. */
  share(author: AuthorId): Promise<{ readonly kept: number; readonly capacity: number }>;
  counters(): Readonly<Record<string, number>>;
  close(): Promise<void>;
}

/** Small, so that it fills up within the scenario. A stranger's quota is a twentieth of it. */
export const floodCapacity = 200;
/** Of the capacity, what strangers may have while nobody needs the rest. */
export const strangersRoom = 100;
/** Strangers that have their quota each before the flood. */
export const strangerCount = 10;
