/** Ids of experiences: ULIDs, so that they sort by time. They are local and never sent. */
import { ulid } from "ulid";
import type { Clock } from "./clock.ts";

export function createExperienceId(clock: Clock): string {
  return ulid(clock.now());
}
