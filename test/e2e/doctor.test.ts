import { rm } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { grapevine, Nodes } from "./harness.ts";

let nodes: Nodes;
beforeAll(async () => {
  nodes = await Nodes.create();
});
afterAll(() => nodes.close());

it("promise 2: a damaged store is a named error with a way out, which keeps what can be read", async () => {
  const node = await nodes.up("ada");
  const { id } = await node.client.teach({ situation: "The mill stands still", guidance: "Open the sluice" });
  const doctor = (...words: string[]): ReturnType<typeof grapevine> =>
    grapevine(["doctor", "--home", nodes.home, "--json", ...words]);
  expect(JSON.parse((await doctor()).stdout)).toMatchObject({ running: true, healthy: true, kept: { lessons: 1 } });
  expect(await node.stop()).toBe(0);
  expect(JSON.parse((await doctor()).stdout)).toMatchObject({ healthy: true, kept: { lessons: 1, experiences: 0 } });

  await rm(join(nodes.home, "ada", "store", "leveldb", "CURRENT"));
  const up = await grapevine(["up", "--home", nodes.home, "--model", "embedded", "--json"]);
  expect({ code: up.code, said: JSON.parse(up.stdout) as unknown }).toMatchObject({
    code: 1,
    said: { error: { code: "STORE_DAMAGED" } },
  });
  expect(up.stdout).toContain("doctor --repair");
  expect((await doctor()).code).toBe(1);
  expect((await doctor("--repair")).code).toBe(0);

  const again = await nodes.up("ada");
  expect((await again.client.lesson(id)).title).toBe("Open the sluice");
});
