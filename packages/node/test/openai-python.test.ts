/**
 * The endpoint as OpenAI's own client for Python sees it, unchanged. Skipped where no Python with it is found: `python3 -m venv FOLDER`, `FOLDER/bin/pip install
 * openai`, then GRAPEVINE_PYTHON=FOLDER/bin/python.
 */
import { execFile, spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { embedded } from "./bench.ts";
import { serve } from "./serving.ts";

const python = process.env["GRAPEVINE_PYTHON"] ?? "python3";
const isThere = spawnSync(python, ["-c", "import openai"]).status === 0;

describe.skipIf(!isThere)("with the openai package for Python (skipped where it is not installed: set GRAPEVINE_PYTHON)", () => {
  it("answers, streams, calls tools, lists, embeds and refuses", async () => {
    const call = { id: "call_1", name: "look", arguments: "{}" };
    const node = await serve({ reply: ({ tools }) => (tools === undefined ? "Put oil on its hinges." : { toolCalls: [call] }) });
    const { id } = await node.service.teach({ situation: "The door squeaks", guidance: "Put oil on its hinges" });
    await embedded(node);
    const script = fileURLToPath(new URL("openai_client.py", import.meta.url));
    const env = { ...process.env, OPENAI_BASE_URL: `${node.url}/v1`, OPENAI_API_KEY: node.token };
    const { stdout } = await promisify(execFile)(python, [script], { env });
    const seen = JSON.parse(stdout) as Record<string, unknown>;
    expect(seen).toMatchObject({
      answer: "Put oil on its hinges.",
      header: id,
      lessons: [id],
      final: "Put oil on its hinges.",
      call: ["tool_calls", "look"],
      models: ["grapevine", "grapevine:off"],
      dimensions: node.embedder.dimensions,
      refusal: "model_not_found",
    });
    expect((seen["pieces"] as string[]).length).toBeGreaterThan(2);
    expect(seen["tokens"]).toBeGreaterThan(10);
  });
});
