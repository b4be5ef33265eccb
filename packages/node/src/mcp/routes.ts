/** `/mcp`: the Model Context Protocol over HTTP, on the control API's port and with its token. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { Logger } from "pino";
import { maxRecordingBytes } from "../recording-limits.ts";
import type { HttpServing } from "./http-serving.ts";
import type { McpOperations } from "./mcp-components.ts";

export function addMcpRoutes(server: FastifyInstance, operations: McpOperations, log: Pick<Logger, "warn">): void {
  // Loaded with the first request: most nodes never see one.
  let serving: Promise<HttpServing> | undefined;
  const open = async (): Promise<HttpServing> => {
    const { serveMcpOverHttp } = await import("./http-serving.ts");
    return serveMcpOverHttp({ operations: async () => operations }, (error) =>
      log.warn({ err: error }, "a client of MCP was refused"),
    );
  };
  const handle = async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
    serving ??= open();
    const { handle: answer } = await serving;
    reply.hijack();
    await answer(request.raw, reply.raw, request.body);
  };
  server.post("/mcp", { bodyLimit: maxRecordingBytes }, handle);
  // No session to listen to or to end: the library says so.
  server.get("/mcp", handle);
  server.delete("/mcp", handle);
  server.addHook("onClose", async () => (await serving)?.close());
}
