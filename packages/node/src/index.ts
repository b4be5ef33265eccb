/** A running node, and the ways to reach one from another process: what the CLI, the dashboard and the evaluation stand on. */
export { type ControlClient, connectToNode, createControlClient, runningNodes } from "./client.ts";
export type {
  AdmitRequest,
  Answer,
  AnswerPolicy,
  AskRequest,
  Choice,
  Conflict,
  ConflictQuery,
  ConflictSide,
  ErrorReply,
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
  LeftOutLesson,
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
  TrialSummary,
  TrustRequest,
  UsedLesson,
} from "./control/contract.ts";
export { answerPolicies } from "./control/contract.ts";
export type { Examination, ExaminationInit } from "./doctor.ts";
export { checkText, examine, foundSwarm, listModels, repair, startNode } from "./entry.ts";
export { nodeErrors } from "./errors.ts";
export type { FoundingInit, FoundSwarm } from "./found-swarm.ts";
export type { Running } from "./home.ts";
export type { CallOptions, NodeOperations, PractiseSummary } from "./operations.ts";
export type { NodeOptions, RunningNode } from "./start-node.ts";
