/**
 * The table of rules, in the order in which they are asked. The first one that decides ends the questioning; a rule that joins a lesson to a cluster does
 * not decide, it is noted and the questioning goes on, since saying the same as another lesson is no reason to be believed.
 *
 * Every rule looks only at the values it is given. That is what makes the outcome the same on every node that knows the same, whatever the order in
 * which it learnt it.
 */
import {
  type AttestationBody,
  type LessonBody,
  type LessonState,
  limits,
  type RecordBody,
  type RecordId,
  type RecordType,
  type RetractionBody,
  type StoredLesson,
  shortId,
} from "@grapevine/core";
import { comparedLesson, contradictionOf, differenceOf, isNear } from "./near-duplicate.ts";
import type { JudgeInput, LessonVerdict, RecordVerdict } from "./verdict.ts";
import { voidTombstoneReason } from "./void-tombstones.ts";
import { witnessesOf } from "./worth.ts";

/** Independent principals whom one knows, and for whom a stranger's lesson worked, that together vouch for it. */
export const requiredWitnesses = 2;

/** What a rule says: what becomes of the record or the lesson, or which cluster it joins. */
export type Decision =
  | { readonly action: RecordVerdict["action"]; readonly reason: string }
  | { readonly action: LessonVerdict["action"]; readonly state: LessonState; readonly reason: string }
  | { readonly action: "join"; readonly with: RecordId; readonly cluster: RecordId; readonly reason: string };

export interface Rule {
  readonly name: string;
  /** Stable, for machines. */
  readonly code: string;
  /** One sentence for the reference. */
  readonly summary: string;
  readonly types: readonly RecordType[];
  /** Undefined: the rule has nothing to say here. */
  decide(input: JudgeInput): Decision | undefined;
}

const everyType: readonly RecordType[] = ["lesson", "attestation", "retraction", "rotation"];

