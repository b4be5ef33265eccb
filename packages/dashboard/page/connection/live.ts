/** The node's events, as long as the page is in sight: a browser allows few connections to one server, and pages that nobody looks at would hold them. */
import type { LiveEvent } from "@grapevine/node";
import { type Signal, signal } from "@preact/signals";
import { EventSourceParserStream } from "eventsource-parser/stream";
import { Refusal, send } from "./request.ts";

export type LiveState = "connecting" | "live" | "lost" | "ended";

export const liveState: Signal<LiveState> = signal("connecting");

const firstRetryMs = 500;
const longestRetryMs = 10_000;
/** A tab that is left for a moment keeps its connection. */
const hiddenForMs = 60_000;

/** `onBegin` is called whenever events begin to come, since some may have been missed before. */
export async function watchNode(onBegin: () => void, onEvent: (event: LiveEvent) => void): Promise<void> {
  let retryMs = firstRetryMs;
  for (;;) {
    await inSight();
    const cut = new AbortController();
    const stopWaiting = onceOutOfSight(() => cut.abort());
    try {
      await listen(
        cut.signal,
        () => {
          retryMs = firstRetryMs;
          liveState.value = "live";
          onBegin();
        },
        onEvent,
      );
    } catch (error) {
      if (error instanceof Refusal && error.code === "API_UNAUTHORISED") {
        liveState.value = "ended";
        return;
      }
    } finally {
      stopWaiting();
    }
    liveState.value = document.hidden ? "connecting" : "lost";
    await new Promise((resolve) => setTimeout(resolve, retryMs));
    retryMs = Math.min(retryMs * 2, longestRetryMs);
  }
}

async function listen(signal: AbortSignal, onOpen: () => void, onEvent: (event: LiveEvent) => void): Promise<void> {
  const { body } = await send("/api/live", { signal, headers: { accept: "text/event-stream" } });
  if (body === null) return;
  onOpen();
  const events = body.pipeThrough(new TextDecoderStream()).pipeThrough(new EventSourceParserStream());
  for await (const { data } of events) onEvent(JSON.parse(data) as LiveEvent);
}

async function inSight(): Promise<void> {
  if (!document.hidden) return;
  await new Promise<void>((resolve) => {
    document.addEventListener("visibilitychange", () => resolve(), { once: true });
  });
}

function onceOutOfSight(act: () => void): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const look = (): void => {
    clearTimeout(timer);
    if (document.hidden) timer = setTimeout(act, hiddenForMs);
  };
  document.addEventListener("visibilitychange", look);
  return () => {
    clearTimeout(timer);
    document.removeEventListener("visibilitychange", look);
  };
}
