/** The addresses that only the dashboard needs, and what of the node stands behind them. */
import type { FastifyInstance } from "fastify";
import type { Watching } from "../watching.ts";
import type { SwarmMap } from "./dashboard-contract.ts";

export interface DashboardOperations extends Pick<Watching, "watch"> {
  swarmMap(): Promise<SwarmMap>;
}

export function addDashboardRoutes(server: FastifyInstance, operations: DashboardOperations): void {
  server.get("/api/swarm/map", () => operations.swarmMap());
}
