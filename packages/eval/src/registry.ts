/** Every scenario, in the order in which `--help` lists them. */
import type { Scenario } from "./scenario.ts";
import { adversaries } from "./scenarios/adversaries.ts";
import { duplicates } from "./scenarios/duplicates.ts";
import { flood } from "./scenarios/flood.ts";
import { long } from "./scenarios/long.ts";
import { lookAlikes } from "./scenarios/look-alikes.ts";
import { poisoned } from "./scenarios/poisoned.ts";
import { poisoning } from "./scenarios/poisoning.ts";
import { recall } from "./scenarios/recall.ts";
import { related } from "./scenarios/related.ts";
import { repeats } from "./scenarios/repeats.ts";
import { saturated } from "./scenarios/saturated.ts";
import { shared } from "./scenarios/shared.ts";
import { trials } from "./scenarios/trials.ts";

export const scenarios: readonly Scenario[] = [
  related,
  shared,
  repeats,
  saturated,
  poisoned,
  long,
  adversaries,
  duplicates,
  flood,
  lookAlikes,
  poisoning,
  recall,
  trials,
];
