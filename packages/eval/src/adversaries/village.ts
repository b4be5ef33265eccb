/**
 * A node and those it hears: honest authors, who wrote one right lesson on every topic, and whoever attacks.
 *
 * The ground truth of the simulation: a question goes well when, of the lessons in the prompt that are about it, the first is a right one, and fails otherwise; every
 * question gets its verdict, and every lesson in the prompt shares it, as in a node.
 */
import {
  type AttestationBody,
  type Identity,
  type LessonBody,
  type RecordId,
  type SignedRecord,
  signRecord,
} from "@grapevine/core";
import { type SeededRandom, seededRandom } from "../seeded-random.ts";
import { identityCalled, type SimulatedNode } from "../simulated-node.ts";
import { simulatedTrial, usualChances } from "../simulated-trial.ts";
import type { Topic } from "./topics.ts";

/** Who wrote the right lessons. The rest of the topics falls to the trusted. */
export interface Population {
  /** Topics on which the node knows the answer itself. */
  readonly own: number;
  /** Principals whom the user named. */
  readonly trusted: number;
  /** Strangers whose lessons two trusted principals attested, and that then worked here. */
  readonly earned: number;
  /** Lessons of each of those. */
  readonly lessonsOfEarned: number;
}

export interface SimulatedClock {
  now(): number;
  advance(ms: number): void;
}

export interface VillageInit {
  readonly node: SimulatedNode;
  readonly self: Identity;
  readonly clock: SimulatedClock;
  readonly topics: readonly Topic[];
  readonly population: Population;
  readonly seed: number;
}

/** What was seen of a number of prompts. */
export interface Prompts {
  readonly asked: number;
  /** With a poisoned lesson among the lessons, wherever it stood. */
  readonly poisoned: number;
  /** With a right lesson on what was asked. */
  readonly recalled: number;
  /** That went wrong since a poisoned lesson came before any right one. */
  readonly failed: number;
}

export interface LessonWords {
  readonly situation?: string;
  readonly guidance?: string;
  readonly derivedFrom?: readonly RecordId[];
}

const minuteMs = 60_000;
/** Outcomes that whoever lies about a lesson claims to have seen. */
const claimedOutcomes = 50;

export class Village {
  readonly node: SimulatedNode;
  readonly topics: readonly Topic[];
  readonly random: SeededRandom;
  readonly trusted: readonly Identity[];
  readonly earned: readonly Identity[];
  /** Ids of the right lessons and of the poisoned ones, with the number of their topic. */
  readonly honest: Map<RecordId, number> = new Map();
  readonly poison: Map<RecordId, number> = new Map();
  readonly #init: VillageInit;
  readonly #tried = new Set<RecordId>();
  #sequence = 0;

  constructor(init: VillageInit) {
    this.#init = init;
    this.node = init.node;
    this.topics = init.topics;
    this.random = seededRandom(init.seed);
    const { trusted, earned } = init.population;
    this.trusted = Array.from({ length: trusted }, (_, number) => this.identity(`trusted ${number}`));
    this.earned = Array.from({ length: earned }, (_, number) => this.identity(`earned ${number}`));
  }

  identity(name: string): Identity {
    return identityCalled(`${this.#init.seed} ${name}`);
  }

  /** Everybody writes what they know, and each question is asked once. */
  async settle(): Promise<void> {
    const { population, self, topics } = this.#init;
    for (const { author } of this.trusted) await this.node.trust(author);
    const order = this.random.shuffled([...topics.keys()]);
    const firstTrusted = population.own + population.earned * population.lessonsOfEarned;
    const own = order.slice(0, population.own).map((topic) => this.right(self, topic));
    const earned = order.slice(population.own, firstTrusted).map((topic, at) => this.right(memberOf(this.earned, at), topic));
    const trusted = order.slice(firstTrusted).map((topic, at) => this.right(memberOf(this.trusted, at), topic));
    await this.node.publish(own);
    await this.node.receive([...trusted, ...earned]);
    const witnesses = this.trusted.slice(0, 2);
    await this.node.receive(earned.flatMap(({ id }) => witnesses.map((witness) => this.attestation(witness, id, "worked", 3))));
    await this.ask();
  }

