/** A node at work: every operation of the control API. What takes more than a few lines has a file of its own. */
import type { Agent, Conversation, RecallQuery } from "@grapevine/agent";
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
  RecalledLesson,
  StoredLesson,
  VectorIndex,
} from "@grapevine/core";
import type { Gate } from "@grapevine/distill";
import type { Network } from "@grapevine/network";
import type { Activity } from "./activity.ts";
import { type AskingComponents, ask } from "./asking.ts";
import { publishDraft, publishRetraction, taughtDraft } from "./authoring.ts";
import type { AwaitedInvites } from "./awaited-invites.ts";
import { concludeExperience } from "./capturing.ts";
import type {
  Answer,
  AskRequest,
  ExperienceDetails,
  ExperienceSummary,
  FeedbackReply,
  FeedbackRequest,
  PractisedTask,
  PractiseRequest,
  RecordReply,
  RecordRequest,
} from "./control/agent-contract.ts";
import type { AnswerPolicy, ModelSummary, ReachSettings, Status } from "./control/contract.ts";
import type {
  Conflict,
  ConflictQuery,
  ForgetReply,
  LessonDetails,
  LessonHit,
  LessonReply,
  LessonSummary,
  PinReply,
  RecallReply,
  RecallRequest,
  RetractRequest,
  TeachRequest,
} from "./control/lesson-contract.ts";
import type {
  AdmitRequest,
  InviteReply,
  InviteRequest,
  InviteSummary,
  JoinReply,
  JoinRequest,
  MemberSummary,
  PeerSummary,
  RevokeReply,
  RevokeRequest,
  SwarmReply,
  TrustRequest,
} from "./control/peer-contract.ts";
import type {
  ExperienceExportSummary,
  ExperienceImportRequest,
  ExportedLesson,
  ExportQuery,
  ExportSummary,
  ImportedExperience,
  ImportedLesson,
  ImportRequest,
} from "./control/transfer-contract.ts";
import { type ConversationOptions, type ConversationReply, converse } from "./conversing.ts";
import { type DescribingComponents, describeLesson } from "./describing.ts";
import { listConflicts } from "./disagreements.ts";
import { findExperience, findLesson } from "./finding.ts";
import type { Forgetting } from "./forgetting.ts";
import type { Indexing } from "./indexing.ts";
import { listInvites, makeInvite, revokeInvite } from "./inviting.ts";
import type { Learning } from "./learning.ts";
import type { Ledger } from "./ledger.ts";
import { listModels } from "./list-models.ts";
import { type ListingComponents, listLessons, searchLessons } from "./listing-lessons.ts";
import type { MemberBook } from "./members.ts";
import { admitMember, describeSwarm, revokeMember } from "./membership.ts";
import type { Merits } from "./merits.ts";
import type { CallOptions, NodeOperations, PractiseSummary } from "./operations.ts";
import { allowPeer, blockPeer, listPeers, trustPeer } from "./peering.ts";
import { createPractice, type Practice } from "./practising.ts";
import type { PrincipalBook } from "./principals.ts";
import type { PromptBar } from "./prompt-bar.ts";
import { recallLessons } from "./recalling.ts";
import { recordExperience } from "./recording.ts";
import type { Refining, RefiningTotals } from "./refining.ts";
import type { ReuseBook } from "./reusing.ts";
import type { Room } from "./room.ts";
import { exportLessons, importLessons } from "./transferring.ts";
import { exportExperiences, importExperiences } from "./transferring-experiences.ts";
import { version } from "./version.ts";
import { experienceDetails, experienceSummary, type ViewComponents } from "./views.ts";

export interface NodeServiceComponents {
  readonly name: string;
  readonly startedAt: number;
  readonly clock: Clock;
  readonly identity: Identity;
  readonly store: LessonStore;
  readonly experiences: ExperienceStore;
  readonly copyStore: () => AsyncIterable<Uint8Array>;
  readonly ledger: Ledger;
  readonly principals: PrincipalBook;
  readonly members: MemberBook;
  readonly merits: Merits;
  readonly gate: Gate;
  readonly agent: Agent;
  readonly learning: Learning;
  readonly promptBar: Pick<PromptBar, "note" | "minSimilarity">;
  readonly indexing: Indexing;
  readonly forgetting: Forgetting;
  readonly refining: Pick<Refining, "totals">;
  readonly room: Room;
  readonly network: Network;
  readonly model: LanguageModel;
  readonly prompts: Status["prompts"];
  readonly embedder: Embedder;
  readonly index: VectorIndex;
  readonly activity: Activity;
  /** Busy while the user waits for an answer; what is made for peers gives way. */
  readonly ownQuestions: Activity;
  readonly recall: (query: RecallQuery) => Promise<RecalledLesson[]>;
  readonly answers: AnswerPolicy;
  readonly keepsAsked: boolean;
  readonly reuse: Pick<ReuseBook, "note" | "ending">;
  /** Are verified answers given again without the model? */
  readonly reuses: boolean;
  readonly reach: ReachSettings;
  readonly awaited: Pick<AwaitedInvites, "followed" | "list">;
  readonly nameOf: (author: AuthorId) => string | undefined;
}

