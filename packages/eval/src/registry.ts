/** Every scenario, in the order in which `--help` lists them. */
import type { Scenario } from "./scenario.ts";
import { adversaries } from "./scenarios/adversaries.ts";
import { duplicates } from "./scenarios/duplicates.ts";
import { flood } from "./scenarios/flood.ts";
import { poisoning } from "./scenarios/poisoning.ts";
import { related } from "./scenarios/related.ts";
import { shared } from "./scenarios/shared.ts";
import { trials } from "./scenarios/trials.ts";

export const scenarios: readonly Scenario[] = [adversaries, duplicates, flood, poisoning, trials, related, shared];
