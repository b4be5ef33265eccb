/**
 * A server that speaks OpenAI's API on loopback, with a model that can count, knows the alphabet and says meow: as weak as the contract of models allows for. It streams piece
 * by piece, honours stop texts, schemas and the closing of a connection, and counts tokens.
 */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setImmediate as turn } from "node:timers/promises";

export interface ToyServer {
  /** With `/v1` at its end. */
  readonly url: string;
  /** Every body that was sent to it, in order. */
  readonly requests: Record<string, unknown>[];
  /** What it answers instead of working: a status, or `cut` for a connection that is closed after two pieces. */
  fault: number | "cut" | undefined;
  close(): Promise<void>;
}

export interface ToyInit {
  readonly port?: number;
  /** Wants this tool used, whenever tools are offered. */
  readonly toolCall?: { readonly name: string; readonly arguments: string };
}

export const toyModel = "toy-1b";
export const toyContextTokens = 2_000;

interface Body {
  readonly model: string;
  readonly prompt?: string;
  readonly messages?: readonly { readonly role: string; readonly content: string | null }[];
  readonly max_tokens?: number;
  readonly stop?: readonly string[];
  readonly tools?: readonly unknown[];
  readonly response_format?: { readonly json_schema: { readonly schema: Schema } };
}

interface Schema {
  readonly type?: string;
  readonly enum?: readonly unknown[];
  readonly properties?: Readonly<Record<string, Schema>>;
}

export async function startToyServer({ port = 0, toolCall }: ToyInit = {}): Promise<ToyServer> {
  const requests: Record<string, unknown>[] = [];
  const toy: { fault: ToyServer["fault"] } = { fault: undefined };
  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => response.destroy(error as Error));
  });
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    if (typeof toy.fault === "number") return refuse(response, toy.fault, "the toy is broken");
    if (request.url === "/v1/models") {
      return sendJson(response, 200, {
        object: "list",
        data: [{ id: toyModel, object: "model", max_model_len: toyContextTokens }],
      });
    }
    const body = JSON.parse(await textOf(request)) as Body;
    requests.push({ ...body, key: request.headers.authorization });
    if (body.model !== toyModel) return refuse(response, 404, `there is no ${body.model}`);
    const prompt = body.prompt ?? (body.messages ?? []).map(({ role, content }) => `${role}: ${content}`).join("\n");
    const promptTokens = tokensOf(prompt).length;
    if (promptTokens > toyContextTokens) return refuse(response, 400, `the maximum context length is ${toyContextTokens} tokens`);
    response.writeHead(200, { "content-type": "text/event-stream" });
    const send = (event: object): boolean =>
      response.write(`data: ${JSON.stringify({ id: "t", created: 1, model: toyModel, ...event })}\n\n`);
    const isChat = body.prompt === undefined;
    if (toolCall !== undefined && body.tools !== undefined) {
      const half = Math.ceil(toolCall.arguments.length / 2);
      const call = (part: object): object => ({
        choices: [{ index: 0, delta: { tool_calls: [{ index: 0, ...part }] }, finish_reason: null }],
      });
      send(
        call({ id: "call_7", type: "function", function: { name: toolCall.name, arguments: toolCall.arguments.slice(0, half) } }),
      );
      send(call({ function: { arguments: toolCall.arguments.slice(half) } }));
      send({
        choices: [{ index: 0, delta: {}, finish_reason: "tool_calls" }],
        usage: { prompt_tokens: promptTokens, completion_tokens: 1 },
      });
      response.end("data: [DONE]\n\n");
      return;
    }
    const { tokens, finish } = said(body, prompt);
    for (const [position, token] of tokens.entries()) {
      await turn();
      if (response.destroyed) return;
      if (toy.fault === "cut" && position === 2) return void response.destroy();
      send({ choices: [{ index: 0, ...(isChat ? { delta: { content: token } } : { text: token }), finish_reason: null }] });
    }
    send({ choices: [{ index: 0, ...(isChat ? { delta: {} } : { text: "" }), finish_reason: finish }] });
    send({ choices: [], usage: { prompt_tokens: promptTokens, completion_tokens: tokens.length } });
    response.end("data: [DONE]\n\n");
  };
  await new Promise<void>((resolve, reject) => server.once("error", reject).listen(port, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    requests,
    get fault() {
      return toy.fault;
    },
    set fault(fault) {
      toy.fault = fault;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function said(body: Body, prompt: string): { tokens: string[]; finish: "stop" | "length" } {
  const schema = body.response_format?.json_schema.schema;
  const whole = schema === undefined ? continued(prompt) : JSON.stringify(valueFor(schema, prompt));
  const stops = (body.stop ?? []).map((text) => whole.indexOf(text)).filter((at) => at >= 0);
  const cut = stops.length > 0 ? whole.slice(0, Math.min(...stops)) : whole;
  const all = tokensOf(cut);
  const tokens = all.slice(0, body.max_tokens);
  const isWhole = tokens.length === all.length && (schema !== undefined || stops.length > 0);
  return { tokens, finish: isWhole ? "stop" : "length" };
}

/** What comes after the prompt: more numbers, more letters, or the noise of a cat. It never ends by itself. */
function continued(prompt: string): string {
  const number = /(\d+),\s*$/.exec(prompt)?.[1];
  if (number !== undefined) return Array.from({ length: 500 }, (_, at) => ` ${Number(number) + 1 + at},`).join("");
  const letter = /\b([a-z]),\s*$/.exec(prompt)?.[1];
  if (letter !== undefined)
    return ` ${"abcdefghijklmnopqrstuvwxyz"
      .split("")
      .filter((each) => each > letter)
      .join(", ")} ${"…".repeat(500)}`;
  return "Meow ".repeat(200);
}

/** Something that fits: of several values the one with which the prompt goes on, else the first. */
function valueFor(schema: Schema, prompt: string): unknown {
  const next = continued(prompt).trim();
  if (schema.enum !== undefined)
    return schema.enum.find((value) => typeof value === "string" && next.startsWith(value)) ?? schema.enum[0];
  if (schema.type === "boolean") return true;
  if (schema.type !== "object") return "meow";
  return Object.fromEntries(Object.entries(schema.properties ?? {}).map(([key, value]) => [key, valueFor(value, prompt)]));
}

function tokensOf(text: string): string[] {
  return text.match(/\s?[^\s,]{1,4}|\s|,/gu) ?? [];
}

async function textOf(request: IncomingMessage): Promise<string> {
  let text = "";
  for await (const chunk of request.setEncoding("utf8")) text += String(chunk);
  return text;
}

function refuse(response: ServerResponse, status: number, message: string): void {
  sendJson(response, status, { error: { message, type: "toy", param: null, code: null } });
}

function sendJson(response: ServerResponse, status: number, value: object): void {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(value));
}
