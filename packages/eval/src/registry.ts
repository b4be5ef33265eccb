/** Every scenario, in the order in which `--help` lists them. */
import type { Scenario } from "./scenario.ts";
import { adversaries } from "./scenarios/adversaries.ts";
import { duplicates } from "./scenarios/duplicates.ts";
import { poisoning } from "./scenarios/poisoning.ts";
import { recall } from "./scenarios/recall.ts";
import { trials } from "./scenarios/trials.ts";

export const scenarios: readonly Scenario[] = [adversaries, duplicates, poisoning, recall, trials];
