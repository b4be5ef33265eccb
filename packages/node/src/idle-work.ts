/** What a node does with what it knows while nobody asks anything of it, joined to the rest of it: trials, consolidation, what has expired. */
import type { Agent } from "@grapevine/agent";
import type { AuthorId, Clock, Embedder, Environment, ExperienceStore, LanguageModel, LessonStore } from "@grapevine/core";
import { consolidate, type Gate } from "@grapevine/distill";
import { openEnvironment } from "@grapevine/practice";
import type { Logger } from "pino";
import type { Activity } from "./activity.ts";
import type { Admission } from "./admission.ts";
import { type AuthoringComponents, publishDraft } from "./authoring.ts";
import { type Consolidating, createConsolidating } from "./consolidating.ts";
import { createIdlePractice } from "./idle-practice.ts";
import type { Learning } from "./learning.ts";
import { createRefining, type Refining, systemTimer } from "./refining.ts";
import { createTrials, type Trials } from "./trials.ts";

export interface IdleStagesComponents {
  readonly lessons: LessonStore;
  readonly experiences: ExperienceStore;
  readonly admission: Pick<Admission, "ledger" | "merits">;
  readonly authoring: AuthoringComponents;
  readonly agent: Pick<Agent, "rehearse">;
  readonly model: LanguageModel;
  readonly embedder: Embedder;
  readonly gate: Gate;
  readonly self: AuthorId;
  readonly clock: Clock;
  readonly log: Logger;
}

export interface IdleWorkComponents extends IdleStagesComponents {
  readonly admission: Pick<Admission, "ledger" | "merits" | "indexing">;
  readonly agent: Pick<Agent, "rehearse" | "attempt">;
  readonly learning: Pick<Learning, "settled" | "wake">;
  readonly activity: Activity;
  /** Where it practises by itself. */
  readonly practise?: Environment | undefined;
}

/** `share`: the largest part of the idle time that is worked, above 0 and up to 1; a quarter where nothing is said. @throws PRACTICE_NOT_SIMULATED */
export function createIdleWork(components: IdleWorkComponents, share?: number): Refining {
  const { lessons, admission, learning, activity, practise, clock, log } = components;
  return createRefining(
    {
      ...createIdleStages(components),
      practice: practise === undefined ? undefined : createIdlePractice(practise, components),
      expired: (now) => lessons.expiredBy(now),
      review: (ids) => admission.ledger.review(ids),
      quiet: async () => {
        await learning.settled();
        await admission.indexing.settled();
      },
      activity,
      timer: systemTimer,
      clock,
      log,
    },
    { share },
  );
}

export interface IdleStages {
  readonly trials: Trials;
  readonly consolidating: Consolidating;
}

/** What is done while idle, for who says himself when. */
export function createIdleStages(components: IdleStagesComponents): IdleStages {
  const { lessons, experiences, admission, authoring, agent, model, embedder, gate, self, clock, log } = components;
  const { ledger, merits } = admission;
  const trials = createTrials({
    store: lessons,
    experiences,
    ledger,
    agent,
    model: () => model,
    embedder,
    openEnvironment,
    trustOf: merits.trustOf,
    self,
    clock,
    log,
  });
  const consolidating = createConsolidating({
    store: lessons,
    merits,
    self,
    consolidate: (members, signal) => consolidate(members, { model: () => model, gate }, signal),
    publish: (draft, options) => publishDraft(draft, authoring, options),
    log,
  });
  return { trials, consolidating };
}
