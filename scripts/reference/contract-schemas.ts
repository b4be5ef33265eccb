/** The types that the node's replies have in the code, as JSON schemas with their comments. */
import { join } from "node:path";
import { createGenerator } from "ts-json-schema-generator";
import { root } from "../checks/tree.ts";

/** As far as this program looks into one. */
export interface JsonSchema {
  readonly [keyword: string]: unknown;
}

/** Where the types stand. A program of these files alone is read in a second or two, the whole repository in half a minute. */
const sources =
  "packages/node/src/{control/*contract,openai/chat-reply,openai/embeddings,openai/refusals,openai/served-models}.ts";

/** The named types, and what they refer to, by name; references point into `#/components/schemas/`. Throws, as a bug, where there is no such type. */
export function contractSchemas(names: Iterable<string>): Readonly<Record<string, JsonSchema>> {
  const generator = createGenerator({
    path: join(root, sources),
    tsconfig: join(root, "scripts/tsconfig.json"),
    jsDoc: "extended",
    // Fields may be added to every reply.
    additionalProperties: true,
    // The code is held to its types elsewhere, by the compiler that it is written for.
    skipTypeCheck: true,
    sortProps: false,
  });
  const definitions: Record<string, unknown> = {};
  for (const name of names) Object.assign(definitions, generator.createSchema(name).definitions);
  return JSON.parse(JSON.stringify(definitions).replaceAll("#/definitions/", "#/components/schemas/")) as Record<
    string,
    JsonSchema
  >;
}
