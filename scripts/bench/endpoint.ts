/**
 * What the endpoint for OpenAI's clients adds to the first token, and what recall takes. The model's server is one on loopback that speaks Ollama's API and answers at
 * once, so that nothing but the way is measured: asked directly, and through a node of 10,000 lessons without recall. Beside recall, with questions never asked before:
 * the embedding of such a question alone, in this process. What recall takes is the embedding, and that grows with the question: once with questions as people ask them, of nine words in the
 * middle, and once with some seventy tokens.
 */
import { once } from "node:events";
import { readFile, rm } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import type { Embedder } from "@grapevine/core";
import { openEmbedder } from "@grapevine/model";
import { type ControlClient, connectToNode } from "@grapevine/node";
import { readLookAlikes } from "../../packages/eval/src/look-alikes.ts";
import { benchLesson, copiedHome, nodeName } from "./data.ts";
import { benchErrors } from "./errors.ts";
import { type Bench, elapsedMs, type Figure, type FigureInit, figure, interleaved, type Pair } from "./measure.ts";
import { end, grapevine, serve } from "./processes.ts";

const lessonsHeld = 10_000;
const warmUps = 20;
const rounds = 100;
/** What the stand-in says. */
const word = "meow";

export const endpoint: Bench = {
  name: "endpoint",
  summary: "what /v1 adds to the first token beside recall, and recall with the packaged embedder, p50",
  measure: async ({ say }) => {
    const model = await startModelServer();
    const folder = await copiedHome(lessonsHeld, say);
    const modelUrl = `http://127.0.0.1:${(model.address() as AddressInfo).port}`;
    const words = ["up", "--json", "--home", folder, "--name", nodeName, "--listen", "/ip4/127.0.0.1/tcp/0", "--idle", "0"];
    const node = await serve([...grapevine, ...words, "--model", `ollama:toy@${modelUrl}`]);
    try {
      const token = (await readFile(join(folder, nodeName, "token"), "utf8")).trim();
      const client = await connectToNode({ home: folder });
      const embedder = await openEmbedder();
      const asked = await askedQuestions();
      const figures = [
        await firstToken(modelUrl, client.api, token),
        await recalling(client, embedder, {
          name: "endpoint-recall",
          question: (round) => asked[round % asked.length] ?? "",
          bar: { of: "value", most: 40 },
        }),
        await recalling(client, embedder, {
          name: "endpoint-recall-long",
          question: longQuestion,
          bar: { of: "ratio", most: 1.25 },
        }),
      ];
      await embedder.close();
      return figures;
    } finally {
      await end(node);
      model.closeAllConnections();
      model.close();
      await rm(folder, { recursive: true, force: true });
    }
  },
};

async function firstToken(modelUrl: string, api: string, token: string): Promise<Figure> {
  const messages = [{ role: "user", content: "What does a cat say?" }];
  const ours = (): Promise<number> =>
    elapsedMs(() => untilWord(`${api}/v1/chat/completions`, { model: "grapevine:off", messages, stream: true }, token));
  const bare = (): Promise<number> =>
    elapsedMs(() => untilWord(`${modelUrl}/api/chat`, { model: "toy", messages, stream: true }));
  await interleaved(warmUps, ours, bare);
  const { value, reference } = await interleaved(rounds, ours, bare);
  const measured: Pair = { value: value - reference, reference };
  const bar = { of: "value", most: 15 } as const;
  return figure({ name: "endpoint", unit: "ms", measured, referenceName: "the model's server itself", bar });
}

interface Recalling extends Pick<FigureInit, "name" | "bar"> {
  /** Another one each round. */
  readonly question: (round: number) => string;
}

async function recalling(client: ControlClient, embedder: Embedder, { name, question, bar }: Recalling): Promise<Figure> {
  const ours = (round: number): Promise<number> => elapsedMs(() => client.recall({ text: question(round) }));
  const embedding = (round: number): Promise<number> => elapsedMs(() => embedder.embed([question(round)]));
  await interleaved(
    warmUps,
    (round) => ours(round + rounds),
    (round) => embedding(round + rounds),
  );
  const measured = await interleaved(rounds, ours, embedding);
  return figure({ name, unit: "ms", measured, referenceName: "embedding the question", bar });
}

/** In everyday words, each once, mixed: neighbours in the file differ in a word. @throws EVAL_DATASET_UNREADABLE */
async function askedQuestions(): Promise<string[]> {
  const lines = await readLookAlikes();
  const all = lines.flatMap((line) => ("same" in line ? [line.question, ...line.same] : [line.question]));
  return all.map((_, index) => all[(index * stride) % all.length] ?? "");
}

/** Prime, so that every question comes once. */
const stride = 101;

/** Made-up words, four or five tokens each. */
function longQuestion(round: number): string {
  return `How do I ${benchLesson(round * 37).body.situation.slice(5)}?`;
}

/** Resolves when the first word of a streamed answer is here, and hangs up. @throws BENCH_FAILED */
async function untilWord(url: string, body: object, token?: string): Promise<void> {
  const hangUp = new AbortController();
  const headers = { "content-type": "application/json", ...(token !== undefined && { authorization: `Bearer ${token}` }) };
  const { body: stream } = await fetch(url, { method: "POST", headers, body: JSON.stringify(body), signal: hangUp.signal });
  const decoder = new TextDecoder();
  let text = "";
  for await (const chunk of stream ?? []) {
    text += decoder.decode(chunk as Uint8Array, { stream: true });
    if (text.includes(word)) {
      return; // the rest is read by nobody; leaving the loop closes the stream
    }
  }
  throw benchErrors.create("BENCH_FAILED", `${url} did not say ${word}: ${text.slice(0, 200)}`);
}

/** Speaks as much of Ollama's API as a chat needs. */
async function startModelServer(): Promise<Server> {
  const facts = {
    template: "{{ range .Messages }}{{ .Content }}{{ end }}",
    capabilities: ["completion"],
    model_info: { "general.architecture": "toy", "general.parameter_count": 1e9, "toy.context_length": 4096 },
  };
  const piece = (content: string, more: object): string =>
    `${JSON.stringify({ message: { role: "assistant", content }, ...more })}\n`;
  const server = createServer((request, response) => {
    request.resume();
    request.once("end", () => {
      if (request.url === "/api/show") return void response.end(JSON.stringify(facts));
      response.writeHead(200, { "content-type": "application/x-ndjson" });
      response.write(piece(word, { done: false }));
      response.end(piece("", { done: true, done_reason: "stop", prompt_eval_count: 8, eval_count: 1 }));
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return server;
}
