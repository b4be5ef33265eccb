import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type NodeProcess, Nodes } from "./harness.ts";

/** More rounds and calls than the default are for a longer run by hand. */
const rounds = Number(process.env["GRAPEVINE_KILL_ROUNDS"] ?? 3);
const calls = Number(process.env["GRAPEVINE_KILL_CALLS"] ?? 40);

describe("a node that is killed", () => {
  let nodes: Nodes;
  beforeEach(async () => {
    nodes = await Nodes.create();
  });
  afterEach(() => nodes.close());

  it(
    "promise 1: kill -9 in the middle of teaching and asking loses nothing that was acknowledged",
    async () => {
      const lessons: string[] = [];
      const experiences: string[] = [];
      let node = await nodes.up("victim");
      for (let round = 0; round < rounds; round++) {
        // A different moment each round: after some part of the calls was acknowledged.
        await killAfter(Math.floor((calls * (round + 1)) / (rounds + 1)), node, round, lessons, experiences);
        node = await nodes.up("victim");
        const held = new Set((await node.client.lessons()).map(({ id }) => id));
        expect(lessons.filter((id) => !held.has(id))).toEqual([]);
        for (const id of experiences) expect((await node.client.experience(id)).id).toBe(id);
      }
      expect(lessons.length).toBeGreaterThan(rounds);
      expect(experiences.length).toBeGreaterThan(0);
      expect(await node.stop()).toBe(0);
    },
    60_000 * Math.max(3, rounds),
  );
});

/** Many calls at once; what resolves was acknowledged, and the node dies once so many were. */
async function killAfter(
  acknowledged: number,
  node: NodeProcess,
  round: number,
  lessons: string[],
  experiences: string[],
): Promise<void> {
  let count = 0;
  const { promise: enough, resolve } = Promise.withResolvers<void>();
  const acknowledge = (list: string[], id: string): void => {
    list.push(id);
    count += 1;
    if (count >= acknowledged) resolve();
  };
  const asked = node.client
    .ask({ question: `What is ${round} and one?` })
    .then(({ experienceId }) => acknowledge(experiences, experienceId));
  // The first answer, or its refusal, before the crowd: so that each round has both kinds.
  if (round === 0) await asked;
  const pending = [asked];
  for (let call = 0; call < calls; call++) {
    const words = `round ${round} call ${call}`;
    const taught = node.client.teach({ situation: `It happens in ${words}`, guidance: `Do what ${words} asks for` });
    pending.push(taught.then(({ id }) => acknowledge(lessons, id)));
  }
  await Promise.race([enough, Promise.allSettled(pending)]);
  await node.kill();
  // Calls that were not acknowledged fail, and say that the node is gone.
  const settled = await Promise.allSettled(pending);
  for (const result of settled) {
    if (result.status === "rejected") expect(result.reason).toMatchObject({ code: "NODE_STOPPED" });
  }
}
