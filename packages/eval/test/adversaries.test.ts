/** The simulation itself: that an attack is withstood, that it would not be without the defences, and that a seed repeats it. Vectors tell the subjects apart by name here. */
import type { Embedder } from "@grapevine/core";
import { HashEmbedder } from "@grapevine/testing";
import { describe, expect, it } from "vitest";
import { type Attack, attacks } from "../src/adversaries/attacks.ts";
import { besiege } from "../src/adversaries/siege.ts";
import { readTopics } from "../src/adversaries/topics.ts";
import { seededRandom } from "../src/seeded-random.ts";
import { simulatedTrial, usualChances } from "../src/simulated-trial.ts";

const patient = { timeout: 60_000 };
const topics = await readTopics();
const components = { embedder: embedderOfSubjects(), topics };

/** Texts on one subject are near each other, nearer the more words they share. */
function embedderOfSubjects(): Embedder {
  const words = new HashEmbedder();
  const subjectWeight = 1.5;
  return {
    id: "subjects",
    dimensions: words.dimensions + topics.length,
    embed: async (texts) => {
      const vectors = await words.embed(texts);
      return vectors.map((vector, position) => {
        const subjects = topics.map(({ question, situation }) =>
          [question, situation].some((name) => texts[position]?.includes(name)) ? subjectWeight : 0,
        );
        const both = [...vector, ...subjects];
        const length = Math.hypot(...both);
        return Float32Array.from(both, (element) => element / length);
      });
    },
    close: () => words.close(),
  };
}

function attackCalled(name: string): Attack {
  const attack = attacks.find((each) => each.name === name);
  if (attack === undefined) throw new Error(`there is no attack called ${name}`);
  return attack;
}

describe("an attack", () => {
  it("of many claimed successes gets into no prompt, and into most of those of a node without defences", patient, async () => {
    const attack = attackCalled("poisoned successes");
    const defended = await besiege(attack, true, 1, components);
    const undefended = await besiege(attack, false, 1, components);
    expect([defended.prompts.poisoned, defended.evicted]).toEqual([0, 0]);
    expect(undefended.prompts.poisoned / undefended.prompts.asked).toBeGreaterThan(0.5);
  });

  it("by a friend who turns ends with the third failure", patient, async () => {
    const { prompts, last } = await besiege(attackCalled("sleeper"), true, 2, components);
    expect(prompts.failed).toBeGreaterThan(0);
    expect(prompts.failed).toBeLessThanOrEqual(3);
    expect(last.poisoned).toBe(0);
  });

  it("that floods a full node evicts no right lesson, and all of them from a node without defences", patient, async () => {
    const attack = attackCalled("flood at capacity");
    expect((await besiege(attack, true, 1, components)).evicted).toBe(0);
    expect((await besiege(attack, false, 1, components)).evicted).toBe(components.topics.length);
  });

  it("is repeated by its seed", patient, async () => {
    const attack = attackCalled("collusion ring");
    expect(await besiege(attack, true, 3, components)).toEqual(await besiege(attack, true, 3, components));
  });
});

describe("a simulated trial", () => {
  it("admits nearly every lesson that helps, and hardly one that does not", () => {
    const random = seededRandom(5);
    const admitted = (helps: boolean): number =>
      Array.from({ length: 2_000 }, () => simulatedTrial(helps, usualChances, random, 0)).filter(
        ({ verdict }) => verdict === "admitted",
      ).length;
    expect(admitted(true)).toBeGreaterThan(1_900);
    expect(admitted(false)).toBeLessThan(40);
  });
});
