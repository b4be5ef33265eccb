/** Keeps what the page knows equal to what the node says. */
import type { LiveEvent } from "@grapevine/node";
import { watchNode } from "../connection/live.ts";
import { noteMoved, readLessons } from "./lessons.ts";
import { experiencesRevision, readMap, readPeers, status } from "./node.ts";
import { failed } from "./notices.ts";
import { noteTravels } from "./travels.ts";

/** The map rests on all lessons; it is read again when they have been quiet for so long. */
const mapRestMs = 600;
let mapTimer: ReturnType<typeof setTimeout> | undefined;

export function followNode(): void {
  void watchNode(readEverything, take);
}

function readEverything(): void {
  void Promise.all([readPeers(), readMap(), readLessons()]).catch(failed);
}

function take(event: LiveEvent): void {
  if (event.type === "status") status.value = event.status;
  if (event.type === "experiences") experiencesRevision.value += 1;
  if (event.type === "peers") {
    void readPeers().catch(failed);
    readMapSoon();
  }
  if (event.type === "lessons") {
    noteMoved(event);
    noteTravels(event, Date.now());
    readMapSoon();
  }
}

function readMapSoon(): void {
  clearTimeout(mapTimer);
  mapTimer = setTimeout(() => void readMap().catch(failed), mapRestMs);
}
