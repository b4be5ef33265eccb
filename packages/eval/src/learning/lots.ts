/** Who practises what: tasks are dealt by their families, so that peers differ in what they know. */
import type { Task } from "@grapevine/core";
import type { SetTask } from "./cohort.ts";

/** Peers `peer-1`, `peer-2` … */
export function peerNames(count: number): string[] {
  return Array.from({ length: count }, (_, position) => `peer-${position + 1}`);
}

/** Every family belongs to one peer: each practises one part, and has never met the others'. */
export function separateLots(tasks: readonly SetTask[], peers: readonly string[]): Map<string, SetTask[]> {
  return dealt(tasks, peers, (family) => [family % peers.length]);
}

/** Two thirds of the families to each of two peers: the last of the first one's are the first of the second one's. */
export function overlappingLots(tasks: readonly SetTask[], peers: readonly [string, string]): Map<string, SetTask[]> {
  const count = familiesOf(tasks).length;
  return dealt(tasks, peers, (family) => {
    if (family < Math.floor(count / 3)) return [0];
    return family >= Math.ceil((2 * count) / 3) ? [1] : [0, 1];
  });
}

/** Those that are not among the others: tasks for daily life are none that were practised. */
export function withoutTasks(tasks: readonly SetTask[], others: readonly SetTask[]): SetTask[] {
  const known = new Set(others.map(({ environment, task }) => JSON.stringify([environment.id, task.id])));
  return tasks.filter(({ environment, task }) => !known.has(JSON.stringify([environment.id, task.id])));
}

/** `ownersOf` says to which peers a family belongs; its tasks go to them in turn. */
function dealt(
  tasks: readonly SetTask[],
  peers: readonly string[],
  ownersOf: (family: number) => readonly number[],
): Map<string, SetTask[]> {
  const families = familiesOf(tasks);
  const lots = new Map<string, SetTask[]>(peers.map((peer) => [peer, []]));
  const turns = new Map<string, number>();
  for (const each of tasks) {
    const family = familyOf(each);
    const owners = ownersOf(families.indexOf(family));
    const turn = turns.get(family) ?? 0;
    turns.set(family, turn + 1);
    const owner = peers[owners[turn % owners.length] ?? 0];
    if (owner !== undefined) lots.get(owner)?.push(each);
  }
  return lots;
}

function familiesOf(tasks: readonly SetTask[]): string[] {
  return [...new Set(tasks.map(familyOf))];
}

function familyOf({ environment, task }: { readonly environment: { readonly id: string }; readonly task: Task }): string {
  return `${environment.id} ${task.family}`;
}
