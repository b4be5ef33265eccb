/** What the page has to say about something that was just done, or could not be. */
import { type Signal, signal } from "@preact/signals";
import { wordsOf } from "../connection/request.ts";

export interface Notice {
  readonly kind: "done" | "failed";
  readonly text: string;
  readonly key: number;
}

export const notice: Signal<Notice | undefined> = signal(undefined);

let nextKey = 1;

export function say(text: string): void {
  notice.value = { kind: "done", text, key: nextKey++ };
}

export function failed(error: unknown): void {
  notice.value = { kind: "failed", text: wordsOf(error), key: nextKey++ };
}

/** Does something and says that it was done; what goes wrong is said as well. */
export async function perform(work: () => Promise<unknown>, done: string): Promise<boolean> {
  try {
    await work();
    say(done);
    return true;
  } catch (error) {
    failed(error);
    return false;
  }
}
