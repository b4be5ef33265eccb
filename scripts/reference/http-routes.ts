/**
 * What each address of a node takes and gives: the schema that checks its requests, and the name of the type that the code gives to its replies. What an address is
 * for stands in the table of docs/ARCHITECTURE.md, whose rows these are.
 */
import type { z } from "zod";
import * as requests from "../../packages/node/src/control/requests.ts";
import { sessionRequest } from "../../packages/node/src/control/session-routes.ts";
import { chatBody } from "../../packages/node/src/openai/chat-request.ts";
import { embeddingsBody } from "../../packages/node/src/openai/embeddings.ts";

export interface DocumentedRoute {
  readonly body?: z.ZodType;
  readonly query?: z.ZodType;
  /** By media type, the name of the type of what a reply with 200 holds, `NAME[]` for a list; undefined where it is no JSON. */
  readonly gives: Readonly<Record<string, string | undefined>>;
  /** True where more than a part of the address may name what is not there. */
  readonly mayBeUnknown?: true;
  /** True where neither token nor session is needed. */
  readonly open?: true;
}

const json = (type: string): DocumentedRoute["gives"] => ({ "application/json": type });
/** A line each. */
const lines = (type: string): DocumentedRoute["gives"] => ({ "application/x-ndjson": type });
/** The data of an event each. */
const events = (type: string): DocumentedRoute["gives"] => ({ "text/event-stream": type });

/** By method and address, as fastify has them. */
export const documentedRoutes: Readonly<Record<string, DocumentedRoute>> = {
  "GET /healthz": { gives: json("Alive"), open: true },
  "GET /api/status": { gives: json("Status") },
  "POST /api/ask": { body: requests.askRequest, gives: lines("AskEvent") },
  "POST /api/recall": { body: requests.recallRequest, gives: json("RecallReply") },
  "POST /api/experiences": { body: requests.recordRequest, gives: json("RecordReply"), mayBeUnknown: true },
  "POST /api/feedback": { body: requests.feedbackRequest, gives: json("FeedbackReply"), mayBeUnknown: true },
  "POST /api/teach": { body: requests.teachRequest, gives: json("LessonReply") },
  "POST /api/practise": { body: requests.practiseRequest, gives: lines("PractiseEvent") },
  "GET /api/lessons": { query: requests.lessonsQuery, gives: json("LessonSummary[]") },
  "GET /api/lessons/search": { query: requests.searchQuery, gives: json("LessonHit[]") },
  "GET /api/lessons/conflicts": { query: requests.conflictQuery, gives: json("Conflict[]") },
  "GET /api/lessons/export": { query: requests.exportQuery, gives: lines("ExportEvent") },
  "POST /api/lessons/import": { body: requests.importRequest, gives: json("ImportedLesson[]") },
  "GET /api/lessons/:id": { gives: json("LessonDetails") },
  "POST /api/lessons/:id/retract": { body: requests.retractRequest, gives: json("LessonReply") },
  "POST /api/lessons/:id/forget": { body: requests.noRequest, gives: json("ForgetReply") },
  "POST /api/lessons/:id/pin": { gives: json("PinReply") },
  "POST /api/lessons/:id/unpin": { gives: json("PinReply") },
  "GET /api/lessons/:id/experiences": { gives: json("ExperiencesOfLesson") },
  "GET /api/experiences": { query: requests.listQuery, gives: json("ExperienceSummary[]") },
  "GET /api/experiences/export": { gives: lines("ExperienceExportEvent") },
  "POST /api/experiences/import": { body: requests.experienceImportRequest, gives: json("ImportedExperience[]") },
  "GET /api/store/copy": { gives: { "application/octet-stream": undefined } },
  "GET /api/experiences/:id": { gives: json("ExperienceDetails") },
  "POST /api/experiences/:id/forget": { body: requests.noRequest, gives: json("ForgetReply") },
  "GET /api/peers": { gives: json("PeerSummary[]") },
  "POST /api/peers/:id/trust": { body: requests.trustRequest, gives: json("PeerSummary") },
  "POST /api/peers/:id/block": { gives: json("PeerSummary") },
  "POST /api/peers/:id/allow": { gives: json("PeerSummary") },
  "GET /api/invite": { gives: json("InviteReply") },
  "POST /api/invites": { body: requests.inviteRequest, gives: json("InviteReply") },
  "GET /api/invites": { gives: json("InviteSummary[]") },
  "POST /api/invites/:id/revoke": { body: requests.noRequest, gives: json("InviteSummary") },
  "POST /api/join": { body: requests.joinRequest, gives: json("JoinReply") },
  "GET /api/swarm": { gives: json("SwarmReply") },
  "GET /api/swarm/map": { gives: json("SwarmMap") },
  "POST /api/swarm/members/:id/admit": { body: requests.admitRequest, gives: json("MemberSummary") },
  "POST /api/swarm/members/:id/revoke": { body: requests.revokeRequest, gives: json("RevokeReply") },
  "GET /api/live": { gives: events("LiveEvent") },
  "GET /api/growth": { gives: json("GrowthReport") },
  "GET /api/health": { gives: json("HealthReport") },
  "GET /api/models": { gives: json("ModelSummary[]") },
  "POST /api/session/links": { body: requests.noRequest, gives: json("DashboardLink") },
  "POST /api/session": { body: sessionRequest, gives: json("SessionReply"), open: true },
  "POST /api/session/end": { body: requests.noRequest, gives: json("SessionEnded") },
  "POST /api/stop": { body: requests.noRequest, gives: json("Stopping") },
  "GET /metrics": { gives: { "text/plain": undefined } },
  "GET /": { gives: { "text/html": undefined }, open: true },
  "GET /assets/:name": {
    gives: { "text/javascript": undefined, "text/css": undefined, "image/svg+xml": undefined },
    open: true,
  },
  "GET /v1/models": { gives: json("ModelList") },
  "GET /v1/models/*": { gives: json("ModelEntry") },
  "POST /v1/chat/completions": { body: chatBody, gives: { ...json("ChatCompletion"), ...events("ChatChunk") } },
  "POST /v1/embeddings": { body: embeddingsBody, gives: json("EmbeddingList") },
};
