/** Which methods an address takes: whoever comes with another is told so, rather than that there is no such address. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { nodeErrors } from "../errors.ts";

export type Refuse = (request: FastifyRequest, reply: FastifyReply) => never;

/** What becomes of a request that no route takes. To be made before the routes are added, which it watches. */
export function refuseUnrouted(server: FastifyInstance): Refuse {
  const routes: { readonly path: string; readonly pattern: RegExp; readonly methods: readonly string[] }[] = [];
  server.addHook("onRoute", ({ url: path, method }) => {
    routes.push({ path, pattern: patternOf(path), methods: [method].flat() });
  });
  return ({ method, url }, reply) => {
    const [asked = ""] = url.split("?");
    const exact = routes.filter(({ path }) => path === asked);
    const taking = exact.length > 0 ? exact : routes.filter(({ pattern }) => pattern.test(asked));
    if (taking.length === 0) throw nodeErrors.create("API_NOT_FOUND", `there is no ${method} ${url.slice(0, 100)}`);
    const allowed = [...new Set(taking.flatMap(({ methods }) => methods))].sort().join(", ");
    void reply.header("allow", allowed);
    throw nodeErrors.create("API_METHOD_REFUSED", `${asked.slice(0, 100)} takes ${allowed}, and no ${method}`);
  };
}

/** `:name` is a part of the address, `*` whatever follows; nothing else has a meaning of its own in the addresses here. */
function patternOf(path: string): RegExp {
  const pattern = path.replace(/:\w+|\*|[.+?^${}()|[\]\\]/g, (found) => {
    if (found === "*") return ".*";
    return found.startsWith(":") ? "[^/]+" : `\\${found}`;
  });
  return new RegExp(`^${pattern}$`);
}
