/** docs/openapi.json is what the code says of a node's HTTP face, the whole of it. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { root } from "../scripts/checks/tree.ts";
import { httpReference, routesOf } from "../scripts/reference/http-reference.ts";
import { documentedRoutes } from "../scripts/reference/http-routes.ts";

const architecture = readFileSync(join(root, "docs/ARCHITECTURE.md"), "utf8");

describe("docs/openapi.json", () => {
  it("is what `npx pnpm reference` writes", () => {
    const written = readFileSync(join(root, "docs/openapi.json"), "utf8");
    // Not compared by the test runner: what differs in so long a text takes it minutes to show.
    expect(written === httpReference(architecture), "run `npx pnpm reference`").toBe(true);
  });

  it("describes no address that there is not", () => {
    const there = routesOf(architecture).map(([route]) => route);
    expect(Object.keys(documentedRoutes).filter((route) => !there.includes(route))).toEqual([]);
  });
});