export const rules: readonly Rule[] = [
  ruleFor<LessonBody>("retracted", "RETRACTED", ["lesson"], {
    summary:
      "A lesson that its author retracted stays retracted, whichever of the two came first; anybody else's retraction is void.",
    decide: ({ record, state }) => {
      const byAuthor = state.tombstones.some(({ body }) => body.lesson === record.id && body.author === record.body.author);
      return byAuthor || state.stored?.standing.state === "retracted" ? retracted : undefined;
    },
  }),
  ruleFor("already-known", "ALREADY_KNOWN", everyType, {
    summary: "A record that is here already is not judged again because it came once more.",
    decide: ({ record, state }) => {
      const known = [state.stored?.record, ...state.attestations, ...state.tombstones].some((each) => each?.id === record.id);
      return known && state.occasion === "arrival" ? { action: "ignore", reason: "it is here already" } : undefined;
    },
  }),
  ruleFor("already-refused", "ALREADY_REFUSED", everyType, {
    summary: "A record that was refused, archived away or forgotten here is not taken up again because it came once more.",
    decide: ({ state }) =>
      state.refused && state.occasion === "arrival" ? { action: "ignore", reason: "it was refused here before" } : undefined,
  }),
  ruleFor("too-early", "TOO_EARLY", everyType, {
    summary: "A record dated more than five minutes ahead is not taken; when its time has come it may be.",
    decide: ({ record, state }) => {
      const aheadMs = record.body.createdAt - state.now;
      if (aheadMs <= limits.maxClockSkewMs || state.occasion !== "arrival") return undefined;
      return { action: "ignore", reason: `it is dated ${Math.ceil(aheadMs / 60_000)} minutes ahead` };
    },
  }),
  ruleFor("expired", "EXPIRED", ["lesson", "attestation", "rotation"], {
    summary: "A record past its own date is not taken; a lesson that is here is archived.",
    decide: ({ record, state }) => {
      if (record.body.expiresAt === undefined || record.body.expiresAt > state.now) return undefined;
      const reason = "its author wanted it used no longer than until now";
      return state.occasion === "arrival" ? { action: "refuse", reason } : { action: "archive", state: "archived", reason };
    },
  }),
  ruleFor<LessonBody>("archived", "ARCHIVED", ["lesson"], {
    summary: "An archived lesson stays archived.",
    decide: ({ state }) =>
      state.stored?.standing.state === "archived"
        ? { action: "archive", state: "archived", reason: "it is archived" }
        : undefined,
  }),
  ruleFor<RetractionBody>("retraction-of-another", "RETRACTION_NOT_AUTHOR", ["retraction"], {
    summary: "A retraction by anybody but the lesson's author is refused.",
    decide: ({ record, state }) => {
      const author = state.stored?.record.body.author;
      if (author === undefined || author === record.body.author) return undefined;
      return { action: "refuse", reason: voidTombstoneReason };
    },
  }),
  ruleFor<RetractionBody>("retraction", "RETRACTION_BY_AUTHOR", ["retraction"], {
    summary: "A retraction by the lesson's author takes the lesson back for good, even where the author is blocked.",
    decide: ({ state }) => (state.stored === undefined ? undefined : retracted),
  }),
  ruleFor("blocked-author", "AUTHOR_BLOCKED", everyType, {
    summary: "Nothing new is taken from an author whom the user blocked, and what is here is not used while the block lasts.",
    decide: ({ record, state }) => {
      if (standingOf({ record, state }) !== "blocked") return undefined;
      const reason = "you blocked its author";
      // Remembering it as refused would let the lesson come back without it, should the block be lifted.
      if (record.body.type === "retraction") return { action: "ignore", reason };
      return state.occasion === "arrival" ? { action: "refuse", reason } : { action: "hold", state: "held", reason };
    },
  }),
  ruleFor<RetractionBody>("retraction-ahead", "RETRACTION_AHEAD", ["retraction"], {
    summary: "A retraction whose lesson is not here is kept until the lesson comes; then it decides, or is void and given up.",
    decide: () => ({ action: "accept", reason: "its lesson is not here yet; should it come, this decides" }),
  }),
  ruleFor<AttestationBody>("attestation-outdated", "ATTESTATION_OUTDATED", ["attestation"], {
    summary: "Of an author's attestations of one lesson only the latest by sequence number counts.",
    decide: ({ record, state }) => {
      const later = state.attestations.some(
        ({ id, body }) =>
          body.author === record.body.author &&
          body.lesson === record.body.lesson &&
          (body.seq > record.body.seq || (body.seq === record.body.seq && id > record.id)),
      );
      return later ? { action: "refuse", reason: "a later attestation of the same author is here" } : undefined;
    },
  }),
  ruleFor<AttestationBody>("attestation", "ATTESTATION_KEPT", ["attestation"], {
    summary: "Every other attestation is kept; whether it counts is asked when its lesson is judged.",
    decide: () => ({ action: "accept", reason: "it is its author's latest word on the lesson" }),
  }),
  ruleFor("rotation", "ROTATION_KEPT", ["rotation"], {
    summary: "A key rotation is kept.",
    decide: () => ({ action: "accept", reason: "it is an author's commitment to a next key" }),
  }),
  ruleFor<LessonBody>("same-text", "SAME_TEXT", ["lesson"], {
    summary: "A lesson in the same words as one that is here joins its cluster, unless marks or facts in it differ.",
    decide: ({ record, state }) => {
      const others = candidates(state.sameText, record.id);
      if (others.length === 0) return undefined;
      const judged = comparedLesson(record.body);
      const twin = others.find((lesson) => !contradictionOf(judged, comparedLesson(lesson.record.body)));
      return twin === undefined || isPlaced(record.id, state.stored, [twin])
        ? undefined
        : joining(twin, `it has the same text as ${shortId(twin.record.id)}`);
    },
  }),
  ruleFor<LessonBody>("near-duplicate", "NEAR_DUPLICATE", ["lesson"], {
    summary:
      "A lesson that is near another, shares its words, and agrees with it in negation, numbers, code and facts, joins its cluster.",
    decide: ({ record, neighbours, state }) => {
      const near = neighbours.filter(({ lesson, similarity }) => isNear(similarity) && canBeJoined(lesson, record.id));
      if (near.length === 0) return undefined;
      const judged = comparedLesson(record.body);
      const twins = near.filter(({ lesson }) => !differenceOf(judged, comparedLesson(lesson.record.body)));
      const nearest = twins[0];
      const placed = isPlaced(
        record.id,
        state.stored,
        twins.map(({ lesson }) => lesson),
      );
      if (nearest === undefined || placed) return undefined;
      const name = shortId(nearest.lesson.record.id);
      return joining(nearest.lesson, `it says the same as ${name} (similarity ${nearest.similarity.toFixed(2)})`);
    },
  }),
  ruleFor<LessonBody>("own", "OWN", ["lesson"], {
    summary: "A lesson of one's own is one's own.",
    decide: ({ record, state }) =>
      record.body.author === state.self ? { action: "admit", state: "own", reason: "you wrote it" } : undefined,
  }),
  ruleFor<LessonBody>("trusted-principal", "PRINCIPAL_TRUSTED", ["lesson"], {
    summary: "A lesson of a principal whom the user trusts is admitted on arrival; outcomes still score it.",
    decide: (input) =>
      standingOf(input) === "trusted" ? { action: "admit", state: "admitted", reason: "you trust its author" } : undefined,
  }),
  ruleFor<LessonBody>("own-success", "OWN_SUCCESS", ["lesson"], {
    summary: "A stranger's lesson that worked here more often than it failed is admitted.",
    decide: ({ state }) => {
      const { worked, failed } = state.stored?.outcomes ?? { worked: 0, failed: 0 };
      return worked > failed
        ? { action: "admit", state: "admitted", reason: `it worked here ${worked} times and failed ${failed}` }
        : undefined;
    },
  }),
  ruleFor<LessonBody>("witnesses", "WITNESSED", ["lesson"], {
    summary:
      "A stranger's lesson is admitted when it worked for two principals whom one trusts, neither of them its author nor in its lineage.",
    decide: ({ record, state }) => {
      const attestations = state.attestations.filter(
        ({ body }) => body.worked > body.failed && state.principals.get(body.author)?.standing === "trusted",
      );
      const authors = new Set(witnessesOf(record, { ...state, attestations }).map(({ body }) => body.author));
      return authors.size >= requiredWitnesses
        ? { action: "admit", state: "admitted", reason: `it worked for ${authors.size} principals whom you trust` }
        : undefined;
    },
  }),
  ruleFor<LessonBody>("stranger", "STRANGER_HELD", ["lesson"], {
    summary: "Every other lesson is held: kept and passed on, but not used.",
    decide: () => ({
      action: "hold",
      state: "held",
      reason: `you do not know its author; it waits for a success of your own, or for ${requiredWitnesses} principals whom you trust`,
    }),
  }),
];

