/** The control API from the other side: what the CLI, the launcher and tests use to talk to a running node. */
import { GrapevineError, messageOf } from "@grapevine/core";
import type { AskEvent, PractiseEvent } from "./control/agent-contract.ts";
import type { ErrorReply } from "./control/contract.ts";
import type { DashboardLink } from "./control/dashboard-contract.ts";
import type { ExperienceExportEvent, ExportEvent } from "./control/transfer-contract.ts";
import { nodeErrors } from "./errors.ts";
import { nodeNames, type Running, readRunning } from "./home.ts";
import type { CallOptions, NodeOperations } from "./operations.ts";

/** A running node, from another process. Every refusal of the node is thrown as the GrapevineError that it was. */
export interface ControlClient extends NodeOperations {
  readonly name: string;
  readonly api: string;
  /** An address that lets one browser in, once. */
  dashboardLink(options?: CallOptions): Promise<DashboardLink>;
  /** Resolves when the node has said that it stops; it is gone when its API no longer answers. */
  stop(options?: CallOptions): Promise<void>;
}

/** The nodes of a home that answer. */
export async function runningNodes(home: string): Promise<Running[]> {
  const found = await Promise.all((await nodeNames(home)).map((name) => readRunning(home, name)));
  const alive = await Promise.all(
    found.map(async (entry) => (entry !== undefined && (await answers(entry.running)) ? entry.running : undefined)),
  );
  return alive.filter((entry) => entry !== undefined);
}

/** @throws NODE_NOT_RUNNING, NODE_AMBIGUOUS */
export async function connectToNode(where: { home: string; node?: string }): Promise<ControlClient> {
  const candidates = await runningNodes(where.home);
  const named = where.node === undefined ? candidates : candidates.filter(({ name }) => name === where.node);
  const chosen = named[0];
  if (chosen === undefined) {
    const what = where.node === undefined ? "no node" : `no node named "${where.node}"`;
    throw nodeErrors.create("NODE_NOT_RUNNING", `${what} is running in ${where.home}`);
  }
  if (named.length > 1) {
    throw nodeErrors.create("NODE_AMBIGUOUS", `${named.map(({ name }) => name).join(", ")} run in ${where.home}`);
  }
  const entry = await readRunning(where.home, chosen.name);
  if (entry === undefined) throw nodeErrors.create("NODE_NOT_RUNNING", `${chosen.name} has just stopped`);
  return createControlClient(entry.running, entry.token);
}

/** A node that does not answer its open health address as itself is taken for dead: after a kill another may have its port. */
async function answers({ api, name, pid }: Running): Promise<boolean> {
  try {
    const health: unknown = await (await fetch(`${api}/healthz`, { signal: AbortSignal.timeout(3_000) })).json();
    return (
      typeof health === "object" &&
      health !== null &&
      "name" in health &&
      "pid" in health &&
      health.name === name &&
      health.pid === pid
    );
  } catch {
    return false; // nothing listens there any more: the answer is no
  }
}

