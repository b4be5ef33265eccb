/** Which model is opened, and what is said when none can be; against servers of our own that are not Ollama, or not well. */
import { once } from "node:events";
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { listModels, openEmbedder, openModel } from "../src/index.ts";
import { temporaryFolder } from "./temporary-folder.ts";

const lockFolder = await temporaryFolder();
/** The discard port: nobody listens on it. */
const nobody = "127.0.0.1:9";
const servers: Server[] = [];

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, "127.0.0.1");
  servers.push(server);
  await once(server, "listening");
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** An Ollama server with the given models, as far as choosing one goes. */
function ollamaWith(
  models: Readonly<
    Record<string, { readonly bytes: number; readonly capabilities: readonly string[]; readonly context?: number }>
  >,
): RequestListener {
  return (request, response) => {
    let body = "";
    request.on("data", (chunk) => {
      body += chunk;
    });
    request.on("end", () => {
      response.setHeader("content-type", "application/json");
      if (request.url === "/api/tags") {
        const listed = Object.entries(models).map(([name, { bytes }]) => ({
          name,
          size: bytes,
          digest: name,
          details: { parameter_size: "1B" },
        }));
        return response.end(JSON.stringify({ models: listed }));
      }
      const { model } = JSON.parse(body) as { model: string };
      const found = models[model];
      if (found === undefined) return response.writeHead(404).end(JSON.stringify({ error: `model '${model}' not found` }));
      const model_info = {
        "general.architecture": "test",
        "general.parameter_count": 1e9,
        "test.context_length": found.context ?? 1000,
      };
      return response.end(JSON.stringify({ template: "{{ .Messages }}", model_info, capabilities: found.capabilities }));
    });
  };
}

afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

describe("auto", () => {
  const gigabyte = 1e9;

  it("takes the largest model that generates and is not too large", async () => {
    const host = await serve(
      ollamaWith({
        huge: { bytes: 40 * gigabyte, capabilities: ["completion"] },
        embeds: { bytes: 5 * gigabyte, capabilities: ["embedding"] },
        small: { bytes: gigabyte, capabilities: ["completion"] },
        good: { bytes: 4 * gigabyte, capabilities: ["completion", "tools"] },
        twin: { bytes: 4 * gigabyte, capabilities: ["completion"] },
      }),
    );
    const model = await openModel("auto", { ollamaHost: host, lockFolder });
    expect({ id: model.id, promptForm: model.promptForm, contextTokens: model.contextTokens }).toEqual({
      id: "ollama:good",
      promptForm: "chat",
      contextTokens: 1000,
    });
  });

  it("takes the smallest where all are too large", async () => {
    const bytes = (gigabytes: number): { bytes: number; capabilities: string[] } => ({
      bytes: gigabytes * gigabyte,
      capabilities: ["completion"],
    });
    const host = await serve(ollamaWith({ huge: bytes(70), large: bytes(20) }));
    expect((await openModel("auto", { ollamaHost: host })).id).toBe("ollama:large");
  });

  it("takes the packaged model, and soon, where no server answers, or none that is Ollama, or one without models", async () => {
    const silent = await serve(() => undefined);
    const strange = await serve((_, response) => response.writeHead(500).end("<html>"));
    const empty = await serve(ollamaWith({}));
    const other = await serve((_, response) => response.end("<html>"));
    for (const ollamaHost of [nobody, silent, strange, other, empty]) {
      const logged: string[] = [];
      const begin = performance.now();
      const model = await openModel("auto", { ollamaHost, lockFolder, log: (message) => logged.push(message) });
      expect(performance.now() - begin).toBeLessThan(4000);
      expect(model.id).toBe("embedded");
      expect(logged.join()).toMatch(/packaged/);
    }
  });
});

describe("a model on Ollama that cannot be had", () => {
  it("is one error that says what to run", async () => {
    const host = await serve(ollamaWith({ embeds: { bytes: 1, capabilities: ["embedding"] } }));
    await expect(openModel("ollama:any", { ollamaHost: nobody })).rejects.toMatchObject({
      code: "MODEL_SERVER_UNREACHABLE",
      message: expect.stringContaining(nobody),
      hint: expect.stringContaining("ollama serve"),
    });
    await expect(openModel("ollama:absent:1b", { ollamaHost: host })).rejects.toMatchObject({
      code: "MODEL_MISSING",
      hint: expect.stringContaining("ollama pull absent:1b"),
    });
    await expect(openModel("ollama:embeds", { ollamaHost: host })).rejects.toMatchObject({ code: "MODEL_UNSUPPORTED" });
    await expect(openEmbedder("ollama:any", { ollamaHost: nobody })).rejects.toMatchObject({ code: "MODEL_SERVER_UNREACHABLE" });
    await expect(openModel("ollama:any", { ollamaHost: "not a host" })).rejects.toMatchObject({
      code: "MODEL_SERVER_UNREACHABLE",
    });
  });

  it("can be given up while the server is silent", async () => {
    const silent = await serve(() => undefined);
    const signal = AbortSignal.timeout(50);
    await expect(openModel("ollama:any", { ollamaHost: silent, signal })).rejects.toMatchObject({ code: "MODEL_ABORTED" });
  });
});

describe("the context of a model on Ollama", () => {
  it("is what OLLAMA_CONTEXT_LENGTH wants, as far as the model goes, else 4,096 tokens", async () => {
    const host = await serve(ollamaWith({ long: { bytes: 1, capabilities: ["completion"], context: 32_768 } }));
    const contextOf = async (wanted: string): Promise<number> => {
      process.env["OLLAMA_CONTEXT_LENGTH"] = wanted;
      const model = await openModel("ollama:long", { ollamaHost: host });
      await model.close();
      return model.contextTokens;
    };
    expect(await contextOf("16384")).toBe(16_384);
    expect(await contextOf("65536")).toBe(32_768);
    expect(await contextOf("much")).toBe(4_096);
    delete process.env["OLLAMA_CONTEXT_LENGTH"];
    expect((await openModel("ollama:long", { ollamaHost: host })).contextTokens).toBe(4_096);
  });
});

describe("the list of models", () => {
  it("holds what can be opened, and why Ollama's are not among it", async () => {
    const host = await serve(ollamaWith({ small: { bytes: 1, capabilities: ["completion"] } }));
    const listed = await listModels({ ollamaHost: host });
    expect(listed.models.map(({ spec }) => spec)).toEqual(["ollama:small", "embedded"]);
    expect(listed.ollamaProblem).toBeUndefined();
    const alone = await listModels({ ollamaHost: nobody });
    expect(alone.models.map(({ spec }) => spec)).toEqual(["embedded"]);
    expect(alone.ollamaProblem?.code).toBe("MODEL_SERVER_UNREACHABLE");
  });
});
