/** docs/openapi.json: the whole HTTP face of a node, from the schemas that check its requests, the types of its replies, and the table of addresses in docs/ARCHITECTURE.md. */
import { z } from "zod";
import { openAiStatuses } from "../../packages/node/src/openai/refusals.ts";
import { version } from "../../packages/node/src/version.ts";
import { contractSchemas, type JsonSchema } from "./contract-schemas.ts";
import { type DocumentedRoute, documentedRoutes } from "./http-routes.ts";

/** The whole file. Throws, as a bug, where an address of the table is not described or a type is not there. */
export function httpReference(architecture: string): string {
  const paths: Record<string, Record<string, object>> = {};
  for (const [route, purpose] of routesOf(architecture)) {
    const [method = "", path = ""] = route.split(" ");
    const documented = documentedRoutes[route] ?? mcpRoutes[route];
    if (documented === undefined) throw new Error(`${route} is to be described in scripts/reference/http-routes.ts`);
    const operation = "responses" in documented ? documented : operationOf(path, documented);
    const at = path.replace(/:(\w+)/g, "{$1}").replace("*", "{model}");
    paths[at] = { ...paths[at], [method.toLowerCase()]: { summary: plain(purpose), operationId: idOf(route), ...operation } };
  }
  const components = {
    securitySchemes: { token: { type: "http", scheme: "bearer", description: "The file `token` of the node's home." } },
    responses: refusalResponses,
    schemas: contractSchemas(typesIn({ paths, refusalResponses })),
  };
  return `${JSON.stringify({ openapi: "3.1.0", info, servers, security: [{ token: [] }], paths, components }, null, 1)}\n`;
}

const info = {
  title: "A Grapevine node",
  version,
  description:
    "What a node answers on the loopback address that `grapevine status` prints. Browsers come in by a link of `grapevine dashboard` instead of the token. " +
    "Written by `npx pnpm reference`: change the code, not this file.",
  license: { name: "Apache-2.0", identifier: "Apache-2.0" },
};

const place = "#/components/schemas/";

const servers = [
  { url: "http://127.0.0.1:{port}", variables: { port: { default: "11500", description: "`grapevine up --api PORT`" } } },
];

/** The rows `METHOD /path` of the page's table, with what they say. */
export function routesOf(architecture: string): [route: string, purpose: string][] {
  const rows = architecture.matchAll(/^\| `((?:GET|POST|DELETE) [^`]+)` +\| (.+?) +\|$/gm);
  return [...rows].map(([, route = "", purpose = ""]) => [route, purpose]);
}

function operationOf(path: string, route: DocumentedRoute): { responses: object } {
  const isOpenAi = path.startsWith("/v1/");
  const parameters = [...pathParameters(path), ...queryParameters(route.query)];
  return {
    ...(route.open && { security: [] }),
    ...(parameters.length > 0 && { parameters }),
    ...(route.body && {
      requestBody: { required: needsBody(route.body), content: { "application/json": { schema: requestSchema(route.body) } } },
    }),
    responses: {
      200: { description: "Done.", content: contentOf(route.gives) },
      ...(isOpenAi ? openAiRefusals : refusals(path, route)),
    },
  };
}

function pathParameters(path: string): object[] {
  const names = [...path.matchAll(/:(\w+)|(\*)/g)].map(([, name = "model"]) => name);
  return names.map((name) => ({
    name,
    in: "path",
    required: true,
    schema: { type: "string", minLength: 1, maxLength: 200 },
    ...(name === "id" && { description: "Whole, or enough of it to be the only one." }),
  }));
}

function queryParameters(query: z.ZodType | undefined): object[] {
  if (query === undefined) return [];
  const { properties = {}, required = [] } = z.toJSONSchema(query) as {
    properties?: Record<string, JsonSchema>;
    required?: string[];
  };
  return Object.entries(properties).map(([name, schema]) => ({ name, in: "query", required: required.includes(name), schema }));
}

function requestSchema(body: z.ZodType): JsonSchema {
  const { $schema: _, ...schema } = z.toJSONSchema(body, { io: "input", unrepresentable: "any" });
  return schema;
}

/** An absent body is read as an empty object. */
function needsBody(body: z.ZodType): boolean {
  return !body.safeParse({}).success;
}

function contentOf(gives: DocumentedRoute["gives"]): object {
  const media = Object.entries(gives).map(([type, name]) => [type, name === undefined ? {} : { schema: replySchema(name) }]);
  return Object.fromEntries(media) as object;
}

function replySchema(name: string): JsonSchema {
  if (name.endsWith("[]")) return { type: "array", items: replySchema(name.slice(0, -2)) };
  return { $ref: `${place}${name}` };
}

const meanings: Readonly<Record<number, string>> = {
  400: "The request is not as it must be, or what it asks for cannot be done; the error says why.",
  401: "Neither the node's token nor a session.",
  403: "The request names another host, or comes from a page of another origin.",
  404: "Something that the request names is not there.",
};

function refusals(path: string, { open, mayBeUnknown }: DocumentedRoute): object {
  const isNamed = mayBeUnknown === true || path.includes(":");
  const statuses = [400, ...(open ? [] : [401]), 403, ...(isNamed || open ? [404] : [])];
  return refusalsOf(statuses, "ErrorReply");
}

const openAiRefusals = refusalsOf(openAiStatuses, "OpenAiRefusal");

function refusalsOf(statuses: readonly number[], type: RefusalType): object {
  return Object.fromEntries(statuses.map((status) => [status, { $ref: `#/components/responses/${type}${status}` }]));
}