const retracted: Decision = { action: "retract", state: "retracted", reason: "its author took it back" };

/** `judge` asks a rule only about the types it names, so its body is one of those. */
function ruleFor<Body extends RecordBody = RecordBody>(
  name: string,
  code: string,
  types: readonly RecordType[],
  rule: { readonly summary: string; readonly decide: (input: JudgeInput<Body>) => Decision | undefined },
): Rule {
  return { name, code, types, summary: rule.summary, decide: (input) => rule.decide(input as JudgeInput<Body>) };
}

/** What the user says of the record's author. Nobody can block or distrust oneself. */
function standingOf({ record, state }: Pick<JudgeInput, "record" | "state">): "trusted" | "blocked" | "stranger" {
  if (record.body.author === state.self) return "trusted";
  return state.principals.get(record.body.author)?.standing ?? "stranger";
}

/** Those a lesson can join, the one that was here first in front. */
function candidates(lessons: readonly StoredLesson[], id: RecordId): StoredLesson[] {
  return lessons
    .filter((lesson) => canBeJoined(lesson, id))
    .sort((first, second) => first.receivedAt - second.receivedAt || (first.record.id < second.record.id ? -1 : 1));
}

function canBeJoined({ record, standing }: StoredLesson, id: RecordId): boolean {
  return record.id !== id && standing.state !== "retracted" && standing.state !== "archived";
}

/** A lesson that has joined a cluster stays there, and so does one that others of the kind have joined. */
function isPlaced(id: RecordId, stored: StoredLesson | undefined, twins: readonly StoredLesson[]): boolean {
  return stored !== undefined && (stored.cluster !== id || twins.some((twin) => twin.cluster === id));
}

function joining(twin: StoredLesson, reason: string): Decision {
  return { action: "join", with: twin.record.id, cluster: twin.cluster, reason };
}
