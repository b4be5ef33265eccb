/** A node at work: every operation of the control API. What takes more than a few lines has a file of its own. */
import type { Agent } from "@grapevine/agent";
import type {
  AuthorId,
  Clock,
  Embedder,
  Experience,
  ExperienceStore,
  Identity,
  LanguageModel,
  LessonState,
  LessonStore,
  Outcome,
  Principal,
  StoredLesson,
  VectorIndex,
} from "@grapevine/core";
import type { Gate } from "@grapevine/distill";
import type { Network } from "@grapevine/network";
import type { Activity } from "./activity.ts";
import { type AskingComponents, ask } from "./asking.ts";
import { publishDraft, publishRetraction, taughtDraft } from "./authoring.ts";
import { concludeExperience } from "./capturing.ts";
import type {
  AdmitRequest,
  Answer,
  AnswerPolicy,
  AskRequest,
  Conflict,
  ConflictQuery,
  ExperienceDetails,
  ExperienceSummary,
  FeedbackReply,
  FeedbackRequest,
  ForgetReply,
  InviteReply,
  InviteRequest,
  InviteSummary,
  JoinReply,
  JoinRequest,
  LessonDetails,
  LessonHit,
  LessonReply,
  LessonSummary,
  MemberSummary,
  ModelSummary,
  PeerSummary,
  PinReply,
  PractisedTask,
  PractiseRequest,
  ReachSettings,
  RetractRequest,
  RevokeReply,
  RevokeRequest,
  Status,
  SwarmReply,
  TeachRequest,
  TrustRequest,
} from "./control/contract.ts";
import { type DescribingComponents, describeLesson } from "./describing.ts";
import { listConflicts } from "./disagreements.ts";
import { findAuthor, findExperience, findLesson } from "./finding.ts";
import type { Forgetting } from "./forgetting.ts";
import type { Indexing } from "./indexing.ts";
import { listInvites, makeInvite, revokeInvite } from "./inviting.ts";
import type { Learning } from "./learning.ts";
import type { Ledger } from "./ledger.ts";
import { listModels } from "./list-models.ts";
import type { MemberBook } from "./members.ts";
import { admitMember, describeSwarm, revokeMember } from "./membership.ts";
import type { Merits } from "./merits.ts";
import type { CallOptions, NodeOperations, PractiseSummary } from "./operations.ts";
import { createPractice, type Practice } from "./practising.ts";
import type { PrincipalBook } from "./principals.ts";
import type { PromptBar } from "./prompt-bar.ts";
import type { Refining, RefiningTotals } from "./refining.ts";
import type { Room } from "./room.ts";
import { version } from "./version.ts";
import { experienceDetails, experienceSummary, lessonSummaries, type ViewComponents } from "./views.ts";

export interface NodeServiceComponents {
  readonly name: string;
  readonly startedAt: number;
  readonly clock: Clock;
  readonly identity: Identity;
  readonly store: LessonStore;
  readonly experiences: ExperienceStore;
  readonly ledger: Ledger;
  readonly principals: PrincipalBook;
  readonly members: MemberBook;
  readonly merits: Merits;
  readonly gate: Gate;
  readonly agent: Agent;
  readonly learning: Learning;
  readonly promptBar: Pick<PromptBar, "note">;
  readonly indexing: Indexing;
  readonly forgetting: Forgetting;
  readonly refining: Pick<Refining, "totals">;
  readonly room: Room;
  readonly network: Network;
  readonly model: LanguageModel;
  readonly embedder: Embedder;
  readonly index: VectorIndex;
  readonly activity: Activity;
  /** Busy while the user waits for an answer; what is made for peers gives way. */
  readonly ownQuestions: Activity;
  readonly recall: AskingComponents["recall"];
  readonly answers: AnswerPolicy;
  readonly keepsAsked: boolean;
  readonly reach: ReachSettings;
  readonly nameOf: (author: AuthorId) => string | undefined;
}

const defaultListLength = 100;
const defaultHits = 10;
/** Lessons whose merits are looked up together for a long list. */
const viewBatchSize = 500;

export class NodeService implements NodeOperations {
  readonly #components: NodeServiceComponents;
  readonly #views: ViewComponents;
  readonly #asking: AskingComponents;
  readonly #describing: DescribingComponents;
  readonly #practice: Practice;
  #api = "";

  constructor(components: NodeServiceComponents) {
    const { merits, nameOf, identity } = components;
    this.#components = components;
    this.#views = { trustOf: merits.trustOf, utilitiesOf: merits.utilitiesOf, nameOf };
    this.#asking = { ...components, ...this.#views, self: identity.author };
    this.#describing = { ...components, ...this.#views, self: identity.author };
    this.#practice = createPractice({ ...components, ...this.#views });
  }

