import { createHash } from "node:crypto";
import { readdir, readFile, stat, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { type JoinWeightsInit, joinWeights, packagedWeights, type WeightsProgress } from "../src/embedded/packaged-weights.ts";
import { startChild } from "./child-process.ts";
import { temporaryFolder } from "./temporary-folder.ts";

const folder = await temporaryFolder();
const parts = [Buffer.alloc(3_000_000, "first"), Buffer.alloc(2_000_000, "second")];
const whole = Buffer.concat(parts);
const paths = await Promise.all(
  parts.map(async (bytes, index) => {
    const path = join(folder, `part${index}`);
    await writeFile(path, bytes);
    return path;
  }),
);

describe("joined weights", () => {
  let caches = 0;
  let init: JoinWeightsInit;
  beforeEach(() => {
    const sha256 = createHash("sha256").update(whole).digest("hex");
    init = { parts: () => paths, name: "model", sha256, cacheFolder: join(folder, `cache${++caches}`) };
  });

  it("are the parts in order, joined once, with progress", async () => {
    const progress: WeightsProgress[] = [];
    const path = await joinWeights({ ...init, onProgress: (each) => progress.push(each) });
    expect((await readFile(path)).equals(whole)).toBe(true);
    expect(progress.at(-1)).toEqual({ doneBytes: whole.length, totalBytes: whole.length });
    const never = (): never => {
      throw new Error("joined twice");
    };
    expect(await joinWeights({ ...init, parts: never })).toBe(path);
  });

  it("are joined again when the file was changed, and only hashed again when it was touched", async () => {
    const path = await joinWeights(init);
    await utimes(path, 1, 1);
    const touched = await stat(path);
    await joinWeights(init);
    expect((await stat(path)).ino).toBe(touched.ino);
    await writeFile(path, "damaged");
    await joinWeights(init);
    expect((await readFile(path)).equals(whole)).toBe(true);
  });

  it("are refused, and not left behind, when their hash is wrong or a part is missing", async () => {
    const wrong = { ...init, sha256: "0".repeat(64) };
    await expect(joinWeights(wrong)).rejects.toMatchObject({ code: "MODEL_WEIGHTS_UNAVAILABLE" });
    const missing = { ...init, parts: (): string[] => [join(folder, "nowhere")] };
    await expect(joinWeights(missing)).rejects.toMatchObject({ code: "MODEL_WEIGHTS_UNAVAILABLE" });
    const left = await readdir(init.cacheFolder ?? "");
    expect(left.filter((name) => !name.endsWith(".lock"))).toEqual([]);
  });

  it("can be given up", async () => {
    const controller = new AbortController();
    const onProgress = (): void => controller.abort();
    await expect(joinWeights({ ...init, signal: controller.signal, onProgress })).rejects.toMatchObject({
      code: "MODEL_ABORTED",
    });
  });

  it("are joined by one of five processes that start at once; what a killed one left does not matter", async () => {
    const file = join(init.cacheFolder ?? "", `model-${init.sha256.slice(0, 8)}.gguf`);
    await joinWeights({ ...init, sha256: "0".repeat(64) }).catch(() => undefined); // makes the folder
    await writeFile(`${file}.part`, "left by a process that was killed");
    const { parts: _, ...rest } = init;
    const argument = JSON.stringify({ ...rest, paths });
    const outputs = await Promise.all(
      Array.from({ length: 5 }, () => startChild(new URL("./children/join-weights.ts", import.meta.url), [argument]).result),
    );
    expect(outputs.map(({ path }) => path)).toEqual(Array(5).fill(file));
    expect(outputs.filter(({ joined }) => joined).length).toBe(1);
    expect((await readFile(file)).equals(whole)).toBe(true);
  });
});

it("finds the packaged parts, whose hash is right", async () => {
  const path = await packagedWeights();
  expect((await stat(path)).size).toBe(322_591_712);
});
