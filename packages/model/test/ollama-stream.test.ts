/** How a generation ends, as Ollama's server says it: against a server of our own that speaks its lines. */
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, it, onTestFinished } from "vitest";
import { openModel } from "../src/index.ts";

/** What follows on a line each when something is to be generated; `break` tears the connection. */
async function serverThatSays(lines: readonly (object | "break")[]): Promise<string> {
  const server = createServer((request, response) => {
    request.resume().on("end", () => {
      if (request.url === "/api/show") {
        const shown = {
          capabilities: ["completion", "tools"],
          template: "{{ .Messages }}",
          model_info: {},
          details: { parameter_size: "7B" },
        };
        return response.end(JSON.stringify(shown));
      }
      for (const line of lines) {
        if (line === "break") return response.destroy();
        response.write(`${JSON.stringify(line)}\n`);
      }
      return response.end();
    });
  }).listen(0, "127.0.0.1");
  onTestFinished(() => void server.close());
  await once(server, "listening");
  return `ollama:any@http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const piece = (response: string): object => ({ response, done: false });

it("ends with what was written where the server gives up on a model that repeats itself", async () => {
  const model = await openModel(await serverThatSays([piece("no"), piece(" no"), piece(" no")]));
  const heard: string[] = [];
  expect(await model.generate({ prompt: "Say no", maxTokens: 40, onText: (text) => heard.push(text) })).toEqual({
    text: "no no no",
    ended: "length",
    promptTokens: 0,
    generatedTokens: 3,
  });
  expect(heard).toEqual(["no", " no", " no"]);
  await model.close();
});

it("takes JSON for whole that only white space was to follow", async () => {
  const model = await openModel(await serverThatSays([piece('{"a": 1}'), piece(" ".repeat(30))]));
  const format = { schema: { type: "object" } };
  expect(await model.generate({ prompt: "A one", maxTokens: 40, format })).toMatchObject({ ended: "stop" });
  await model.close();
});

it("keeps the calls of tools that came before the server gave up", async () => {
  const call = { function: { name: "look", arguments: { at: "hinges" } } };
  const said = { message: { role: "assistant", content: "", tool_calls: [call] }, done: false };
  const model = await openModel(await serverThatSays([said]));
  const prompt = [{ role: "user" as const, content: "Why?" }];
  expect(await model.generate({ prompt, maxTokens: 40, tools: [{ name: "look" }] })).toMatchObject({
    text: "",
    toolCalls: [{ name: "look", arguments: '{"at":"hinges"}' }],
  });
  await model.close();
});

it.each([
  ["breaks off", [piece("no"), "break"] as const],
  ["gives up before anything was written", []],
])("fails where the server %s", async (_, lines) => {
  const model = await openModel(await serverThatSays(lines));
  await expect(model.generate({ prompt: "Say no", maxTokens: 40 })).rejects.toMatchObject({
    code: expect.stringMatching(/^MODEL_/),
  });
  await model.close();
});
