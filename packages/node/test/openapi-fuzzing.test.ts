/**
 * A node under whatever docs/openapi.json allows and forbids, as schemathesis makes it up: no reply that is not described, none with 500 or above, none without a token.
 * Skipped where there is no schemathesis: `python3 -m venv FOLDER`, `FOLDER/bin/pip install schemathesis`, then GRAPEVINE_SCHEMATHESIS=FOLDER/bin/schemathesis, and
 * GRAPEVINE_SCHEMATHESIS_SECONDS where it is to take longer than a minute.
 */
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { describe, expect, it, onTestFinished } from "vitest";
import { embedded } from "./bench.ts";
import { serve } from "./serving.ts";

const schemathesis = process.env["GRAPEVINE_SCHEMATHESIS"] ?? "schemathesis";
const seconds = Number(process.env["GRAPEVINE_SCHEMATHESIS_SECONDS"] ?? 60);
const isThere = spawnSync(schemathesis, ["--version"]).status === 0;
const description = fileURLToPath(new URL("../../../docs/openapi.json", import.meta.url));

/** Not asked whether what fits the schema is taken: a well-formed invite may be nobody's. The API has its own reasons to refuse, and says them. */
const checks = [
  "not_a_server_error",
  "status_code_conformance",
  "content_type_conformance",
  "response_headers_conformance",
  "response_schema_conformance",
  "negative_data_rejection",
  "unsupported_method",
  "allow_header_conformance",
  "ignored_auth",
];

const page = {
  file: async (path: string) =>
    path === "/" ? { type: "text/html; charset=utf-8", encoding: "gzip" as const, body: gzipSync("<!doctype html>") } : undefined,
};

describe.skipIf(!isThere)("with schemathesis (skipped where it is not installed: set GRAPEVINE_SCHEMATHESIS)", () => {
  it("finds nothing undescribed, nothing broken and nothing open", { timeout: (seconds + 120) * 1000 }, async () => {
    const node = await serve({ reply: () => "Put oil on its hinges." }, page);
    await node.service.teach({ situation: "The door squeaks", guidance: "Put oil on its hinges" });
    await embedded(node);
    await node.service.ask({ question: "What do I do about the door that squeaks?" });
    const folder = await mkdtemp(join(tmpdir(), "grapevine-schemathesis-"));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    // The stream of events has no end by itself.
    const asked = ["run", description, "--url", node.url, "--exclude-path", "/api/live", "--checks", checks.join(",")];
    const limits = ["--max-time", String(seconds), "--request-timeout", "20", "--continue-on-failure", "--no-color"];
    const header = ["--header", `Authorization: Bearer ${node.token}`];
    const run = spawn(schemathesis, [...asked, ...limits, ...header], { cwd: folder, stdio: ["ignore", "pipe", "inherit"] });
    const [said, [code]] = await Promise.all([text(run.stdout), once(run, "exit") as Promise<[number]>]);
    expect(said).toMatch(/Selected: \d{2}/);
    expect(code, said).toBe(0);
  });
});
