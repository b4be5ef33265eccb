/** One attack on one node, with one seed. */
import type { Embedder } from "@grapevine/core";
import { identityCalled, openDefendedNode, openUndefendedNode } from "../simulated-node.ts";
import type { Attack } from "./attacks.ts";
import type { Topic } from "./topics.ts";
import { type Prompts, type SimulatedClock, Village } from "./village.ts";

export interface SiegeComponents {
  readonly embedder: Embedder;
  readonly topics: readonly Topic[];
}

export interface Siege {
  /** Of all rounds. */
  readonly prompts: Prompts;
  /** Of the last round. */
  readonly last: Prompts;
  /** Right lessons for which there was no room any more at the end. */
  readonly evicted: number;
}

/** Held lessons that the node finds the time to try between two rounds. */
const trialsPerRound = 20;
const dayMs = 24 * 60 * 60 * 1000;
const begin = Date.UTC(2026, 5, 1);

/** @throws what the parts of the node throw */
export async function besiege(attack: Attack, defended: boolean, seed: number, components: SiegeComponents): Promise<Siege> {
  const { embedder, topics } = components;
  const clock = simulatedClock();
  const self = identityCalled(`${seed} self`);
  const init = { identity: self, clock, embedder, capacity: attack.capacity };
  const node = defended ? await openDefendedNode(init) : openUndefendedNode(init);
  try {
    const village = new Village({ node, self, clock, topics, population: attack.population, seed });
    await village.settle();
    await attack.prepare?.(village);
    const rounds: Prompts[] = [];
    for (let round = 0; round < attack.rounds; round++) {
      clock.advance(dayMs);
      await attack.strike(village, round);
      await village.tryHeld(trialsPerRound);
      rounds.push(await village.ask());
    }
    const last = rounds.at(-1) ?? noPrompts;
    return { prompts: rounds.reduce(added, noPrompts), last, evicted: await village.evictedHonest() };
  } finally {
    await node.close();
  }
}

export const noPrompts: Prompts = { asked: 0, poisoned: 0, recalled: 0, failed: 0 };

export function added(first: Prompts, second: Prompts): Prompts {
  return {
    asked: first.asked + second.asked,
    poisoned: first.poisoned + second.poisoned,
    recalled: first.recalled + second.recalled,
    failed: first.failed + second.failed,
  };
}

function simulatedClock(): SimulatedClock {
  let now = begin;
  return {
    now: () => now,
    advance: (ms) => {
      now += ms;
    },
  };
}
