/** The Model Context Protocol on this process's stdin and stdout, for a node that runs in another. */
import { StdioServerTransport, serveStdio } from "@modelcontextprotocol/server/stdio";
import { connectToNode } from "../client.ts";
import { createMcpServer } from "./mcp-server.ts";

export interface StdioServingInit {
  readonly home: string;
  readonly node?: string;
  readonly signal: AbortSignal;
  /** Told what the client need not know; never written to stdout. */
  readonly onProblem: (problem: Error) => void;
}

/** Serves until the client closes its end, or the signal is given. */
export async function serveMcpOverStdio({ home, node, signal, onProblem }: StdioServingInit): Promise<void> {
  const where = node === undefined ? { home } : { home, node };
  const closed = Promise.withResolvers<void>();
  const transport = new StdioServerTransport();
  const server = serveStdio(() => createMcpServer({ operations: () => connectToNode(where) }), { transport, onerror: onProblem });
  process.stdin.once("close", closed.resolve);
  process.stdin.once("end", closed.resolve);
  signal.addEventListener("abort", () => closed.resolve(), { once: true });
  await closed.promise;
  await server.close();
}
