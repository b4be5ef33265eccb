/** A node that is nothing but `judge`, `Keeping` and the maps they need: what a store and a ledger do, without either. */
import {
  type AttestationBody,
  type AuthorId,
  isAttestation,
  isLesson,
  isRetraction,
  type LessonBody,
  type LessonState,
  type Principal,
  type RecordId,
  type RetractionBody,
  type SignedRecord,
  type StoredLesson,
} from "@grapevine/core";
import {
  isLessonVerdict,
  judge,
  Keeping,
  type KeepingLimits,
  type KnownState,
  newLesson,
  scoredLesson,
  settle,
  trustOf,
  utilityOf,
  type Verdict,
  voidTombstones,
  worthOf,
} from "../src/index.ts";
import { prunedLesson } from "./fixtures.ts";

export interface SmallNodeInit {
  readonly self: AuthorId;
  readonly principals: ReadonlyMap<AuthorId, Principal>;
  readonly now: number;
  /** Without limits there is room for everything. */
  readonly limits?: KeepingLimits;
}

/** What a node learns by itself of a lesson. */
export type OwnEvidence = Partial<Pick<StoredLesson, "outcomes" | "trial" | "pinned">>;

export class SmallNode {
  readonly lessons = new Map<RecordId, StoredLesson>();
  readonly refused = new Set<RecordId>();
  readonly #init: SmallNodeInit;
  readonly #own = new Map<RecordId, OwnEvidence>();
  readonly #attestations = new Map<RecordId, Map<AuthorId, SignedRecord<AttestationBody>>>();
  readonly #tombstones = new Map<RecordId, SignedRecord<RetractionBody>[]>();
  readonly #derived = new Map<RecordId, RecordId[]>();
  readonly #superseding = new Map<RecordId, RecordId[]>();
  #now: number;
  #keeping: Keeping | undefined;

  constructor(init: SmallNodeInit) {
    this.#init = init;
    this.#now = init.now;
    this.#keeping = init.limits === undefined ? undefined : new Keeping(init.limits);
  }

  receive(record: SignedRecord): Verdict {
    const verdict = this.#judge(record, "arrival");
    if (verdict.action === "refuse") this.refused.add(record.id);
    if (verdict.action === "accept" || isLessonVerdict(verdict)) this.#keep(record, verdict);
    this.#relieve();
    return verdict;
  }

  /** Own outcomes, a trial or a pin; of a lesson that is not here yet they wait for it. */
  learn(id: RecordId, evidence: OwnEvidence): void {
    this.#own.set(id, { ...this.#own.get(id), ...evidence });
    this.review(id);
    this.#relieve();
  }

