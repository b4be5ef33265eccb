/** Requests to the node. Every refusal of it is thrown as a `Refusal`, with its hint. */
import type { ErrorReply } from "@grapevine/node";
import { proof } from "./session.ts";

export class Refusal extends Error {
  readonly code: string;
  readonly hint: string;

  constructor({ error }: ErrorReply) {
    super(error.message);
    this.code = error.code;
    this.hint = error.hint;
  }
}

export async function get<Reply>(path: string): Promise<Reply> {
  return (await (await send(path, {})).json()) as Reply;
}

export async function post<Reply>(path: string, body: unknown = {}): Promise<Reply> {
  return (await (await sendBody(path, body)).json()) as Reply;
}

/** Calls `onLine` with each JSON line that the node sends until it has sent all. */
export async function postForLines<Line>(
  path: string,
  body: unknown,
  onLine: (line: Line) => void,
  signal: AbortSignal,
): Promise<void> {
  const { body: stream } = await sendBody(path, body, signal);
  if (stream === null) return;
  let rest = "";
  for await (const piece of stream.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + piece).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) if (line !== "") onLine(JSON.parse(line) as Line);
  }
}

/** @throws Refusal, and whatever fetch throws where the node is gone */
export async function send(path: string, init: RequestInit): Promise<Response> {
  const headers = new Headers(init.headers);
  headers.set("x-grapevine-session", proof());
  const response = await fetch(path, { ...init, headers });
  if (response.ok) return response;
  throw new Refusal((await response.json()) as ErrorReply);
}

async function sendBody(path: string, body: unknown, signal?: AbortSignal): Promise<Response> {
  const init: RequestInit = { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
  return await send(path, signal === undefined ? init : { ...init, signal });
}

/** What went wrong, in a sentence for people. */
export function wordsOf(error: unknown): string {
  if (error instanceof Refusal) return `${sentence(error.message)} ${error.hint}`;
  if (error instanceof TypeError) return "The node does not answer. Is it still running?";
  return error instanceof Error ? sentence(error.message) : String(error);
}

function sentence(text: string): string {
  const capital = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?]$/.test(capital) ? capital : `${capital}.`;
}