  right(author: Identity, topic: number, words: LessonWords = {}): SignedRecord<LessonBody> {
    const { guidance } = this.#topic(topic);
    const lesson = this.#lesson(author, topic, { guidance, ...words }, 1);
    this.honest.set(lesson.id, topic);
    return lesson;
  }

  /** Worded like the question, so that it lies nearer to it than the right lesson, and with the evidence of many successes. */
  wrong(author: Identity, topic: number, words: LessonWords = {}): SignedRecord<LessonBody> {
    const { question, poison } = this.#topic(topic);
    const lesson = this.#lesson(author, topic, { situation: question, guidance: poison, ...words }, claimedOutcomes);
    this.poison.set(lesson.id, topic);
    return lesson;
  }

  attestation(
    witness: Identity,
    lesson: RecordId,
    verdict: "worked" | "failed",
    count: number = claimedOutcomes,
  ): SignedRecord<AttestationBody> {
    const counts = { worked: 0, changed: 0, failed: 0, [verdict]: count };
    return signRecord<AttestationBody>(witness, { type: "attestation", ...this.#stamp(), lesson, ...counts });
  }

  /** Asks about each of the topics once, in some order, and tells the node what came of it. */
  async ask(topics: readonly number[] = [...this.topics.keys()]): Promise<Prompts> {
    const counts = { asked: 0, poisoned: 0, recalled: 0, failed: 0 };
    for (const topic of this.random.shuffled(topics)) {
      this.#init.clock.advance(minuteMs);
      const used = await this.node.ask(this.#topic(topic).question);
      const lessons = used.map(({ id }) => id);
      const decisive = lessons.find((id) => (this.honest.get(id) ?? this.poison.get(id)) === topic);
      const worked = decisive !== undefined && this.honest.has(decisive);
      await this.node.conclude(used, worked ? "worked" : "failed");
      counts.asked += 1;
      counts.poisoned += Number(lessons.some((id) => this.poison.has(id)));
      counts.recalled += Number(lessons.some((id) => this.honest.get(id) === topic));
      counts.failed += Number(decisive !== undefined && !worked);
    }
    return counts;
  }

  /** While nobody asks, some of the held lessons are tried, each once. */
  async tryHeld(budget: number): Promise<void> {
    const known = [...this.poison.keys(), ...this.honest.keys()].filter((id) => !this.#tried.has(id));
    const held = this.random.shuffled(await this.node.held(known)).slice(0, budget);
    const now = this.#init.clock.now();
    await this.node.tried(new Map(held.map((id) => [id, simulatedTrial(this.honest.has(id), usualChances, this.random, now)])));
    for (const id of held) this.#tried.add(id);
  }

  /** Right lessons for which there is no room any more. */
  async evictedHonest(): Promise<number> {
    return (await this.node.evicted([...this.honest.keys()])).length;
  }

  #lesson(
    author: Identity,
    topic: number,
    { situation = this.#topic(topic).situation, guidance = "", derivedFrom = [] }: LessonWords,
    worked: number,
  ): SignedRecord<LessonBody> {
    return signRecord<LessonBody>(author, {
      type: "lesson",
      ...this.#stamp(),
      kind: "strategy",
      title: guidance.slice(0, titleLength).trim(),
      situation,
      guidance,
      evidence: { worked, changed: 0, failed: 0, verifiedBy: "environment" },
      tags: [],
      derivedFrom,
    });
  }

  #topic(topic: number): Topic {
    return memberOf(this.topics, topic);
  }

  #stamp(): { readonly seq: number; readonly createdAt: number } {
    this.#sequence += 1;
    return { seq: this.#sequence, createdAt: this.#init.clock.now() };
  }
}

/** As a lesson is titled that is taught by hand. */
const titleLength = 60;

/** The member at a position, beginning again after the last. */
export function memberOf<Member>(members: readonly Member[], position: number): Member {
  const member = members[position % members.length];
  if (member === undefined) throw new Error("there is no member of nothing");
  return member;
}
