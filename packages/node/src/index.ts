/** A running node, and the ways to reach one from another process: what the CLI, the dashboard and the evaluation stand on. */
export type { BackupInit, BackupReport } from "./backing-up.ts";
export type { CalibrateInit, Calibration } from "./calibrate-model.ts";
export type { Check } from "./checks.ts";
export { type ControlClient, connectToNode, createControlClient, runningNodes } from "./client.ts";
export type {
  Answer,
  AskRequest,
  Choice,
  ExperienceDetails,
  ExperienceSummary,
  FeedbackReply,
  FeedbackRequest,
  PractisedTask,
  PractiseRequest,
} from "./control/agent-contract.ts";
export type { AnswerPolicy, ErrorReply, ModelSummary, ReachSettings, Status } from "./control/contract.ts";
export { answerPolicies } from "./control/contract.ts";
export type {
  DashboardLink,
  EndedCounts,
  ExperienceOfLesson,
  ExperiencesOfLesson,
  GrowthPeriod,
  GrowthReport,
  HealthReport,
  LearnedLink,
  LiveEvent,
  LogLine,
  MapPeer,
  MovedLesson,
  SessionReply,
  SwarmMap,
} from "./control/dashboard-contract.ts";
export type {
  Conflict,
  ConflictQuery,
  ConflictSide,
  ForgetReply,
  LeftOutLesson,
  LessonDetails,
  LessonHit,
  LessonReply,
  LessonSummary,
  PinReply,
  RetractRequest,
  TeachRequest,
  TrialSummary,
  UsedLesson,
} from "./control/lesson-contract.ts";
export type { Page, PageFile } from "./control/page.ts";
export type {
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
export type {
  ExperienceExportSummary,
  ExperienceImportRequest,
  ExportedLesson,
  ExportQuery,
  ExportSummary,
  ImportedExperience,
  ImportedLesson,
  ImportRequest,
} from "./control/transfer-contract.ts";
export type { Examination, ExaminationInit } from "./doctor.ts";
export {
  backUp,
  calibrateModel,
  checkNodeOptions,
  checkText,
  examine,
  foundSwarm,
  listModels,
  readSettings,
  repair,
  restoreNode,
  rotateKey,
  serveMcpOverStdio,
  showIdentity,
  startNode,
  writeSettings,
} from "./entry.ts";
export { nodeErrors } from "./errors.ts";
export type { FoundingInit, FoundSwarm } from "./found-swarm.ts";
export type { Running } from "./home.ts";
export type { StdioServingInit } from "./mcp/stdio-serving.ts";
export type { NodeOptions } from "./node-options.ts";
export type { CallOptions, NodeOperations, PractiseSummary } from "./operations.ts";
export type { RestoreInit, RestoreReport } from "./restoring.ts";
export type { IdentityInit, IdentityReport, RotateInit, RotateReply } from "./rotating.ts";
export type { NodeSettings, ReadSettings, SettingsInit } from "./settings.ts";
export { shownAddress } from "./shown-address.ts";
export type { RunningNode } from "./start-node.ts";
export { maxExperienceImportBytes, maxImportedExperiences, maxImportedRecords } from "./transfer-limits.ts";
