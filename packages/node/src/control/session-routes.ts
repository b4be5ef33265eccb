/** How a browser is let in: a link for whoever holds the token, a session for whoever opens the link. */
import type { FastifyInstance, FastifyRequest } from "fastify";
import { z } from "zod";
import type { DashboardLink, SessionEnded, SessionReply, SessionRequest } from "./dashboard-contract.ts";
import { noRequest, parse } from "./requests.ts";
import type { Session, SessionBook } from "./sessions.ts";

/** What the body of a request for a session is checked by. */
export const sessionRequest: z.ZodType<SessionRequest> = z.strictObject({ code: z.string().min(1).max(100) });

/** The address at which a code is exchanged: it needs no token, nor a session. */
export const sessionRoute = "/api/session";
const proofHeader = "x-grapevine-session";

export function addSessionRoutes(server: FastifyInstance, sessions: SessionBook): void {
  server.post("/api/session/links", ({ body, headers }): DashboardLink => {
    parse(noRequest, body);
    return dashboardLink(`http://${headers.host}`, sessions);
  });
  server.post("/api/session", async ({ body, headers }, reply): Promise<SessionReply> => {
    const { cookie, proof } = sessions.open(parse(sessionRequest, body).code);
    reply.header("set-cookie", `${cookieName(headers.host)}=${cookie}; HttpOnly; SameSite=Strict; Path=/api`);
    reply.header("cache-control", "no-store");
    return { proof };
  });
  server.post("/api/session/end", ({ body, headers }, reply): SessionEnded => {
    parse(noRequest, body);
    const cookie = cookieOf(headers);
    if (cookie !== undefined) sessions.close(cookie);
    reply.header("set-cookie", `${cookieName(headers.host)}=; HttpOnly; SameSite=Strict; Path=/api; Max-Age=0`);
    return { ended: true };
  });
}

/** An address that lets one browser in, once. */
export function dashboardLink(api: string, sessions: SessionBook): DashboardLink {
  const { code, expiresAt } = sessions.createLink();
  return { url: `${api}/#${code}`, expiresAt };
}

/** What a browser shows of its session; undefined where it shows less than both halves. */
export function sessionOf({ headers }: FastifyRequest): Session | undefined {
  const cookie = cookieOf(headers);
  const proof = headers[proofHeader];
  return cookie === undefined || typeof proof !== "string" ? undefined : { cookie, proof };
}

function cookieOf({ cookie = "", host }: FastifyRequest["headers"]): string | undefined {
  const start = `${cookieName(host)}=`;
  const found = cookie.split("; ").find((pair) => pair.startsWith(start));
  return found === undefined ? undefined : found.slice(start.length);
}

/** Ports of one machine share their cookies: several nodes must not overwrite each other's. */
function cookieName(host = ""): string {
  return `grapevine-${host.split(":").at(-1)}`;
}