  /** Says at which URL the control API answers, once it does. */
  servesAt(url: string): void {
    this.#api = url;
  }

  async status(): Promise<Status> {
    const { name, network, model, embedder, store, experiences, ledger, indexing, learning, room, startedAt } = this.#components;
    const { own, admitted, held, archived } = store.counts();
    return {
      name,
      peerId: network.peerId,
      swarm: network.swarm,
      addresses: network.addresses(),
      api: this.#api,
      model: model.id,
      embedder: embedder.id,
      peers: network.peers().length,
      reachability: network.reachability(),
      reach: this.#components.reach,
      lessons: { own, admitted, held, archived },
      experiences: experiences.count(),
      queues: {
        admission: ledger.waiting(),
        embedding: indexing.waiting(),
        distillation: learning.waiting(),
        outbox: (await store.outbox()).length,
      },
      refined: refinedOf(this.#components.refining.totals()),
      room: { foreign: room.use().foreign, capacity: room.use().capacity },
      answers: this.#components.answers,
      keepsAsked: this.#components.keepsAsked,
      rebuilding: indexing.progress(),
      distilled: learning.counts(),
      version,
      startedAt,
    };
  }

  ask(request: AskRequest, onText: (text: string) => void = ignore, options: CallOptions = {}): Promise<Answer> {
    return ask(request, onText, options, this.#asking);
  }

  async feedback({ experience: text, verdict, comment }: FeedbackRequest): Promise<FeedbackReply> {
    const { experiences, clock, learning } = this.#components;
    const { id } = await findExperience(text, experiences);
    const outcome: Outcome = { verdict, verifiedBy: "feedback", comment, at: clock.now() };
    const after = await concludeExperience(id, outcome, this.#components);
    this.#components.promptBar.note(after);
    learning.wake();
    return { experienceId: id, verdict, lessons: creditedLessons(after) };
  }

  async teach(request: TeachRequest): Promise<LessonReply> {
    return lessonReply(await publishDraft(taughtDraft(request), this.#components));
  }

  practise(
    request: PractiseRequest,
    onTask: (task: PractisedTask) => void = ignore,
    options: CallOptions = {},
  ): Promise<PractiseSummary> {
    return this.#practice.practise(request, onTask, options);
  }

  async lessons(query: { state?: LessonState; limit?: number } = {}): Promise<LessonSummary[]> {
    const { store } = this.#components;
    const summaries: LessonSummary[] = [];
    let batch: StoredLesson[] = [];
    for await (const lesson of store.list({ states: query.state && [query.state], limit: query.limit })) {
      batch.push(lesson);
      if (batch.length < viewBatchSize) continue;
      summaries.push(...(await lessonSummaries(batch, this.#views)));
      batch = [];
    }
    return [...summaries, ...(await lessonSummaries(batch, this.#views))];
  }

  async searchLessons(query: string, limit: number = defaultHits): Promise<LessonHit[]> {
    const { embedder, index, store } = this.#components;
    const [vector] = await embedder.embed([query]);
    const neighbours = vector === undefined ? [] : index.search(vector, limit);
    const lessons = await store.byLabels(neighbours.map(({ label }) => label));
    const hits = neighbours.flatMap(({ similarity }, position) => {
      const lesson = lessons[position];
      return lesson === undefined ? [] : [{ lesson, similarity }];
    });
    const summaries = await lessonSummaries(
      hits.map(({ lesson }) => lesson),
      this.#views,
    );
    return summaries.map((summary, position) => ({ ...summary, similarity: hits[position]?.similarity ?? 0 }));
  }

  async lesson(text: string): Promise<LessonDetails> {
    const { store } = this.#components;
    return await describeLesson(await findLesson(text, store), this.#describing);
  }

  conflicts(query: ConflictQuery = {}): Promise<Conflict[]> {
    return listConflicts(query, this.#describing);
  }

  async retract(text: string, request: RetractRequest = {}): Promise<LessonReply> {
    const lesson = await findLesson(text, this.#components.store);
    return lessonReply(await publishRetraction(lesson, request.reason, this.#components));
  }

  forgetLesson(text: string): Promise<ForgetReply> {
    return this.#components.forgetting.lesson(text);
  }

  pinLesson(text: string): Promise<PinReply> {
    return this.#setPinned(text, true);
  }

  unpinLesson(text: string): Promise<PinReply> {
    return this.#setPinned(text, false);
  }

  async experiences({ limit = defaultListLength }: { limit?: number } = {}): Promise<ExperienceSummary[]> {
    const summaries: ExperienceSummary[] = [];
    for await (const experience of this.#components.experiences.list({ limit })) summaries.push(experienceSummary(experience));
    return summaries;
  }

  async experience(text: string): Promise<ExperienceDetails> {
    return experienceDetails(await findExperience(text, this.#components.experiences), this.#views);
  }

  forgetExperience(text: string): Promise<ForgetReply> {
    return this.#components.forgetting.experience(text);
  }

  async peers(): Promise<PeerSummary[]> {
    const { network, principals } = this.#components;
    const connected = network.peers();
    const authors = new Set([...connected.map(({ peerId }) => peerId), ...principals.known.keys()]);
    authors.delete(network.peerId);
    return await Promise.all([...authors].map((author) => this.#peer(author)));
  }

  async trustPeer(text: string, { name }: TrustRequest = {}): Promise<PeerSummary> {
    const peer = await this.#setStanding(text, (principal) => ({
      ...principal,
      standing: "trusted",
      name: name ?? principal.name,
      // The user's word ends a row of failures, whatever it was: outcomes begin to count anew.
      failuresInRow: 0,
    }));
    this.#components.network.reconsider();
    return peer;
  }

  async blockPeer(text: string): Promise<PeerSummary> {
    const peer = await this.#setStanding(text, (principal) => ({ ...principal, standing: "blocked" }));
    await this.#components.network.disconnect(peer.peerId);
    return peer;
  }

  async allowPeer(text: string): Promise<PeerSummary> {
    const peer = await this.#setStanding(text, (principal) => ({ ...principal, standing: "stranger" }));
    this.#components.network.reconsider();
    return peer;
  }

  invite(request: InviteRequest = {}): Promise<InviteReply> {
    return makeInvite(request, this.#components);
  }

  async invites(): Promise<InviteSummary[]> {
    return listInvites(this.#components);
  }

  revokeInvite(id: string): Promise<InviteSummary> {
    return revokeInvite(id, this.#components);
  }

  async join({ invite, trust = false }: JoinRequest): Promise<JoinReply> {
    const { network } = this.#components;
    const { peerId, name } = await network.join(invite);
    if (trust) await this.trustPeer(peerId, { name });
    return { swarm: network.swarm, peerId, name, trusted: trust };
  }

  async swarm(): Promise<SwarmReply> {
    return describeSwarm(this.#components);
  }

  admitMember(text: string, request: AdmitRequest = {}): Promise<MemberSummary> {
    return admitMember(text, request, this.#components);
  }

  revokeMember(text: string, request: RevokeRequest = {}): Promise<RevokeReply> {
    return revokeMember(text, request, this.#components);
  }

  async models(): Promise<ModelSummary[]> {
    return await listModels(this.#components.model.id);
  }

  async #setPinned(text: string, pinned: boolean): Promise<PinReply> {
    const { store, ledger } = this.#components;
    const { record } = await findLesson(text, store);
    await ledger.revise(async () => [{ kind: "lesson", lesson: { ...(await findLesson(record.id, store)), pinned } }]);
    const lesson = await findLesson(record.id, store);
    return { ...lessonReply(lesson), pinned: lesson.pinned };
  }

  async #setStanding(text: string, change: (principal: Principal) => Principal): Promise<PeerSummary> {
    const { ledger, network, principals } = this.#components;
    const author = findAuthor(text, network, principals);
    await ledger.setPrincipal(change, author);
    return await this.#peer(author);
  }

  async #peer(author: AuthorId): Promise<PeerSummary> {
    const { network, principals, merits, nameOf, store } = this.#components;
    const connected = network.peers().find(({ peerId }) => peerId === author);
    let lessons = 0;
    for await (const _ of store.list({ author })) lessons += 1;
    return {
      peerId: author,
      name: nameOf(author),
      connected: connected !== undefined,
      standing: principals.get(author).standing,
      trust: Math.round(merits.trustOf(author) * 1_000) / 1_000,
      addresses: connected?.addresses ?? [],
      lessons,
      roundTripMs: connected?.roundTripMs,
      path: connected?.path,
      conduct: connected?.score === undefined ? undefined : conductOf(connected.score),
    };
  }
}

/** What gossipsub's score of a peer means. Being there earns a point in under two minutes; below −80 nothing is heard of it. */
function conductOf(score: number): PeerSummary["conduct"] {
  if (score < -80) return "unheard";
  if (score < 0) return "poor";
  return score < 1 ? "new" : "good";
}

function lessonReply({ record, standing }: StoredLesson): LessonReply {
  return { id: record.id, title: record.body.title, state: standing.state };
}

/** The lessons that an outcome moved: none where another peer answered. */
function creditedLessons(experience: Experience): string[] {
  return experience.answeredBy !== undefined ? [] : experience.lessons.map(({ id }) => id);
}

/** A caller that does not want to be told. */
function ignore(): void {}

function refinedOf({ trials, consolidations }: RefiningTotals): Status["refined"] {
  const { admitted, refused, undecided, generations } = trials;
  return { trials: { admitted, refused, undecided, generations }, consolidations };
}
