/** docs/PROTOCOL.md says what the code does: names, figures, fields and verdicts, each in its table. */
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { limits } from "@grapevine/core";
import { describe, expect, it } from "vitest";
import { recordBodySchema } from "../packages/core/src/record-schema.ts";
import { parseInvite } from "../packages/network/src/invite.ts";
import * as networkLimits from "../packages/network/src/network-limits.ts";
import { verdicts } from "../packages/network/src/record-gate.ts";
import { topicOf } from "../packages/network/src/swarm-name.ts";
import { root } from "../scripts/checks/tree.ts";
import { protocolReference } from "../scripts/reference/protocol-reference.ts";

const page = read("docs/PROTOCOL.md");
const networkSources = globSync("packages/network/src/**/*.ts", { cwd: root }).map(read).join("\n");

it("has the limits and scores that `npx pnpm reference` writes", () => {
  expect(page).toBe(protocolReference(page));
});

it("names limits of the code, and all that a record is held to", () => {
  const known = new Set([...Object.keys(limits), ...Object.keys(networkLimits)]);
  const named = new Set([...page.matchAll(/`(max[A-Z]\w+|\w+Rate|\w+Ms)`/g)].map(([, name = ""]) => name));
  expect([...named].filter((name) => !known.has(name) && name !== "timeoutMs")).toEqual([]);
  expect([...named]).toEqual(expect.arrayContaining(Object.keys(limits)));
});

it("names the stream protocols that the code speaks", () => {
  const spoken = new Set([...networkSources.matchAll(/"(\/grapevine\/[\w/.-]+)"/g)].map(([, id]) => id));
  const stated = tables().flatMap(({ rows }) =>
    rows.flatMap(([first = ""]) => /^`(\/grapevine\/[^`]+)`$/.exec(first)?.[1] ?? []),
  );
  expect(spoken.size).toBeGreaterThan(2);
  expect(new Set(stated)).toEqual(spoken);
  expect(page).toContain(`\`${topicOf("SWARM")}\``);
});

describe("records", () => {
  const schemas = unionOptions(recordBodySchema);
  const common = new Map(fieldsOf(tableAfter("Of every record:")));

  it("are of the stated types", () => {
    const [, , stated = ""] = tableAfter("Of every record:").find(([field]) => field === "`type`") ?? [];
    expect([...stated.matchAll(/`(\w+)`/g)].map(([, type = ""]) => type).sort()).toEqual([...schemas.keys()].sort());
  });

  it.each([...schemas.keys()])("of the type %s have the stated fields", (type) => {
    const stated = new Map([...common, ...fieldsOf(tableAfter(`\n\`${type}\``))]);
    if (type === "membership") stated.delete("expiresAt"); // as the page says of it
    expect(Object.fromEntries(stated)).toEqual(Object.fromEntries(schemas.get(type) ?? []));
  });

  it("get the stated verdicts", () => {
    const rows = tableAfter("checks the same. _Ignore_ does not.");
    expect(Object.fromEntries(rows.map(([reason = "", verdict]) => [unquoted(reason), verdict]))).toEqual(verdicts);
  });
});

it("names the requests of a sync, the frames of ask, and the refusals that cross", () => {
  const literals = (file: string): string[] =>
    [...read(`packages/network/src/${file}`).matchAll(/type: z\.(?:literal\("(\w+)"\)|enum\(\[([^\]]*)\]\))/g)].flatMap(
      ([, one, several]) => one ?? [...(several ?? "").matchAll(/"(\w+)"/g)].map(([, each = ""]) => each),
    );
  const requests = literals("sync-protocol.ts");
  const frames = literals("ask-protocol.ts");
  const codes = [...read("packages/network/src/ask-refusal.ts").matchAll(/^ {2}\["([A-Z_]+)",/gm)].map(([, code = ""]) => code);
  expect(requests).toHaveLength(5);
  expect(frames.length).toBeGreaterThan(4);
  expect(tableAfter("digests bytewise).").map(([type = ""]) => unquoted(type))).toEqual(requests);
  for (const frame of frames) expect(page, frame).toContain(`\`${frame}\``);
  expect(tableAfter("The codes, and when they come:").map(([code = ""]) => unquoted(code))).toEqual(codes);
});

it("names the vectors that are there", () => {
  const { invite } = JSON.parse(read("test/fixtures/wire/v1/messages.json")) as { readonly invite: { readonly text: string } };
  expect(parseInvite(invite.text).swarm).toBe("home");
  expect(page).toContain(`\`${/^grapevine\d/.exec(invite.text)?.[0]}\``);
});

/** Tables with what stands before them. */
function tables(): { readonly at: number; readonly rows: string[][] }[] {
  return [...page.matchAll(/^\|.*\n\|[ :|-]+\n((?:\|.*\n)+)/gm)].map(({ index, 1: body = "" }) => ({
    at: index,
    rows: body
      .trim()
      .split("\n")
      .map((row) =>
        row
          .slice(1, -1)
          .split("|")
          .map((cell) => cell.trim()),
      ),
  }));
}

/** The rows of the first table behind a text, which has to be on the page. */
function tableAfter(text: string): string[][] {
  const from = page.indexOf(text);
  expect(from, `"${text}" is on the page`).not.toBe(-1);
  return tables().find(({ at }) => at > from)?.rows ?? [];
}

/** Name and whether it may be absent: those are in italics. */
function fieldsOf(rows: readonly (readonly string[])[]): [string, boolean][] {
  return rows.map(([cell = ""]) => [unquoted(cell.replaceAll("_", "")), cell.startsWith("_")]);
}

function unquoted(cell: string): string {
  return cell.replaceAll("`", "");
}

/** By type, the fields of a discriminated union's members, each with whether it may be absent. */
function unionOptions(schema: unknown): Map<string, [string, boolean][]> {
  const { options } = schema as { readonly options: readonly { readonly shape: Readonly<Record<string, Field>> }[] };
  return new Map(
    options.map(({ shape }) => [
      String(shape["type"]?.value),
      Object.entries(shape).map(([name, field]) => [name, field.safeParse(undefined).success]),
    ]),
  );
}

interface Field {
  /** Of a literal. */
  readonly value?: unknown;
  safeParse(value: unknown): { readonly success: boolean };
}

function read(file: string): string {
  return readFileSync(join(root, file), "utf8");
}
