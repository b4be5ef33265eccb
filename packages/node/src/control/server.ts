/**
 * The control API: HTTP on loopback for whoever holds the token.
 *
 * It guarantees that a request is answered only when it names this host (no DNS rebinding), comes from no foreign page, and carries the token or a session that was
 * opened by whoever holds it; that every refusal is `{error: {code, message, hint}}`; and that a caller who hangs up stops the work that was done for them.
 */
import { timingSafeEqual } from "node:crypto";
import type { AddressInfo } from "node:net";
import { type Clock, type GrapevineError, messageOf } from "@grapevine/core";
import fastify, { type FastifyInstance, type FastifyReply } from "fastify";
import type { Logger } from "pino";
import { nodeErrors } from "../errors.ts";
import { addMcpRoutes } from "../mcp/routes.ts";
import type { MetricsPage } from "../metrics/metrics-page.ts";
import { addOpenAiRoutes, type OpenAiComponents } from "../openai/routes.ts";
import type { Alive } from "./contract.ts";
import type { DashboardLink } from "./dashboard-contract.ts";
import { addDashboardRoutes, type DashboardOperations } from "./dashboard-routes.ts";
import { maxBodyBytes, named } from "./failures.ts";
import { addLiveRoutes } from "./live-routes.ts";
import { refuseUnrouted } from "./methods.ts";
import { addPage, type Page, pageRoutes } from "./page.ts";
import { addRoutes, type RouteComponents } from "./routes.ts";
import { addSessionRoutes, dashboardLink, sessionOf, sessionRoute } from "./session-routes.ts";
import { SessionBook } from "./sessions.ts";

export interface ControlServerInit {
  /** The node's name: a caller can tell by it, and by the process id, whose API answers. */
  readonly name: string;
  /** 0 for any free port. */
  readonly port: number;
  readonly token: string;
}

export interface ControlServerComponents extends RouteComponents {
  readonly openAi: OpenAiComponents;
  readonly metrics: () => Promise<MetricsPage>;
  readonly log: Logger;
  readonly clock: Clock;
  readonly dashboard: DashboardOperations;
  /** What is served to browsers. Absent: nothing. */
  readonly page?: Page | undefined;
}

export interface ControlServer {
  readonly url: string;
  /** An address that lets one browser in, once. */
  dashboardLink(): DashboardLink;
  close(): Promise<void>;
}

/** Of a part of the address as it is sent, percent signs included: three times what `idParameter` takes, which then names what is wrong. */
const maxParameterLength = 600;
const requestIdHeader = "x-request-id";
/** Loopback alone: the API of a node is for programs on its own machine. */
const host = "127.0.0.1";
/** @throws API_PORT_IN_USE */
export async function startControlServer(init: ControlServerInit, components: ControlServerComponents): Promise<ControlServer> {
  const server = fastify({
    bodyLimit: maxBodyBytes,
    forceCloseConnections: true,
    schemaController: withoutSchemas,
    routerOptions: { maxParamLength: maxParameterLength },
    // Addresses that the router itself cannot read, before any hook.
    frameworkErrors: (error, request, reply) => sendError(reply, named(error, request.url), components.log),
  });
  const sessions = new SessionBook(components.clock);
  guard(server, { token: init.token, sessions });
  const refuse = refuseUnrouted(server);
  // Before a body is looked for that nobody would read.
  server.addHook("onRequest", async (request, reply) => {
    if (request.is404) refuse(request, reply);
  });
  server.setErrorHandler((error, request, reply) => {
    sendError(reply, named(error, request.url), components.log);
  });
  server.setNotFoundHandler(refuse);
  logRequests(server, components.log);
  server.get("/healthz", (): Alive => ({ ok: true, name: init.name, pid: process.pid }));
  addRoutes(server, components);
  server.get("/metrics", async (_, reply) => {
    const { contentType, text } = await components.metrics();
    return reply.type(contentType).send(text);
  });
  addSessionRoutes(server, sessions);
  addDashboardRoutes(server, components.dashboard);
  addLiveRoutes(server, components.dashboard);
  addPage(server, components.page);
  addMcpRoutes(server, components.operations, components.log);
  addOpenAiRoutes(server, components.openAi, { log: components.log, refuse });
  try {
    await server.listen({ host, port: init.port });
  } catch (error) {
    throw nodeErrors.create("API_PORT_IN_USE", `port ${init.port} on ${host} cannot be used: ${messageOf(error)}`, {
      cause: error,
    });
  }
  const { port } = server.server.address() as AddressInfo;
  const url = `http://${host}:${port}`;
  return { url, dashboardLink: () => dashboardLink(url, sessions), close: () => server.close() };
}

/** What needs neither token nor session: it gives nothing away, or takes the code of a link instead. */
const openRoutes: readonly (string | undefined)[] = ["/healthz", sessionRoute, ...pageRoutes];

function guard(server: FastifyInstance, { token, sessions }: { token: string; sessions: SessionBook }): void {
  const expected = Buffer.from(`Bearer ${token}`);
  server.addHook("onRequest", async (request) => {
    const address = server.server.address() as AddressInfo;
    const hosts = [host, "localhost", "[::1]"].map((name) => `${name}:${address.port}`);
    if (!hosts.includes(request.headers.host ?? "")) {
      throw nodeErrors.create("API_FORBIDDEN", "the request names another host");
    }
    const { origin } = request.headers;
    if (origin !== undefined && !hosts.some((name) => origin === `http://${name}`)) {
      throw nodeErrors.create("API_FORBIDDEN", "the request comes from another origin");
    }
    if (openRoutes.includes(request.routeOptions.url)) return;
    const session = sessionOf(request);
    if (session !== undefined && sessions.isOpen(session)) return;
    const given = Buffer.from(request.headers.authorization ?? "");
    if (given.length !== expected.length || !timingSafeEqual(given, expected)) {
      throw nodeErrors.create("API_UNAUTHORISED", "the request carries no valid token");
    }
  });
}

/** Each reply names its request, and so does what is logged of it. Of the address the route alone: what follows it may be somebody's words. */
function logRequests(server: FastifyInstance, log: Logger): void {
  server.addHook("onRequest", async (request, reply) => {
    void reply.header(requestIdHeader, request.id);
  });
  server.addHook("onResponse", async (request, reply) => {
    const { url: route } = request.routeOptions;
    const facts = { request: request.id, method: request.method, route, status: reply.statusCode };
    log.debug({ ...facts, ms: Math.round(reply.elapsedTime) }, "answered a request");
  });
}

function sendError(reply: FastifyReply, error: GrapevineError, log: Logger): void {
  const status = statusOf(error.code);
  if (status === 500) log.error({ err: error, request: reply.request.id }, "a request failed unexpectedly");
  void reply.status(status).send(error.toJSON());
}

function statusOf(code: string): number {
  if (code === "API_UNAUTHORISED") return 401;
  if (code === "API_FORBIDDEN") return 403;
  if (code === "API_NOT_FOUND" || code.endsWith("_UNKNOWN")) return 404;
  if (code === "API_METHOD_REFUSED") return 405;
  if (code === "INTERNAL") return 500;
  return 400;
}

/**
 * Requests are checked by zod (`requests.ts`), and no route has a schema of fastify's own: loading its compilers would take a fifth of the time that an empty node
 * needs to start. A route that gets one all the same fails at once.
 */
const withoutSchemas = {
  compilersFactory: {
    buildValidator: () => refuseSchema,
    buildSerializer: () => refuseSchema,
  },
};

function refuseSchema(): never {
  throw new Error("routes of the control API have no fastify schemas: check requests in requests.ts");
}
