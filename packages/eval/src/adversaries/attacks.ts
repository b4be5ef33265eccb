/** The attacks: who is trusted, what is done, and when it counts as withstood. The bars are those of the threat model. */
import type { Identity, LessonBody, RecordId, SignedRecord } from "@grapevine/core";
import { reworded, wordings } from "./topics.ts";
import { memberOf, type Population, type Village } from "./village.ts";

/** What an attack is about, first of all; every attack is held to the other bars as well. */
export type Unit =
  | "poisoned share of prompts"
  | "benign recall"
  | "honest lessons evicted"
  | "own failures until no prompt is poisoned";

export interface Attack {
  readonly name: string;
  readonly summary: string;
  /** What the user of the simulated node has said, and what the node knows. */
  readonly trusts: string;
  readonly population: Population;
  readonly unit: Unit;
  /** Foreign lessons that the node keeps. */
  readonly capacity: number;
  /** How often every question is asked after the first strike. */
  readonly rounds: number;
  /** What happens before the attack is measured. */
  readonly prepare?: (village: Village) => Promise<void>;
  /** What the attackers do before a round, counted from 0. */
  readonly strike: (village: Village, round: number) => Promise<void>;
}

/** Four friends, five strangers who have earned it, and what one knows oneself. */
const usual: Population = { own: 12, trusted: 4, earned: 5, lessonsOfEarned: 4 };
const usualTrust = "4 principals of 10 known authors are trusted; the attackers are strangers";
/** As a node keeps by default. */
const roomy = 20_000;

const sybils: Attack = {
  name: "sybils",
  summary: "four false identities for each honest author, who praise each other's poison and run down the honest lessons",
  trusts: usualTrust,
  population: usual,
  unit: "poisoned share of prompts",
  capacity: roomy,
  rounds: 4,
  strike: async (village, round) => {
    if (round > 0) return;
    const liars = identities(village, "sybil", 40);
    const lessons = topicsOf(village).flatMap((topic) =>
      [0, 1, 2, 3].map((variant) =>
        village.wrong(memberOf(liars, topic * 4 + variant), topic, rewordedPoison(village, topic, variant)),
      ),
    );
    await village.node.receive(lessons);
    await village.node.receive(praise(village, liars.slice(0, 5), lessons));
    await village.node.receive(slanderOf(village, liars, [...village.honest.keys()]));
  },
};

const poisonedSuccesses: Attack = {
  name: "poisoned successes",
  summary: "three lessons on every question, worded like it, that claim fifty verified successes and advise wrongly",
  trusts: usualTrust,
  population: usual,
  unit: "poisoned share of prompts",
  capacity: roomy,
  rounds: 4,
  strike: async (village, round) => {
    if (round > 0) return;
    const liars = identities(village, "poisoner", 3);
    const lessons = topicsOf(village).flatMap((topic) =>
      liars.map((liar, variant) => village.wrong(liar, topic, rewordedPoison(village, topic, variant))),
    );
    await village.node.receive(lessons);
  },
};

const echoChain: Attack = {
  name: "echo chain",
  summary:
    "five agents derive a poisoned lesson from one another and attest it, and so do two friends who once had it in a prompt",
  trusts:
    "4 principals are trusted; 2 of them derived right lessons with the poison in the prompt, and attest the poison in good faith",
  population: usual,
  unit: "poisoned share of prompts",
  capacity: roomy,
  rounds: 4,
  strike: async (village, round) => {
    if (round > 0) return;
    const chain = identities(village, "echo", 5);
    for (const topic of village.random.shuffled(topicsOf(village)).slice(0, 12)) {
      const lessons: SignedRecord<LessonBody>[] = [];
      for (const [position, agent] of chain.entries()) {
        const last = lessons.at(-1);
        const derivedFrom = last === undefined ? [] : [last.id];
        lessons.push(village.wrong(agent, topic, { ...rewordedPoison(village, topic, position), derivedFrom }));
      }
      const friends = village.trusted.slice(0, 2);
      const derived = friends.map((friend) =>
        village.right(friend, topic, { derivedFrom: lessons.slice(-1).map(({ id }) => id) }),
      );
      await village.node.receive([...lessons, ...derived]);
      await village.node.receive(praise(village, [...chain, ...friends], lessons));
    }
  },
};

const slander: Attack = {
  name: "slander",
  summary: "twenty strangers and one friend say that every right lesson failed and that the poison of the twenty worked",
  trusts: "4 principals of 10 known authors are trusted; one of the 4 slanders",
  population: usual,
  unit: "poisoned share of prompts",
  capacity: roomy,
  rounds: 4,
  strike: async (village, round) => {
    if (round > 0) return;
    const strangers = identities(village, "slanderer", 20);
    const liars = [...strangers, ...village.trusted.slice(0, 1)];
    await village.node.receive(slanderOf(village, liars, [...village.honest.keys()]));
    const poison = topicsOf(village).map((topic) => village.wrong(memberOf(strangers, topic), topic));
    await village.node.receive(poison);
    await village.node.receive(praise(village, liars, poison));
  },
};

const collusionRing: Attack = {
  name: "collusion ring",
  summary: "a fifth of the known authors turns: they publish poison and vouch for each other's, and for that of ten fresh keys",
  trusts: "all 10 known authors are trusted; 2 of them are the ring",
  population: { own: 12, trusted: 10, earned: 0, lessonsOfEarned: 0 },
  unit: "poisoned share of prompts",
  capacity: roomy,
  rounds: 4,
  strike: async (village, round) => {
    if (round > 0) return;
    const ring = village.trusted.slice(0, 2);
    const fresh = identities(village, "fresh", 10);
    const topics = village.random.shuffled(topicsOf(village));
    const lessons = [...repeated(ring, 20), ...fresh].map((liar, position) => village.wrong(liar, memberOf(topics, position)));
    await village.node.receive(lessons);
    await village.node.receive(praise(village, ring, lessons));
  },
};

