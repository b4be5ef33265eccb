/** Figures, times and names as people read them. */
import type { UsedLesson } from "@grapevine/node";
import { printableLine } from "./plain-text.ts";

/** `12 s`, `5 min`, `3 h`, `2 d` before now. A moment in the future, by another's clock, is `0 s`. */
export function formatAge(at: number, now: number): string {
  const seconds = Math.floor((now - at) / 1000);
  if (seconds < 60) return `${Math.max(0, seconds)} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)} h`;
  return `${Math.floor(seconds / 86_400)} d`;
}

/** `2026-11-22 13:05:09 UTC` */
export function formatMoment(at: number): string {
  return `${new Date(at).toISOString().slice(0, 19).replace("T", " ")} UTC`;
}

/** `830 ms`, `4.2 s`, `3 min 5 s` */
export function formatDuration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

/** Trust, utility and similarity: two digits are all that their evidence bears. */
export function formatShare(share: number): string {
  return share.toFixed(2);
}

/** `491 MB` */
export function formatBytes(bytes: number): string {
  if (bytes < 1e6) return `${Math.round(bytes / 1e3)} kB`;
  return bytes < 1e9 ? `${Math.round(bytes / 1e6)} MB` : `${(bytes / 1e9).toFixed(1)} GB`;
}

/** The part of a long id that differs most, for ids of experiences and of peers, whose beginnings are alike. */
export function idEnd(id: string): string {
  return id.slice(-8);
}

/** A peer by its name, or else by the end of its id. */
export function peerLabel(name: string | undefined, peerId: string): string {
  return printableLine(name ?? "") || `…${idEnd(peerId)}`;
}

/** Who wrote a lesson that was used. */
export function authorLabel(lesson: Pick<UsedLesson, "author" | "authorName" | "own">): string {
  return lesson.own ? "this node" : peerLabel(lesson.authorName, lesson.author);
}
