import { GrapevineError, type LanguageModel } from "@grapevine/core";
import { languageModelContract } from "@grapevine/testing";
import { afterAll, afterEach, describe, expect, it } from "vitest";
import { openFailoverModel } from "../src/failover/failover-model.ts";
import { openModel } from "../src/index.ts";
import { startToyServer, type ToyServer, toyModel } from "./toy-openai-server.ts";

const spec = ({ url }: ToyServer): string => `openai:${url}#${toyModel}`;
const request = { prompt: "1, 2,", maxTokens: 8 };

const one = await startToyServer();
const two = await startToyServer();
afterAll(async () => {
  await one.close();
  await two.close();
});

languageModelContract("several servers", { open: () => openModel(`${spec(one)},${spec(two)}`) });

describe("several servers as one model", () => {
  const servers: ToyServer[] = [];
  const models: LanguageModel[] = [];
  afterEach(async () => {
    for (const model of models.splice(0)) await model.close();
    for (const server of servers.splice(0)) await server.close();
  });

  const start = async (): Promise<ToyServer> => {
    const server = await startToyServer();
    servers.push(server);
    return server;
  };
  const open = async (members: readonly ToyServer[], log: string[] = [], firstPauseMs = 60_000): Promise<LanguageModel> => {
    const model = await openFailoverModel({
      members: members.map((member) => ({ spec: spec(member), open: () => openModel(spec(member)) })),
      log: (line) => log.push(line),
      firstPauseMs,
    });
    models.push(model);
    return model;
  };

  it("asks the second where the first fails, and leaves the first alone after two failures", async () => {
    const [first, second, log] = [await start(), await start(), [] as string[]];
    const model = await open([first, second], log);
    expect(model.id).toBe(`${spec(first)},${spec(second)}`);
    await model.generate(request);
    expect([first.requests.length, second.requests.length]).toEqual([1, 0]);
    first.fault = 503;
    await model.generate(request);
    await model.generate(request);
    expect(log).toEqual([expect.stringContaining(`${spec(first)} is left alone`)]);
    first.fault = undefined;
    await model.generate(request);
    expect([first.requests.length, second.requests.length]).toEqual([1, 3]);
  });

  it("goes back to the first when its pause is over and it answers", async () => {
    const [first, second, log] = [await start(), await start(), [] as string[]];
    const model = await open([first, second], log, 1);
    first.fault = 503;
    await model.generate(request);
    await model.generate(request);
    first.fault = undefined;
    await expect
      .poll(async () => {
        await model.generate(request);
        return log.at(-1);
      })
      .toBe(`${spec(first)} answers again`);
    expect(first.requests.length).toBeGreaterThan(0);
  });

  it("tries all while all are left alone, and says what the last one said", async () => {
    const [first, second] = [await start(), await start()];
    const model = await open([first, second]);
    for (const server of [first, second]) server.fault = 503;
    for (const _ of [1, 2, 3]) await expect(model.generate(request)).rejects.toMatchObject({ code: "MODEL_FAILED" });
    second.fault = undefined;
    expect((await model.generate(request)).text).toContain("3");
  });

  it("does not go on with another server's words once the first has spoken", async () => {
    const [first, second] = [await start(), await start()];
    const model = await open([first, second]);
    first.fault = "cut";
    const pieces: string[] = [];
    await expect(model.generate({ ...request, onText: (piece) => pieces.push(piece) })).rejects.toMatchObject({
      code: "MODEL_FAILED",
    });
    expect(pieces.length).toBeGreaterThan(0);
    expect(second.requests).toEqual([]);
  });

  it("says at once what is wrong with the request, and holds it against no server", async () => {
    const [first, second] = [await start(), await start()];
    const model = await open([first, second]);
    const tooLong = { ...request, prompt: "word ".repeat(model.contextTokens + 10) };
    for (const _ of [1, 2, 3]) await expect(model.generate(tooLong)).rejects.toMatchObject({ code: "MODEL_PROMPT_TOO_LONG" });
    await model.generate(request);
    expect([first.requests.length, second.requests.length]).toEqual([1, 0]);
  });

  it("starts while one of them is away, and uses it when it has come", async () => {
    const [first, second, log] = [await start(), await start(), [] as string[]];
    await first.close();
    const model = await open([first, second], log, 1);
    expect(log).toEqual([expect.stringContaining("cannot be used yet")]);
    await model.generate(request);
    const back = await startToyServer({ port: Number(new URL(first.url).port) });
    servers.push(back);
    await expect
      .poll(async () => {
        await model.generate(request);
        return back.requests.length;
      })
      .toBeGreaterThan(0);
  });

  it("does not start where none answers", async () => {
    const [first, second] = [await start(), await start()];
    await first.close();
    await second.close();
    const error: unknown = await open([first, second]).catch((thrown: unknown) => thrown);
    expect(GrapevineError.is(error, "MODEL_SERVER_UNREACHABLE")).toBe(true);
  });
});