type RefusalType = "ErrorReply" | "OpenAiRefusal";

const refusalResponses: object = Object.fromEntries([
  ...Object.keys(meanings).map((status) => refusalResponse(Number(status), "ErrorReply")),
  ...openAiStatuses.map((status) => refusalResponse(status, "OpenAiRefusal")),
]);

function refusalResponse(status: number, type: RefusalType): [name: string, response: object] {
  const content = { "application/json": { schema: replySchema(type) } };
  return [`${type}${status}`, { description: meanings[status] ?? "Refused, or failed; the error says why.", content }];
}

/** The Model Context Protocol has a description of its own; here is its envelope. */
const envelope = { type: "object", required: ["jsonrpc"], properties: { jsonrpc: { const: "2.0" } } };
const rpc = { "application/json": { schema: envelope } };
/** What is no JSON at all is refused before the protocol sees it. */
const refusedRpc = { "application/json": { schema: { anyOf: [envelope, replySchema("ErrorReply")] } } };
const rpcRefusals = Object.fromEntries(
  [400, 404, 405, 406, 413, 415].map((status) => [
    status,
    { description: "Refused by the protocol's rules.", content: refusedRpc },
  ]),
);
const outOfReach = refusalsOf([401, 403], "ErrorReply");
const withoutSessions = { responses: { ...rpcRefusals, ...outOfReach } };
const mcpRoutes: Readonly<Record<string, { responses: object; requestBody?: object }>> = {
  "POST /mcp": {
    requestBody: { required: true, content: rpc },
    responses: {
      200: { description: "The reply.", content: { ...rpc, "text/event-stream": {} } },
      202: { description: "A notification was taken." },
      ...rpcRefusals,
      ...outOfReach,
    },
  },
  "GET /mcp": withoutSessions,
  "DELETE /mcp": withoutSessions,
};

/** The names of the types that the paths refer to. */
function typesIn(paths: object): ReadonlySet<string> {
  const references = JSON.stringify(paths).matchAll(/"#\/components\/schemas\/([^"]+)"/g);
  return new Set([...references].map(([, name = ""]) => name));
}

/** `POST /api/lessons/:id/pin` is `post-api-lessons-id-pin`. */
function idOf(route: string): string {
  return route
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/-$/, "");
}

function plain(markdown: string): string {
  return markdown.replaceAll("`", "");
}
