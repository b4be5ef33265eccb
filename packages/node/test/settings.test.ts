import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { homeOf, type NodeHome } from "../src/home.ts";
import { loadSettings, readSettings, saveSettings, settle, writeSettings } from "../src/settings.ts";

async function emptyHome(): Promise<{ readonly home: string; readonly node: NodeHome }> {
  const home = await mkdtemp(join(tmpdir(), "grapevine-settings-"));
  onTestFinished(() => rm(home, { recursive: true, force: true }));
  return { home, node: homeOf(home, "node") };
}

it("takes what the start says, then what is passing, then the file; and keeps of the start what is to hold later", () => {
  const file = { capacity: 1, answer: "nobody", model: "auto", reach: { lan: true, dht: true } } as const;
  const passing = { capacity: 2, answer: "trusted", reach: { dht: false, nat: true } } as const;
  const { now, later } = settle({ passing, capacity: 3, model: "embedded", reach: { nat: false } }, file);
  expect(now).toEqual({
    capacity: 3,
    answer: "trusted",
    model: "embedded",
    reach: { lan: true, dht: false, nat: false },
  });
  expect(later).toEqual({ capacity: 3, answer: "nobody", model: "auto", reach: { lan: true, dht: true, nat: false } });
});

it("writes what a start would take, and nothing where it would refuse one of them", async () => {
  const { home, node } = await emptyHome();
  expect(await readSettings({ home })).toMatchObject({ name: "node", settings: {}, isNew: true });
  const settings = { model: "embedded", listen: ["/ip4/127.0.0.1/tcp/0"], practise: "tools:7", idleShare: 0 };
  await writeSettings({ home }, settings);
  expect((await readSettings({ home })).settings).toEqual(settings);
  for (const [wrong, code] of [
    [{ model: "gpt" }, "MODEL_SPEC_INVALID"],
    [{ swarm: "a/b" }, "SWARM_INVALID"],
    [{ bootstrap: ["here"] }, "ADDRESS_INVALID"],
    [{ practise: "nowhere" }, "ENVIRONMENT_INVALID"],
  ] as const) {
    await expect(writeSettings({ home }, { ...settings, ...wrong })).rejects.toMatchObject({ code });
  }
  expect((await loadSettings(node)).model).toBe("embedded");
  expect((await readSettings({ home })).settings).toEqual(settings);
});

it("leaves the peers that an earlier version kept among the settings, and the port", async () => {
  const { home, node } = await emptyHome();
  await mkdir(node.folder, { recursive: true });
  const file = join(node.folder, "settings.json");
  const earlier = { swarm: "s", port: 4_001, peers: { p: ["/ip4/127.0.0.1/tcp/1"] } };
  await writeFile(file, JSON.stringify(earlier));
  expect(await loadSettings(node)).toEqual(earlier);
  await writeSettings({ home, name: "node" }, { capacity: 5 });
  expect(await loadSettings(node)).toEqual({ port: 4_001, peers: earlier.peers, capacity: 5 });
  expect(JSON.parse(await readFile(file, "utf8"))).toEqual({ port: 4_001, capacity: 5 });
  await saveSettings(node, {});
  expect(await loadSettings(node)).toEqual({ peers: earlier.peers });
});