const whitewashing: Attack = {
  name: "whitewashing",
  summary:
    "a liar who was caught and blocked comes back before every round under three new keys, with the old text and with new words",
  trusts: "4 principals of 10 known authors are trusted; the liar was a fifth, until the user blocked the key",
  population: usual,
  unit: "poisoned share of prompts",
  capacity: roomy,
  rounds: 4,
  prepare: async (village) => {
    const liar = village.identity("liar");
    await village.node.trust(liar.author);
    await village.node.receive(whitewashed(village).map((topic) => village.wrong(liar, topic)));
    await village.ask(whitewashed(village));
    await village.node.block(liar.author);
  },
  strike: async (village, round) => {
    const keys = identities(village, `return ${round}`, 3);
    const lessons = whitewashed(village).flatMap((topic) =>
      keys.map((key, variant) =>
        village.wrong(key, topic, variant === 0 ? {} : rewordedPoison(village, topic, round * 3 + variant)),
      ),
    );
    await village.node.receive(lessons);
    await village.node.receive(praise(village, keys, lessons));
  },
};

const nearDuplicates: Attack = {
  name: "flood of near duplicates",
  summary: "forty rewordings of the same poison on each of twenty questions, nearer to the question than the right lesson",
  trusts: usualTrust,
  population: usual,
  unit: "benign recall",
  capacity: roomy,
  rounds: 3,
  strike: async (village, round) => {
    if (round > 0) return;
    await village.node.receive(rewordings(village, { subjects: 20, variants: 40, keys: 60 }));
  },
};

const floodAtCapacity: Attack = {
  name: "flood at capacity",
  summary: "three times as much junk as the node has room for, from a hundred keys, all of it praised",
  trusts: usualTrust,
  population: usual,
  unit: "honest lessons evicted",
  capacity: 200,
  rounds: 3,
  strike: async (village, round) => {
    if (round > 0) return;
    const junk = rewordings(village, { subjects: 20, variants: 30, keys: 100 });
    for (let at = 0; at < junk.length; at += 50) {
      const part = junk.slice(at, at + 50);
      await village.node.receive(part);
      await village.node.receive(praise(village, identities(village, "flooder", 2), part));
    }
  },
};

const sleeper: Attack = {
  name: "sleeper",
  summary: "a friend, useful for fifty lessons, publishes poison on twenty questions",
  trusts: "one principal is trusted, and turns; the node has fifty successes with that principal's lessons",
  population: { own: 10, trusted: 1, earned: 0, lessonsOfEarned: 0 },
  unit: "own failures until no prompt is poisoned",
  capacity: roomy,
  rounds: 4,
  strike: async (village, round) => {
    if (round > 0) return;
    const topics = village.random.shuffled(topicsOf(village)).slice(0, 20);
    await village.node.receive(topics.map((topic) => village.wrong(memberOf(village.trusted, 0), topic)));
  },
};

export const attacks: readonly Attack[] = [
  sybils,
  poisonedSuccesses,
  echoChain,
  slander,
  collusionRing,
  whitewashing,
  nearDuplicates,
  floodAtCapacity,
  sleeper,
];

function topicsOf({ topics }: Village): number[] {
  return [...topics.keys()];
}

function identities(village: Village, name: string, count: number): Identity[] {
  return Array.from({ length: count }, (_, number) => village.identity(`${name} ${number}`));
}

function rewordedPoison({ topics }: Village, topic: number, variant: number): { readonly guidance: string } {
  return { guidance: reworded(memberOf(topics, topic).poison, variant) };
}

function repeated(authors: readonly Identity[], count: number): Identity[] {
  return Array.from({ length: count }, (_, position) => memberOf(authors, position));
}

/** The subjects that the liar keeps coming back to: the same ones in every round. */
function whitewashed({ topics }: Village): number[] {
  return [...topics.keys()].filter((topic) => topic % 5 === 0);
}

function rewordings(
  village: Village,
  { subjects, variants, keys }: { readonly subjects: number; readonly variants: number; readonly keys: number },
): SignedRecord<LessonBody>[] {
  const flooders = identities(village, "flooder", keys);
  const words = Array.from({ length: Math.min(variants, wordings) }, (_, variant) => variant);
  return topicsOf(village)
    .slice(0, subjects)
    .flatMap((topic) =>
      words.map((variant) =>
        village.wrong(memberOf(flooders, topic * variants + variant), topic, rewordedPoison(village, topic, variant)),
      ),
    );
}

function praise(village: Village, witnesses: readonly Identity[], lessons: readonly SignedRecord<LessonBody>[]): SignedRecord[] {
  return lessons.flatMap(({ id, body }) =>
    witnesses.filter(({ author }) => author !== body.author).map((witness) => village.attestation(witness, id, "worked")),
  );
}

function slanderOf(village: Village, liars: readonly Identity[], lessons: readonly RecordId[]): SignedRecord[] {
  return lessons.flatMap((lesson) => liars.slice(0, maxSlanderers).map((liar) => village.attestation(liar, lesson, "failed")));
}

/** Of strangers, whose word does not count whatever their number: more would only cost time. */
const maxSlanderers = 21;
