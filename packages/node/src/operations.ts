/** What can be asked of a node: the same list for the node itself, for the routes of its control API, and for the client on the other side. */
import type { Experience, LessonState } from "@grapevine/core";
import type {
  Answer,
  AskRequest,
  ExperienceDetails,
  ExperienceSummary,
  FeedbackReply,
  FeedbackRequest,
  PractisedTask,
  PractiseEvent,
  PractiseRequest,
  RecordReply,
  RecordRequest,
} from "./control/agent-contract.ts";
import type { ModelSummary, Status } from "./control/contract.ts";
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

export interface CallOptions {
  readonly signal?: AbortSignal;
}

export type PractiseSummary = Omit<Extract<PractiseEvent, { type: "summary" }>, "type">;

export interface NodeOperations {
  status(options?: CallOptions): Promise<Status>;
  ask(request: AskRequest, onText?: (text: string) => void, options?: CallOptions): Promise<Answer>;
  recall(request: RecallRequest, options?: CallOptions): Promise<RecallReply>;
  record(request: RecordRequest, options?: CallOptions): Promise<RecordReply>;
  feedback(request: FeedbackRequest, options?: CallOptions): Promise<FeedbackReply>;
  teach(request: TeachRequest, options?: CallOptions): Promise<LessonReply>;
  practise(request: PractiseRequest, onTask?: (task: PractisedTask) => void, options?: CallOptions): Promise<PractiseSummary>;
  lessons(query?: { state?: LessonState; limit?: number }, options?: CallOptions): Promise<LessonSummary[]>;
  searchLessons(query: string, limit?: number, options?: CallOptions): Promise<LessonHit[]>;
  /** The next one is read when what `onLesson` returns has resolved. */
  exportLessons(
    query: ExportQuery,
    onLesson: (lesson: ExportedLesson) => void | Promise<void>,
    options?: CallOptions,
  ): Promise<ExportSummary>;
  importLessons(request: ImportRequest, options?: CallOptions): Promise<ImportedLesson[]>;
  /** As `exportLessons`. */
  exportExperiences(
    onExperience: (experience: Experience) => void | Promise<void>,
    options?: CallOptions,
  ): Promise<ExperienceExportSummary>;
  importExperiences(request: ExperienceImportRequest, options?: CallOptions): Promise<ImportedExperience[]>;
  /** The store as of one commit, for `restoreStore`; the node goes on meanwhile. */
  copyStore(options?: CallOptions): AsyncIterable<Uint8Array>;
  conflicts(query?: ConflictQuery, options?: CallOptions): Promise<Conflict[]>;
  lesson(id: string, options?: CallOptions): Promise<LessonDetails>;
  retract(id: string, request?: RetractRequest, options?: CallOptions): Promise<LessonReply>;
  forgetLesson(id: string, options?: CallOptions): Promise<ForgetReply>;
  pinLesson(id: string, options?: CallOptions): Promise<PinReply>;
  unpinLesson(id: string, options?: CallOptions): Promise<PinReply>;
  experiences(query?: { limit?: number }, options?: CallOptions): Promise<ExperienceSummary[]>;
  experience(id: string, options?: CallOptions): Promise<ExperienceDetails>;
  forgetExperience(id: string, options?: CallOptions): Promise<ForgetReply>;
  peers(options?: CallOptions): Promise<PeerSummary[]>;
  trustPeer(id: string, request?: TrustRequest, options?: CallOptions): Promise<PeerSummary>;
  blockPeer(id: string, options?: CallOptions): Promise<PeerSummary>;
  allowPeer(id: string, options?: CallOptions): Promise<PeerSummary>;
  invite(request?: InviteRequest, options?: CallOptions): Promise<InviteReply>;
  invites(options?: CallOptions): Promise<InviteSummary[]>;
  revokeInvite(id: string, options?: CallOptions): Promise<InviteSummary>;
  join(request: JoinRequest, options?: CallOptions): Promise<JoinReply>;
  swarm(options?: CallOptions): Promise<SwarmReply>;
  admitMember(id: string, request?: AdmitRequest, options?: CallOptions): Promise<MemberSummary>;
  revokeMember(id: string, request?: RevokeRequest, options?: CallOptions): Promise<RevokeReply>;
  models(options?: CallOptions): Promise<ModelSummary[]>;
}
