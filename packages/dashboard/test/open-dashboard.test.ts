import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { expect, it, onTestFinished } from "vitest";
import { openDashboard } from "../src/open-dashboard.ts";

async function emptyFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "grapevine-dashboard-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** What a page names to be loaded with it. */
const loaded = /(?:src|href)="([^"]+)"/g;
const maxFirstLoadBytes = 200_000;

it("is made of its sources when it is first asked for, once, and loads in at most 200 KB", async () => {
  const cacheFolder = await emptyFolder();
  const page = openDashboard({ cacheFolder });
  expect(await readdir(cacheFolder)).toEqual([]);
  const start = await page.file("/");
  const html = gunzipSync(start?.body ?? "").toString();
  const paths = [...html.matchAll(loaded)].map(([, path = ""]) => path);
  expect(paths).toHaveLength(3);
  const files = await Promise.all(paths.map((path) => page.file(path)));
  const bytes = [start, ...files].reduce((sum, file) => sum + (file?.body.byteLength ?? Number.NaN), 0);
  expect(bytes).toBeLessThanOrEqual(maxFirstLoadBytes);
  expect(await page.file("/assets/other.js")).toBeUndefined();

  const [built] = await readdir(cacheFolder);
  // Another node of the same user, at the same time.
  await Promise.all([openDashboard({ cacheFolder }).file("/"), openDashboard({ cacheFolder }).file("/")]);
  expect(await readdir(cacheFolder)).toEqual([built]);
});

it("is made once where several nodes begin at the same time", async () => {
  const cacheFolder = await emptyFolder();
  const starts = await Promise.all([1, 2].map(() => openDashboard({ cacheFolder }).file("/")));
  expect(starts[0]?.body).toEqual(starts[1]?.body);
  expect(await readdir(cacheFolder)).toHaveLength(1);
});

it("says what to do where its files cannot be kept", async () => {
  const page = openDashboard({ cacheFolder: "/dev/null/nowhere" });
  await expect(page.file("/")).rejects.toMatchObject({ code: "DASHBOARD_NOT_BUILT" });
});