  /** Judges a lesson that is here again, and says whether that changed its standing. */
  review(id: RecordId): boolean {
    const before = this.lessons.get(id);
    if (before === undefined) return false;
    const known = { ...before, ...this.#own.get(id) };
    this.lessons.set(id, known);
    const verdict = this.#judge(known.record, "review");
    if (!isLessonVerdict(verdict)) throw new Error(`a review ended with ${verdict.code}`);
    this.#put(settle(known, verdict, this.#now));
    return this.lessons.get(id)?.standing !== before.standing;
  }

  /** Goes on to a later time, at which lessons may have expired. */
  passTo(now: number): void {
    this.#now = now;
    for (const id of this.lessons.keys()) this.review(id);
  }

  /** Pressure ends. */
  makeRoom(): void {
    this.#keeping = undefined;
  }

  states(): Record<RecordId, LessonState> {
    return Object.fromEntries([...this.lessons].map(([id, { standing }]) => [id, standing.state] as const));
  }

  /** Records that are kept, or remembered as not wanted: what no peer needs to offer again. */
  accepted(): Set<RecordId> {
    const attestations = [...this.#attestations.values()].flatMap((byAuthor) => [...byAuthor.values()]);
    const statements = [...attestations, ...[...this.#tombstones.values()].flat()].map(({ id }) => id);
    return new Set([...this.lessons.keys(), ...statements, ...this.refused]);
  }

  attestationsOf(id: RecordId): SignedRecord<AttestationBody>[] {
    return [...(this.#attestations.get(id)?.values() ?? [])];
  }

  #keep(record: SignedRecord, verdict: Verdict): void {
    if (isAttestation(record)) {
      const { lesson, author } = record.body;
      this.#attestations.set(lesson, (this.#attestations.get(lesson) ?? new Map()).set(author, record));
      this.review(lesson);
    } else if (isRetraction(record)) {
      this.#tombstones.set(record.body.lesson, [...(this.#tombstones.get(record.body.lesson) ?? []), record]);
      this.#reviewAll([record.body.lesson, ...this.#touchedBy(this.lessons.get(record.body.lesson))]);
    } else if (isLesson(record) && isLessonVerdict(verdict) && !this.lessons.has(record.id)) {
      this.#add(record, newLesson(record, verdict, { label: this.lessons.size, now: this.#now }));
    }
  }

  #add(record: SignedRecord<LessonBody>, lesson: StoredLesson): void {
    this.lessons.set(record.id, lesson);
    for (const ancestor of record.body.derivedFrom) append(this.#derived, ancestor, record.id);
    if (record.body.supersedes !== undefined) append(this.#superseding, record.body.supersedes, record.id);
    const tombstones = this.#tombstones.get(record.id) ?? [];
    const empty = voidTombstones(record, tombstones);
    for (const { id } of empty) this.refused.add(id);
    this.#tombstones.set(
      record.id,
      tombstones.filter((each) => !empty.includes(each)),
    );
    this.#reviewAll([record.id, ...this.#ancestors(record.id), ...this.#touchedBy(lesson)]);
  }

  /** Lessons whose verdict depends on whether this one is here, or is taken back. */
  #touchedBy(lesson: StoredLesson | undefined): RecordId[] {
    if (lesson === undefined) return [];
    const { id, body } = lesson.record;
    return [...this.#descendants(id), ...(body.supersedes === undefined ? [] : [body.supersedes])];
  }

  #reviewAll(ids: readonly RecordId[]): void {
    for (const id of new Set(ids)) this.review(id);
  }

  #judge(record: SignedRecord, occasion: KnownState["occasion"]): Verdict {
    const id = isAttestation(record) || isRetraction(record) ? record.body.lesson : record.id;
    return judge({ record, neighbours: [], state: this.#known(id, occasion, this.refused.has(record.id)) });
  }

  #known(id: RecordId, occasion: KnownState["occasion"], refused: boolean): KnownState {
    const { self, principals } = this.#init;
    const stored = this.lessons.get(id);
    const ancestors = this.#ancestors(id);
    return {
      occasion,
      now: this.#now,
      self,
      principals,
      ...(stored === undefined ? {} : { stored }),
      attestations: this.attestationsOf(id),
      tombstones: this.#tombstones.get(id) ?? [],
      relatives: new Set([...ancestors, ...this.#descendants(id)].flatMap((each) => this.#authorOf(each) ?? [])),
      refused,
      attesters: this.attestationsOf(id).map(({ body }) => body.author),
      ahead: { ofAuthor: 0, inAll: 0 },
      sameText: [],
      supersededBy: this.#supersedersOf(id),
      retractedAncestors: ancestors.filter((each) => this.lessons.get(each)?.standing.state === "retracted"),
    };
  }

  #supersedersOf(id: RecordId): RecordId[] {
    return (this.#superseding.get(id) ?? []).filter((later) => {
      const standing = this.lessons.get(later)?.standing;
      return standing?.state !== "retracted" && this.#authorOf(later) === this.#authorOf(id);
    });
  }

  #authorOf(id: RecordId): AuthorId | undefined {
    return this.lessons.get(id)?.record.body.author;
  }

  #ancestors(id: RecordId): RecordId[] {
    return reached(id, (each) => this.lessons.get(each)?.record.body.derivedFrom ?? []);
  }

  #descendants(id: RecordId): RecordId[] {
    return reached(id, (each) => this.#derived.get(each) ?? []);
  }

  /** The lesson as it is now, and its place among those that compete for room. */
  #put(lesson: StoredLesson): void {
    const { id, body } = lesson.record;
    this.lessons.set(id, lesson);
    const { state } = lesson.standing;
    if ((state !== "held" && state !== "admitted") || body.author === this.#init.self || lesson.pinned) {
      this.#keeping?.delete(id);
      return;
    }
    const principal = this.#init.principals.get(body.author);
    const utility = this.#utilityOf(lesson);
    const worth = worthOf({ utility, trust: trustOf(principal), usedAt: lesson.usedAt, receivedAt: lesson.receivedAt });
    const limited = principal?.standing !== "trusted";
    this.#keeping?.set({
      id,
      label: lesson.label,
      author: body.author,
      topic: lesson.topic % 7,
      pool: state,
      limited,
      worth,
      utility,
    });
  }

  #utilityOf(lesson: StoredLesson): number {
    return utilityOf(scoredLesson(lesson), this.#known(lesson.record.id, "review", false));
  }

  #relieve(): void {
    for (let next = this.#keeping?.overflow(); next !== undefined; next = this.#keeping?.overflow()) {
      const lesson = this.lessons.get(next.lesson.id);
      if (lesson === undefined) throw new Error(`${next.lesson.id} competes for room, but is not here`);
      const verdict = this.#judge(lesson.record, "pressure");
      if (!isLessonVerdict(verdict) || verdict.rule !== "pruned") throw new Error(`pruning ended with ${verdict.code}`);
      this.#put(prunedLesson(lesson, verdict, this.#utilityOf(lesson), this.#now));
    }
  }
}

/** All that can be reached, the start apart, each once. */
function reached(start: RecordId, next: (id: RecordId) => readonly RecordId[]): RecordId[] {
  const found = new Set<RecordId>();
  const open = [...next(start)];
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    if (found.has(id)) continue;
    found.add(id);
    open.push(...next(id));
  }
  return [...found];
}

function append(map: Map<RecordId, RecordId[]>, key: RecordId, value: RecordId): void {
  map.set(key, [...(map.get(key) ?? []), value]);
}
