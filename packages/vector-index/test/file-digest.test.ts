/** A large file is digested on a thread; a small one here. Both give what node's own hash of the whole gives. */
import { createHash } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { digestFile } from "../src/file-digest.ts";

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "grapevine-digest-"));
});

afterAll(() => rm(folder, { recursive: true }));

it.each([0, 1, 1024 * 1024 + 1, 32 * 1024 * 1024 - 1, 32 * 1024 * 1024, 33 * 1024 * 1024 + 7])("%i bytes", async (bytes) => {
  const content = Buffer.alloc(bytes, "grapevine");
  const path = join(folder, String(bytes));
  await writeFile(path, content);
  expect(await digestFile(path)).toEqual({ sha256: createHash("sha256").update(content).digest("hex"), bytes });
});

it("rejects with the file system's error", async () => {
  await expect(digestFile(join(folder, "absent"))).rejects.toMatchObject({ code: "ENOENT" });
});