export function createControlClient(node: Pick<Running, "name" | "api">, token: string): ControlClient {
  const send = (method: string, path: string, body: unknown, options?: CallOptions): Promise<Response> =>
    request(node, token, method, path, body, options);
  const get = async <T>(path: string, options?: CallOptions): Promise<T> =>
    (await send("GET", path, undefined, options)).json() as Promise<T>;
  const post = async <T>(path: string, body: unknown, options?: CallOptions): Promise<T> =>
    (await send("POST", path, body ?? {}, options)).json() as Promise<T>;
  const peer = (id: string, verb: string): string => `/api/peers/${encodeURIComponent(id)}/${verb}`;
  const member = (id: string, verb: string): string => `/api/swarm/members/${encodeURIComponent(id)}/${verb}`;
  return {
    name: node.name,
    api: node.api,
    status: (options) => get("/api/status", options),
    ask: async (question, onText, options) => {
      const { type: _, ...answer } = await last(
        await send("POST", "/api/ask", question, options),
        "answer",
        (event: AskEvent) => {
          if (event.type === "text") onText?.(event.text);
        },
      );
      return answer;
    },
    recall: (body, options) => post("/api/recall", body, options),
    record: (body, options) => post("/api/experiences", body, options),
    feedback: (body, options) => post("/api/feedback", body, options),
    teach: (body, options) => post("/api/teach", body, options),
    practise: async (body, onTask, options) =>
      await last(await send("POST", "/api/practise", body, options), "summary", (event: PractiseEvent) => {
        if (event.type === "task") onTask?.(event);
      }),
    lessons: (query, options) => get(`/api/lessons${search(query)}`, options),
    searchLessons: (q, limit, options) => get(`/api/lessons/search${search({ q, limit })}`, options),
    exportLessons: async (query, onLesson, options) => {
      const { type: _, ...summary } = await last(
        await send("GET", `/api/lessons/export${search({ ...query })}`, undefined, options),
        "summary",
        async (event: ExportEvent) => {
          if (event.type !== "lesson") return;
          const { type: _lesson, ...lesson } = event;
          await onLesson(lesson);
        },
      );
      return summary;
    },
    exportExperiences: async (onExperience, options) => {
      const { type: _, ...summary } = await last(
        await send("GET", "/api/experiences/export", undefined, options),
        "summary",
        async (event: ExperienceExportEvent) => {
          if (event.type === "experience") await onExperience(event.experience);
        },
      );
      return summary;
    },
    importExperiences: (body, options) => post("/api/experiences/import", body, options),
    importLessons: (body, options) => post("/api/lessons/import", body, options),
    copyStore: async function* (options) {
      const { body } = await send("GET", "/api/store/copy", undefined, options);
      try {
        for await (const piece of body ?? []) yield piece;
      } catch (error) {
        throw options?.signal?.aborted === true ? error : stopped(node.name, error);
      }
    },
    conflicts: (query, options) => get(`/api/lessons/conflicts${search({ ...query })}`, options),
    lesson: (id, options) => get(`/api/lessons/${encodeURIComponent(id)}`, options),
    retract: (id, body, options) => post(`/api/lessons/${encodeURIComponent(id)}/retract`, body, options),
    forgetLesson: (id, options) => post(`/api/lessons/${encodeURIComponent(id)}/forget`, undefined, options),
    pinLesson: (id, options) => post(`/api/lessons/${encodeURIComponent(id)}/pin`, undefined, options),
    unpinLesson: (id, options) => post(`/api/lessons/${encodeURIComponent(id)}/unpin`, undefined, options),
    experiences: (query, options) => get(`/api/experiences${search(query)}`, options),
    experience: (id, options) => get(`/api/experiences/${encodeURIComponent(id)}`, options),
    forgetExperience: (id, options) => post(`/api/experiences/${encodeURIComponent(id)}/forget`, undefined, options),
    peers: (options) => get("/api/peers", options),
    trustPeer: (id, body, options) => post(peer(id, "trust"), body, options),
    blockPeer: (id, options) => post(peer(id, "block"), undefined, options),
    allowPeer: (id, options) => post(peer(id, "allow"), undefined, options),
    invite: (body, options) => post("/api/invites", body, options),
    invites: (options) => get("/api/invites", options),
    revokeInvite: (id, options) => post(`/api/invites/${encodeURIComponent(id)}/revoke`, undefined, options),
    join: (body, options) => post("/api/join", body, options),
    swarm: (options) => get("/api/swarm", options),
    admitMember: (id, body, options) => post(member(id, "admit"), body, options),
    revokeMember: (id, body, options) => post(member(id, "revoke"), body, options),
    models: (options) => get("/api/models", options),
    dashboardLink: (options) => post("/api/session/links", undefined, options),
    stop: async (options) => {
      await post("/api/stop", undefined, options);
    },
  };
}

async function request(
  node: Pick<Running, "name" | "api">,
  token: string,
  method: string,
  path: string,
  body: unknown,
  options?: CallOptions,
): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(node.api + path, {
      method,
      headers: { authorization: `Bearer ${token}`, ...(body === undefined ? {} : { "content-type": "application/json" }) },
      body: body === undefined ? undefined : JSON.stringify(body),
      signal: options?.signal,
    });
  } catch (error) {
    throw options?.signal?.aborted === true ? error : stopped(node.name, error);
  }
  if (!response.ok) throw revive(await response.json());
  return response;
}

/** Reads JSON lines until the one of the final type, each when what was made of the one before is done. @throws the error that the node sent in the stream, NODE_STOPPED when it was cut */
async function last<Event extends { type: string }, Final extends Event["type"]>(
  response: Response,
  final: Final,
  onEvent: (event: Event) => void | Promise<void>,
): Promise<Extract<Event, { type: Final }>> {
  for await (const event of jsonLines<Event | ({ type: "error" } & ErrorReply)>(response)) {
    if (event.type === "error" && "error" in event) throw revive(event);
    if (event.type === final) return event as Extract<Event, { type: Final }>;
    await onEvent(event as Event);
  }
  throw stopped("the node", undefined);
}

async function* jsonLines<T>(response: Response): AsyncGenerator<T> {
  const decoder = new TextDecoder();
  let rest = "";
  try {
    for await (const chunk of response.body ?? []) {
      rest += decoder.decode(chunk, { stream: true });
      const lines = rest.split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) if (line !== "") yield JSON.parse(line) as T;
    }
  } catch (error) {
    throw error instanceof Error && error.name === "AbortError" ? error : stopped("the node", error);
  }
}

function stopped(name: string, cause: unknown): GrapevineError {
  const detail = cause === undefined ? "" : `: ${messageOf(cause)}`;
  return nodeErrors.create("NODE_STOPPED", `${name} does not answer any more${detail}`, { cause });
}

/** An error that crossed the API, as it was thrown on the other side. */
function revive(reply: unknown): GrapevineError {
  const { code, message, hint } = (reply as ErrorReply).error;
  return new GrapevineError(code, message, hint);
}

function search(query: Record<string, string | number | undefined> = {}): string {
  const given = new URLSearchParams();
  for (const [key, value] of Object.entries(query)) if (value !== undefined) given.set(key, String(value));
  return given.size === 0 ? "" : `?${given.toString()}`;
}
