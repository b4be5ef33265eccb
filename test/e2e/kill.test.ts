import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type NodeProcess, Nodes } from "./harness.ts";

/** More rounds and calls than the default are for a longer run by hand. */
const rounds = Number(process.env["GRAPEVINE_KILL_ROUNDS"] ?? 3);
const calls = Number(process.env["GRAPEVINE_KILL_CALLS"] ?? 40);
/** Questions that are under way at once; the model answers them one after the other, in some seconds each. */
const questions = 3;

/** What was acknowledged, and what was cut off by a kill. */
interface Tally {
  readonly lessons: string[];
  readonly experiences: string[];
  cutTeaching: number;
  cutAsking: number;
}

describe("a node that is killed", () => {
  let nodes: Nodes;
  beforeEach(async () => {
    nodes = await Nodes.create();
  });
  afterEach(() => nodes.close());

  it(
    "promise 1: kill -9 in the middle of teaching and asking loses nothing that was acknowledged",
    async () => {
      const tally: Tally = { lessons: [], experiences: [], cutTeaching: 0, cutAsking: 0 };
      let node = await nodes.up("victim");
      for (let round = 0; round < rounds; round++) {
        await killAmongCalls(node, round, tally);
        node = await nodes.up("victim");
        const held = new Set((await node.client.lessons()).map(({ id }) => id));
        expect(tally.lessons.filter((id) => !held.has(id))).toEqual([]);
        for (const id of tally.experiences) expect((await node.client.experience(id)).id).toBe(id);
      }
      // Kills fell into both kinds of call, and both kinds were acknowledged before a kill.
      expect(tally.lessons.length).toBeGreaterThan(rounds);
      expect(tally.experiences.length).toBeGreaterThan(0);
      expect(tally.cutTeaching).toBeGreaterThan(0);
      expect(tally.cutAsking).toBeGreaterThan(0);
      expect(await node.stop()).toBe(0);
    },
    60_000 * Math.max(3, rounds),
  );
});

/**
 * Asks several questions, waits until some of them (another number each round, never all) are answered, teaches many lessons at once, and kills the
 * node when a part of these (another part each round) was acknowledged: in the middle of both.
 */
async function killAmongCalls(node: NodeProcess, round: number, tally: Tally): Promise<void> {
  const asking = counted(tally.experiences);
  for (let question = 0; question < questions; question++) {
    asking.add(node.client.ask({ question: `What is ${round} and ${question}?` }).then(({ experienceId }) => experienceId));
  }
  await asking.reaches(round % questions);

  const teaching = counted(tally.lessons);
  for (let call = 0; call < calls; call++) {
    const words = `round ${round} call ${call}`;
    const taught = node.client.teach({ situation: `It happens in ${words}`, guidance: `Do what ${words} asks for` });
    teaching.add(taught.then(({ id }) => id));
  }
  await teaching.reaches(Math.floor((calls * (round + 1)) / (rounds + 1)));
  await node.kill();
  tally.cutAsking += await asking.cutOff();
  tally.cutTeaching += await teaching.cutOff();
}

interface CountedCalls {
  /** A call that resolves with the id of what was acknowledged. */
  add(call: Promise<string>): void;
  /** Resolves when so many have been acknowledged. */
  reaches(number: number): Promise<void>;
  /** How many failed, each of them saying that the node is gone. */
  cutOff(): Promise<number>;
}

function counted(acknowledged: string[]): CountedCalls {
  const pending: Promise<unknown>[] = [];
  let count = 0;
  let wanted = { number: Number.POSITIVE_INFINITY, reached: (): void => undefined };
  return {
    add: (call) => {
      const noted = call.then((id) => {
        acknowledged.push(id);
        count += 1;
        if (count >= wanted.number) wanted.reached();
      });
      pending.push(noted);
    },
    reaches: (number) => {
      const { promise, resolve } = Promise.withResolvers<void>();
      wanted = { number, reached: resolve };
      if (count >= number) resolve();
      return Promise.race([promise, Promise.all(pending).then(() => undefined)]);
    },
    cutOff: async () => {
      const failures = (await Promise.allSettled(pending)).filter((result) => result.status === "rejected");
      for (const { reason } of failures) expect(reason).toMatchObject({ code: "NODE_STOPPED" });
      return failures.length;
    },
  };
}
