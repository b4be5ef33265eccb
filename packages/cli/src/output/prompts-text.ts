import type { Status } from "@grapevine/node";

/** How lessons stand in the prompts of actions, in words. */
export function promptsText({ act, lessons, place }: Pick<Status["prompts"], "act" | "lessons" | "place">): string {
  const form = act === "completion" ? "a text to go on with" : "a chat";
  return `${form}, ${lessons === 1 ? "one lesson" : `${lessons} lessons`} ${place} what the place says`;
}
