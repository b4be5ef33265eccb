/** The files of the dashboard, which a node serves and does not know: whoever starts it brings them. */
import type { FastifyInstance, FastifyReply } from "fastify";
import { nodeErrors } from "../errors.ts";

export interface PageFile {
  /** Its media type. */
  readonly type: string;
  readonly body: Uint8Array;
  /** How the body is packed. Every browser that can show the page unpacks it. */
  readonly encoding: "gzip";
}

/** Whatever it takes to make the files happens when the first is asked for. */
export interface Page {
  /** Undefined where there is none of that path. `/` is the page itself; the names of all others change with what is in them. */
  file(path: string): Promise<PageFile | undefined>;
}

/** Nothing of another host, nothing inline, nothing that a lesson could bring along: what is shown is text or comes from these files. */
const policy: string = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "manifest-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join("; ");

export const pageHeaders: Readonly<Record<string, string>> = {
  "content-security-policy": policy,
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
};

/** Open addresses: there is nothing in these files that a reader of the program's source does not have. */
export const pageRoutes: readonly string[] = ["/", "/assets/:name"];

const yearS: number = 365 * 86_400;

export function addPage(server: FastifyInstance, page: Page | undefined): void {
  const send = async (path: string, caching: string, reply: FastifyReply): Promise<void> => {
    const file = await page?.file(path);
    if (file === undefined) throw nodeErrors.create("API_NOT_FOUND", `there is no page ${path.slice(0, 100)}`);
    const { type, encoding, body } = file;
    await reply
      .headers({ ...pageHeaders, "content-type": type, "content-encoding": encoding, "cache-control": caching })
      .send(body);
  };
  server.get("/", (_, reply) => send("/", "no-cache", reply));
  server.get("/assets/:name", ({ url }, reply) => send(url, `private, max-age=${yearS}, immutable`, reply));
}
