/** A node into a file and out of it: real folders, a real control API. */
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { systemClock } from "@grapevine/core";
import { openStore } from "@grapevine/store";
import { expect, it, onTestFinished } from "vitest";
import { backUp } from "../src/backing-up.ts";
import { homeOf, loadIdentity, type NodeHome, openHome } from "../src/home.ts";
import { restoreNode } from "../src/restoring.ts";
import { saveSettings } from "../src/settings.ts";
import { startNode } from "../src/start-node.ts";

async function emptyFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "grapevine-backup-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** A node that does not run, with a key, settings and an empty store. */
async function quietNode(): Promise<{ readonly folder: string; readonly home: NodeHome; readonly file: string }> {
  const folder = await emptyFolder();
  const home = await openHome(join(folder, "home"), "bo");
  await (await openStore({ path: home.storeFolder, clock: systemClock })).close();
  await loadIdentity(home, { mayCreate: true });
  await saveSettings(home, { capacity: 7 });
  await writeFile(join(home.folder, "token"), "secret");
  return { folder, home, file: join(folder, "bo.tar.gz") };
}

it("takes a running node with what it holds, its key and its settings; the copy goes on as the same node", async () => {
  const folder = await emptyFolder();
  const home = join(folder, "home");
  const file = join(folder, "bo.tar.gz");
  const options = { home, name: "bo", listen: ["/ip4/127.0.0.1/tcp/0"], model: "embedded", idleShare: 0 };
  const node = await startNode(options);
  onTestFinished(() => node.stop());
  const { peerId } = await node.status();
  const report = await backUp({ home, file });
  expect(report).toMatchObject({ node: "bo", file, keys: ["key", "next-key"] });
  expect([(await stat(file)).mode & 0o777, (await stat(file)).size]).toEqual([0o600, report.bytes]);

  await expect(restoreNode({ home, file })).rejects.toMatchObject({ code: "HOME_IN_USE" });
  const other = join(folder, "other");
  expect(await restoreNode({ home: other, file })).toMatchObject({ node: "bo", hasKey: true });
  await expect(restoreNode({ home: other, file })).rejects.toMatchObject({ code: "RESTORE_TARGET_TAKEN" });
  expect((await stat(join(other, "bo", "key"))).mode & 0o777).toBe(0o600);
  await node.stop();
  const again = await startNode({ ...options, home: other });
  onTestFinished(() => again.stop());
  expect((await again.status()).peerId).toBe(peerId);
});

it("takes a node that does not run, without keys where they are not wanted, and nothing that is made anew", async () => {
  const { folder, home, file } = await quietNode();
  expect((await backUp({ home: join(folder, "home"), file, keys: false })).keys).toEqual([]);
  const restored = await restoreNode({ home: folder, name: "eve", file });
  expect(restored).toMatchObject({ node: "eve", hasKey: false });
  expect((await readdir(join(folder, "eve"))).sort()).toEqual(["settings.json", "store"]);
  expect(await readFile(join(folder, "eve", "settings.json"), "utf8")).toBe(
    await readFile(join(home.folder, "settings.json"), "utf8"),
  );
});

it("makes nothing of a file that was cut or altered, and leaves nothing behind", async () => {
  const { folder, file } = await quietNode();
  await backUp({ home: join(folder, "home"), file });
  const whole = await readFile(file);
  const target = join(folder, "target");
  await mkdir(target);
  const refused = async (bytes: Uint8Array, code: string = "BACKUP_DAMAGED"): Promise<void> => {
    await writeFile(file, bytes);
    await expect(restoreNode({ home: target, file })).rejects.toMatchObject({ code });
    expect(await readdir(target)).toEqual([]);
  };
  for (const part of [0, 0.1, 0.5, 0.9, 0.999]) await refused(whole.subarray(0, Math.floor(whole.length * part)));
  for (let at = 10; at < whole.length; at += Math.ceil(whole.length / 20)) {
    const altered = Buffer.from(whole);
    altered[at] = (altered[at] ?? 0) ^ 0x10;
    // Among zeros another distance back says the same.
    if (!isSame(altered, whole)) await refused(altered);
  }
  // What a checksum of the compression would not see: it was compressed again.
  const tar = gunzipSync(whole);
  const changed = Buffer.from(tar);
  changed.write("8", changed.indexOf('"capacity": 7') + 12);
  await refused(gzipSync(changed));
  const newer = Buffer.from(tar);
  newer.write("9", newer.indexOf('"version":1') + 10);
  await refused(gzipSync(newer), "BACKUP_VERSION");
  await refused(Buffer.from("no archive"));
});

it("does not touch a node that was made while the file was read, and lets an empty folder make room", async () => {
  const { folder, file } = await quietNode();
  await backUp({ home: join(folder, "home"), file });
  const target = join(folder, "target");
  const made = join(target, "bo");
  await mkdir(made, { recursive: true });
  const meanwhile = (): void => writeFileSync(join(made, "key"), "of another node");
  await expect(restoreNode({ home: target, file, onProgress: meanwhile })).rejects.toMatchObject({
    code: "RESTORE_TARGET_TAKEN",
  });
  expect([await readdir(target), await readdir(made)]).toEqual([["bo"], ["key"]]);
  expect(await readFile(join(made, "key"), "utf8")).toBe("of another node");
  await rm(join(made, "key"));
  expect(await restoreNode({ home: target, file })).toMatchObject({ folder: made, hasKey: true });
});

it("removes what killed tries for the same node have left, and nothing of those that go on", async () => {
  const { folder, file } = await quietNode();
  await backUp({ home: join(folder, "home"), file });
  const target = join(folder, "target");
  const ended = spawnSync(process.execPath, ["--version"]).pid;
  const left = (name: string, maker: number): string => `.${name}.${maker}.restoring`;
  const kept = [left("bo", process.ppid), left("bo.2", ended), left("eve", ended)];
  for (const name of [left("bo", ended), left("bo", process.pid), ...kept]) {
    await mkdir(join(target, name, "store"), { recursive: true });
    await writeFile(join(target, name, "key"), "half of a node");
  }
  await restoreNode({ home: target, file });
  expect((await readdir(target)).sort()).toEqual([...kept, "bo"].sort());
});

it("says in one error what cannot be read, written or found", async () => {
  const { folder, file } = await quietNode();
  const home = join(folder, "home");
  await expect(restoreNode({ home, file })).rejects.toMatchObject({ code: "BACKUP_FILE_UNUSABLE" });
  await expect(backUp({ home, file: join(folder, "nowhere", "x.tar.gz") })).rejects.toMatchObject({
    code: "BACKUP_FILE_UNUSABLE",
  });
  await expect(backUp({ home, name: "eve", file })).rejects.toMatchObject({ code: "STORE_MISSING" });
  const held = await openStore({ path: homeOf(home, "bo").storeFolder, clock: systemClock });
  await expect(backUp({ home, file })).rejects.toMatchObject({ code: "STORE_LOCKED" });
  await held.close();
  expect((await readdir(folder)).sort()).toEqual(["home"]);
});

/** Do both say the same when they are unpacked? */
function isSame(one: Uint8Array, other: Uint8Array): boolean {
  try {
    return gunzipSync(one).equals(gunzipSync(other));
  } catch (error) {
    if (error instanceof Error && "code" in error) return false; // what zlib cannot unpack
    throw error;
  }
}
