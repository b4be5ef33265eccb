/** The addresses that only the dashboard needs, and what of the node stands behind them. */
import type { FastifyInstance } from "fastify";
import type { Watching } from "../watching.ts";
import type { ExperiencesOfLesson, GrowthReport, HealthReport, SwarmMap } from "./dashboard-contract.ts";
import { idParameter, parse } from "./requests.ts";

export interface DashboardOperations extends Pick<Watching, "watch"> {
  swarmMap(): Promise<SwarmMap>;
  growth(): Promise<GrowthReport>;
  health(): Promise<HealthReport>;
  /** @throws LESSON_UNKNOWN, ID_AMBIGUOUS */
  experiencesOfLesson(lesson: string): Promise<ExperiencesOfLesson>;
}

export function addDashboardRoutes(server: FastifyInstance, operations: DashboardOperations): void {
  server.get("/api/swarm/map", () => operations.swarmMap());
  server.get("/api/growth", () => operations.growth());
  server.get("/api/health", () => operations.health());
  server.get("/api/lessons/:id/experiences", ({ params }) => operations.experiencesOfLesson(parse(idParameter, params).id));
}
