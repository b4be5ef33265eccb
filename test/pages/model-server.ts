/** A server on loopback that speaks as much of Ollama's API as a node needs, and gives one answer to everything at once. */
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";

const model = "qwen2.5-coder:1.5b";
const answer = "Use stash peek tin --by size";

const facts = {
  template: "{{ range .Messages }}{{ .Content }}{{ end }}",
  capabilities: ["completion"],
  details: { family: "toy", parameter_size: "1.5B" },
  model_info: { "general.architecture": "toy", "general.parameter_count": 1.5e9, "toy.context_length": 4096 },
};

export interface ModelServer {
  /** As OLLAMA_HOST has it. */
  readonly host: string;
  close(): void;
}

export async function startModelServer(): Promise<ModelServer> {
  const server: Server = createServer((request, response) => {
    request.resume();
    request.once("end", () => response.end(replyTo(request.url ?? "")));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return { host: `127.0.0.1:${port}`, close: () => server.close().closeAllConnections() };
}

function replyTo(path: string): string {
  if (path === "/api/tags") return JSON.stringify({ models: [{ name: model, model, size: 1e9, details: facts.details }] });
  if (path === "/api/show") return JSON.stringify(facts);
  const piece = (content: string, more: object): string =>
    `${JSON.stringify({ message: { role: "assistant", content }, response: content, ...more })}\n`;
  return piece(answer, { done: false }) + piece("", { done: true, done_reason: "stop", prompt_eval_count: 8, eval_count: 8 });
}