const defaultListLength = 100;
const defaultHits = 10;

export class NodeService implements NodeOperations {
  readonly #components: NodeServiceComponents;
  readonly #views: ViewComponents;
  readonly #asking: AskingComponents;
  readonly #describing: DescribingComponents;
  readonly #listing: ListingComponents;
  readonly #practice: Practice;
  #api = "";

  constructor(components: NodeServiceComponents) {
    const { merits, nameOf, identity } = components;
    this.#components = components;
    this.#views = { trustOf: merits.trustOf, utilitiesOf: merits.utilitiesOf, nameOf };
    this.#asking = { ...components, ...this.#views, self: identity.author };
    this.#describing = { ...components, ...this.#views, self: identity.author };
    this.#listing = { ...components, ...this.#views };
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
      prompts: this.#components.prompts,
      embedder: embedder.id,
      peers: network.peers().length,
      reachability: network.reachability(),
      reach: this.#components.reach,
      awaited: this.#components.awaited.list(),
      lessons: { own, admitted, held, archived },
      experiences: experiences.count(),
      queues: {
        admission: ledger.waiting(),
        embedding: indexing.waiting(),
        distillation: learning.waiting(),
        outbox: (await store.outbox()).length,
      },
      refined: refinedOf(this.#components.refining.totals(), this.#components.clock.now() - startedAt),
      room: { foreign: room.use().foreign, capacity: room.use().capacity },
      answers: this.#components.answers,
      keepsAsked: this.#components.keepsAsked,
      reuses: this.#components.reuses,
      rebuilding: indexing.progress(),
      distilled: learning.counts(),
      version,
      startedAt,
    };
  }

  ask(request: AskRequest, onText: (text: string) => void = ignore, options: CallOptions = {}): Promise<Answer> {
    return ask(request, onText, options, this.#asking);
  }

  converse(conversation: Conversation, options: ConversationOptions): Promise<ConversationReply> {
    return converse(conversation, options, this.#asking);
  }

  async recall({ text, limit }: RecallRequest): Promise<RecallReply> {
    return await recallLessons({ text, limit }, { ...this.#components, ...this.#views });
  }

  record(request: RecordRequest): Promise<RecordReply> {
    return recordExperience(request, { ...this.#components, ...this.#views });
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

  lessons(query: { state?: LessonState; limit?: number } = {}): Promise<LessonSummary[]> {
    return listLessons(query, this.#listing);
  }

  searchLessons(query: string, limit: number = defaultHits): Promise<LessonHit[]> {
    return searchLessons(query, limit, this.#listing);
  }

  async lesson(text: string): Promise<LessonDetails> {
    const { store } = this.#components;
    return await describeLesson(await findLesson(text, store), this.#describing);
  }

  exportLessons(
    query: ExportQuery,
    onLesson: (lesson: ExportedLesson) => void | Promise<void>,
    options: CallOptions = {},
  ): Promise<ExportSummary> {
    return exportLessons(query, onLesson, options, this.#components);
  }

  importLessons(request: ImportRequest): Promise<ImportedLesson[]> {
    return importLessons(request, this.#components);
  }

  exportExperiences(
    onExperience: (experience: Experience) => void | Promise<void>,
    options: CallOptions = {},
  ): Promise<ExperienceExportSummary> {
    return exportExperiences(onExperience, options, this.#components);
  }

  importExperiences(request: ExperienceImportRequest): Promise<ImportedExperience[]> {
    return importExperiences(request, this.#components);
  }

  copyStore(): AsyncIterable<Uint8Array> {
    return this.#components.copyStore();
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

  peers(): Promise<PeerSummary[]> {
    return listPeers(this.#components);
  }

  trustPeer(text: string, request: TrustRequest = {}): Promise<PeerSummary> {
    return trustPeer(text, request, this.#components);
  }

  blockPeer(text: string): Promise<PeerSummary> {
    return blockPeer(text, this.#components);
  }

  allowPeer(text: string): Promise<PeerSummary> {
    return allowPeer(text, this.#components);
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
    const { network, awaited } = this.#components;
    const { peerId, name } = await network.join(invite);
    if (trust) await this.trustPeer(peerId, { name });
    awaited.followed(invite); // only now: what fails before is tried again
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

function refinedOf({ trials, consolidations, practice, workedMs }: RefiningTotals, sinceStartMs: number): Status["refined"] {
  const { admitted, refused, undecided, generations } = trials;
  const share = sinceStartMs > 0 ? Number(Math.min(1, workedMs / sinceStartMs).toFixed(3)) : 0;
  return { trials: { admitted, refused, undecided, generations }, consolidations, practised: practice, share };
}
