/** Every request is served by a server of its own, without sessions: what a client is told depends on nothing but the node. */
import { type NodeMcpRequestHandler, toNodeHandler } from "@modelcontextprotocol/node";
import { createMcpHandler } from "@modelcontextprotocol/server";
import { maxRecordingBytes } from "../recording-limits.ts";
import type { McpComponents } from "./mcp-components.ts";
import { createMcpServer } from "./mcp-server.ts";

export interface HttpServing {
  readonly handle: NodeMcpRequestHandler;
  close(): Promise<void>;
}

export function serveMcpOverHttp(components: McpComponents, onError: (error: Error) => void): HttpServing {
  const handler = createMcpHandler(() => createMcpServer(components), {
    maxRequestBodySize: maxRecordingBytes,
    onerror: onError,
  });
  return {
    handle: toNodeHandler(handler, { maxRequestBodySize: maxRecordingBytes, onerror: onError }),
    close: () => handler.close(),
  };
}
