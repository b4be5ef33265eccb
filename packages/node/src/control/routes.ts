/** The addresses of the control API, each a line: what it takes is checked by its schema, what it does is the node's. */
import { Readable } from "node:stream";
import type { FastifyInstance } from "fastify";
import type { NodeOperations } from "../operations.ts";
import { maxRecordingBytes } from "../recording-limits.ts";
import { maxExperienceImportBytes, maxImportBytes } from "../transfer-limits.ts";
import type { AskEvent, PractiseEvent } from "./agent-contract.ts";
import type { Stopping } from "./contract.ts";
import { streamLines } from "./line-stream.ts";
import {
  admitRequest,
  askRequest,
  conflictQuery,
  experienceImportRequest,
  exportQuery,
  feedbackRequest,
  idParameter,
  importRequest,
  inviteRequest,
  joinRequest,
  lessonsQuery,
  listQuery,
  noRequest,
  parse,
  practiseRequest,
  recallRequest,
  recordRequest,
  retractRequest,
  revokeRequest,
  searchQuery,
  teachRequest,
  trustRequest,
} from "./requests.ts";
import type { ExperienceExportEvent, ExportEvent } from "./transfer-contract.ts";

export interface RouteComponents {
  readonly operations: NodeOperations;
  /** Called when a caller asked the node to stop, after the reply was sent. */
  readonly onStop: () => void;
}

export function addRoutes(server: FastifyInstance, { operations, onStop }: RouteComponents): void {
  server.get("/api/status", () => operations.status());
  server.get("/api/invite", () => operations.invite());
  server.get("/api/invites", () => operations.invites());
  server.get("/api/models", () => operations.models());
  server.get("/api/peers", () => operations.peers());
  server.get("/api/swarm", () => operations.swarm());
  server.get("/api/lessons", ({ query }) => operations.lessons(parse(lessonsQuery, query)));
  server.get("/api/lessons/search", ({ query }) => {
    const { q, limit: most } = parse(searchQuery, query);
    return operations.searchLessons(q, most);
  });
  server.get("/api/lessons/conflicts", ({ query }) => operations.conflicts(parse(conflictQuery, query)));
  server.get("/api/lessons/export", async (request, reply) => {
    const query = parse(exportQuery, request.query);
    await streamLines<ExportEvent>(request, reply, async (send, signal) => {
      const summary = await operations.exportLessons(query, (lesson) => send({ ...lesson, type: "lesson" }), { signal });
      await send({ ...summary, type: "summary" });
    });
  });
  server.get("/api/lessons/:id", ({ params }) => operations.lesson(parse(idParameter, params).id));
  server.get("/api/experiences", ({ query }) => operations.experiences(parse(listQuery, query)));
  server.get("/api/experiences/export", async (request, reply) => {
    parse(noRequest, request.query);
    await streamLines<ExperienceExportEvent>(request, reply, async (send, signal) => {
      const summary = await operations.exportExperiences((experience) => send({ type: "experience", experience }), { signal });
      await send({ ...summary, type: "summary" });
    });
  });
  server.get("/api/store/copy", (_, reply) => reply.type("application/octet-stream").send(Readable.from(operations.copyStore())));
  server.get("/api/experiences/:id", ({ params }) => operations.experience(parse(idParameter, params).id));

  server.post("/api/feedback", ({ body }) => operations.feedback(parse(feedbackRequest, body)));
  server.post("/api/recall", ({ body }) => operations.recall(parse(recallRequest, body)));
  server.post("/api/experiences", { bodyLimit: maxRecordingBytes }, ({ body }) => operations.record(parse(recordRequest, body)));
  server.post("/api/teach", ({ body }) => operations.teach(parse(teachRequest, body)));
  server.post("/api/invites", ({ body }) => operations.invite(parse(inviteRequest, body)));
  server.post("/api/invites/:id/revoke", ({ params, body }) => {
    parse(noRequest, body);
    return operations.revokeInvite(parse(idParameter, params).id);
  });
  server.post("/api/join", ({ body }) => operations.join(parse(joinRequest, body)));
  server.post("/api/lessons/import", { bodyLimit: maxImportBytes }, ({ body }) =>
    operations.importLessons(parse(importRequest, body)),
  );
  server.post("/api/lessons/:id/retract", ({ params, body }) =>
    operations.retract(parse(idParameter, params).id, parse(retractRequest, body)),
  );
  server.post("/api/lessons/:id/forget", ({ params, body }) => {
    parse(noRequest, body);
    return operations.forgetLesson(parse(idParameter, params).id);
  });
  server.post("/api/lessons/:id/pin", ({ params }) => operations.pinLesson(parse(idParameter, params).id));
  server.post("/api/lessons/:id/unpin", ({ params }) => operations.unpinLesson(parse(idParameter, params).id));
  server.post("/api/experiences/import", { bodyLimit: maxExperienceImportBytes }, ({ body }) =>
    operations.importExperiences(parse(experienceImportRequest, body)),
  );
  server.post("/api/experiences/:id/forget", ({ params, body }) => {
    parse(noRequest, body);
    return operations.forgetExperience(parse(idParameter, params).id);
  });
  server.post("/api/peers/:id/trust", ({ params, body }) =>
    operations.trustPeer(parse(idParameter, params).id, parse(trustRequest, body)),
  );
  server.post("/api/peers/:id/block", ({ params }) => operations.blockPeer(parse(idParameter, params).id));
  server.post("/api/peers/:id/allow", ({ params }) => operations.allowPeer(parse(idParameter, params).id));

  server.post("/api/swarm/members/:id/admit", ({ params, body }) =>
    operations.admitMember(parse(idParameter, params).id, parse(admitRequest, body)),
  );
  server.post("/api/swarm/members/:id/revoke", ({ params, body }) =>
    operations.revokeMember(parse(idParameter, params).id, parse(revokeRequest, body)),
  );

  server.post("/api/ask", async (request, reply) => {
    const asked = parse(askRequest, request.body);
    await streamLines<AskEvent>(request, reply, async (send, signal) => {
      const answer = await operations.ask(asked, (text) => void send({ type: "text", text }), { signal });
      await send({ type: "answer", ...answer });
    });
  });
  server.post("/api/practise", async (request, reply) => {
    const asked = parse(practiseRequest, request.body);
    await streamLines<PractiseEvent>(request, reply, async (send, signal) => {
      const summary = await operations.practise(asked, (task) => void send({ type: "task", ...task }), { signal });
      await send({ type: "summary", ...summary });
    });
  });
  server.post("/api/stop", (request, reply): Stopping => {
    parse(noRequest, request.body);
    reply.raw.once("finish", onStop);
    return { stopping: true };
  });
}
