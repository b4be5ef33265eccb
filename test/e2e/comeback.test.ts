import { afterAll, beforeAll, expect, it } from "vitest";
import { type NodeProcess, Nodes } from "./harness.ts";

let nodes: Nodes;
beforeAll(async () => {
  nodes = await Nodes.create();
});
afterAll(() => nodes.close());

it("a swarm converges by itself after the peer in its middle was killed and started again", { timeout: 120_000 }, async () => {
  const middle = await nodes.up("middle");
  const join = async (): Promise<string[]> => ["--join", (await middle.client.invite()).invite];
  const left = await nodes.up("left", await join());
  const right = await nodes.up("right", await join());
  await middle.kill();
  const peersOf = async ({ client }: NodeProcess): Promise<number> => (await client.status()).peers;
  for (const node of [left, right]) await expect.poll(() => peersOf(node), { timeout: 20_000 }).toBe(0);
  const { id: apples } = await left.client.teach({ situation: "Apples are ripe", guidance: "Pick them" });
  const { id: plums } = await right.client.teach({ situation: "Plums are ripe", guidance: "Shake the tree" });
  // No command but the one that starts it.
  const again = await nodes.up("middle");
  for (const node of [left, again, right]) {
    const held = async (): Promise<string[]> => (await node.client.lessons()).map(({ id }) => id).sort();
    await expect.poll(held, { timeout: 30_000 }).toEqual([apples, plums].sort());
  }
});
