/** Which room is shown, and what in it: the part of the address behind the `#`. */
import { type ReadonlySignal, signal } from "@preact/signals";

export const rooms = ["swarm", "lessons", "ask", "growth", "disagreements", "experiences", "health"] as const;

export type Room = (typeof rooms)[number];

export interface Route {
  readonly room: Room;
  /** What is looked at in the room: an id. */
  readonly item?: string;
}

const current = signal<Route>(readRoute());
export const route: ReadonlySignal<Route> = current;

addEventListener("hashchange", () => {
  current.value = readRoute();
});

export function addressOf(room: Room, item?: string): string {
  return item === undefined ? `#/${room}` : `#/${room}/${encodeURIComponent(item)}`;
}

/** Without a step in the history: for moving through a list by keys. */
export function replaceRoute(room: Room, item?: string): void {
  history.replaceState(null, "", addressOf(room, item));
  current.value = readRoute();
}

function readRoute(): Route {
  const [, name = "", item] = location.hash.split("/");
  const room = rooms.find((each) => each === name) ?? "swarm";
  return item === undefined || item === "" ? { room } : { room, item: decoded(item) };
}

/** Whatever somebody typed there is an id at most. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
