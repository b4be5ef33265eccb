/** Lessons on their way, as far as this node sees it: what a neighbour brought, and what was made here and goes out. */
import type { LiveEvent, MovedLesson } from "@grapevine/node";
import { type Signal, signal } from "@preact/signals";

export interface Travel {
  readonly lesson: MovedLesson;
  readonly at: number;
  /** Another number for each. */
  readonly key: number;
}

/** Newest first. */
export const travels: Signal<readonly Travel[]> = signal([]);

const maxTravels = 40;
let nextKey = 1;

export function noteTravels({ lessons }: Extract<LiveEvent, { type: "lessons" }>, now: number): void {
  const moving = lessons.filter(({ moved }) => moved !== "changed");
  if (moving.length === 0) return;
  const noted = moving.map((lesson) => ({ lesson, at: now, key: nextKey++ }));
  travels.value = [...noted.reverse(), ...travels.value].slice(0, maxTravels);
}
