/** Points in time, as people say them. */
import { signal } from "@preact/signals";
import type { JSX } from "preact";

const minuteMs = 60_000;
const hourMs: number = 60 * minuteMs;
const dayMs: number = 24 * hourMs;

/** So that what was "now" is not so for ever. */
const now = signal(Date.now());
setInterval(() => {
  now.value = Date.now();
}, 20_000);

export function Moment({ at }: { at: number }): JSX.Element {
  const date = new Date(at);
  return (
    <time dateTime={date.toISOString()} title={date.toLocaleString()}>
      {ago(at, Math.max(now.value, at))}
    </time>
  );
}

function ago(at: number, present: number): string {
  const past = present - at;
  if (past < minuteMs) return "just now";
  if (past < hourMs) return `${Math.floor(past / minuteMs)} min ago`;
  if (past < dayMs) return `${Math.floor(past / hourMs)} h ago`;
  if (past < 30 * dayMs) return `${Math.floor(past / dayMs)} d ago`;
  return new Date(at).toLocaleDateString();
}

/** 840 ms, 12.3 s, 4 min 10 s. */
export function duration(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  if (ms < minuteMs) return `${(ms / 1_000).toFixed(1)} s`;
  if (ms < hourMs) return `${Math.floor(ms / minuteMs)} min ${Math.round((ms % minuteMs) / 1_000)} s`;
  return `${Math.floor(ms / hourMs)} h ${Math.round((ms % hourMs) / minuteMs)} min`;
}
