/** What a store in memory holds, and the copies by which a batch is applied whole or not at all. */
import type {
  AttestationBody,
  AuthorId,
  MembershipBody,
  Principal,
  RecordId,
  RetractionBody,
  RotationBody,
  SignedRecord,
  StoreChange,
  StoredLesson,
} from "@grapevine/core";

export interface Contents {
  /** In the order of receipt. */
  readonly lessons: Map<RecordId, StoredLesson>;
  readonly labels: Map<number, RecordId>;
  /** By lesson and author. */
  readonly attestations: Map<string, SignedRecord<AttestationBody>>;
  readonly tombstones: Map<string, SignedRecord<RetractionBody>>;
  readonly rotations: Map<RecordId, SignedRecord<RotationBody>>;
  /** By swarm and member. */
  readonly memberships: Map<string, SignedRecord<MembershipBody>>;
  readonly principals: Map<AuthorId, Principal>;
  readonly underReview: Set<AuthorId>;
  /** With the reason of each. */
  readonly refused: Map<RecordId, string>;
  readonly forgotten: Set<RecordId>;
  /** Lessons that are passed on. */
  readonly offered: Set<RecordId>;
  /** Lessons whose records are said to be unreadable. */
  readonly damaged: Set<RecordId>;
  readonly outbox: Set<RecordId>;
  /** By embedder, then label. */
  readonly embeddings: Map<string, Map<number, Float32Array>>;
}

export function noContents(): Contents {
  return {
    lessons: new Map(),
    labels: new Map(),
    attestations: new Map(),
    tombstones: new Map(),
    rotations: new Map(),
    memberships: new Map(),
    principals: new Map(),
    underReview: new Set(),
    refused: new Map(),
    forgotten: new Set(),
    offered: new Set(),
    damaged: new Set(),
    outbox: new Set(),
    embeddings: new Map(),
  };
}

/** A copy of what changes of these kinds touch, so that the original stays as it is; the rest is shared. */
export function copyOf(contents: Contents, kinds: readonly StoreChange["kind"][]): Contents {
  const copy = { ...contents };
  const done = new Set<keyof Contents>();
  for (const kind of new Set(kinds)) {
    for (const name of touched[kind] ?? all) {
      if (!done.has(name)) Object.assign(copy, { [name]: copied[name](contents) });
      done.add(name);
    }
  }
  return copy;
}

/** By the kinds of change that there are very many of; the others may touch anything. */
const touched: Partial<Readonly<Record<StoreChange["kind"], readonly (keyof Contents)[]>>> = {
  lesson: ["lessons", "labels", "offered"],
  attestation: ["attestations"],
  tombstone: ["tombstones"],
  "outbox-add": ["outbox"],
  "outbox-remove": ["outbox"],
  "attestation-remove": ["attestations"],
  "tombstone-remove": ["tombstones"],
  rotation: ["rotations"],
  "rotation-remove": ["rotations"],
  principal: ["principals"],
  "review-begin": ["underReview"],
  "review-end": ["underReview"],
  refused: ["refused"],
  "refused-remove": ["refused"],
};

const copied: { readonly [Name in keyof Contents]: (contents: Contents) => Contents[Name] } = {
  lessons: ({ lessons }) => new Map(lessons),
  labels: ({ labels }) => new Map(labels),
  attestations: ({ attestations }) => new Map(attestations),
  tombstones: ({ tombstones }) => new Map(tombstones),
  rotations: ({ rotations }) => new Map(rotations),
  memberships: ({ memberships }) => new Map(memberships),
  principals: ({ principals }) => new Map(principals),
  underReview: ({ underReview }) => new Set(underReview),
  refused: ({ refused }) => new Map(refused),
  forgotten: ({ forgotten }) => new Set(forgotten),
  offered: ({ offered }) => new Set(offered),
  damaged: ({ damaged }) => new Set(damaged),
  outbox: ({ outbox }) => new Set(outbox),
  embeddings: ({ embeddings }) => new Map([...embeddings].map(([embedder, vectors]) => [embedder, new Map(vectors)])),
};

const all = Object.keys(copied) as readonly (keyof Contents)[];
