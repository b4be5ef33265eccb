/** Tries the task of an experience again with a lesson that is not kept yet: in simulated environments alone, and nothing of it is kept. */
import type { Agent } from "@grapevine/agent";
import {
  type Clock,
  type Environment,
  type Experience,
  type Identity,
  type LessonBody,
  messageOf,
  signRecord,
} from "@grapevine/core";
import type { TryOut } from "@grapevine/distill";
import type { Logger } from "pino";
import { recalledAsGiven } from "./recalled-as-given.ts";

export interface DraftTrialComponents {
  readonly agent: Pick<Agent, "rehearse">;
  readonly openEnvironment: (specification: string) => Promise<Environment>;
  /** Signs the draft, which nobody else ever sees, since a prompt holds signed lessons. */
  readonly identity: Identity;
  readonly clock: Clock;
  readonly log: Pick<Logger, "info">;
}

export function createDraftTrials(components: DraftTrialComponents): TryOut {
  return async (lesson, experience, { maxSteps, signal }) => {
    const { task, prompt } = experience;
    const environment = await simulatedPlace(experience, components);
    if (task === undefined || environment === undefined) return undefined;
    const { situation, guidance, example } = lesson;
    const record = signRecord<LessonBody>(components.identity, {
      type: "lesson",
      seq: 1,
      createdAt: components.clock.now(),
      kind: "procedure",
      title: situation.slice(0, 40).trim(),
      situation,
      guidance,
      ...(example === undefined ? {} : { example }),
      evidence: { worked: 0, changed: 0, failed: 0, verifiedBy: "author" },
      tags: [],
      derivedFrom: [],
    });
    const lessons = [recalledAsGiven(record)];
    const { solved, steps } = await components.agent.rehearse(
      environment,
      { id: task.id, family: task.family, prompt },
      { lessons, maxSteps, ...(signal === undefined ? {} : { signal }) },
    );
    return { solved, steps };
  };
}

async function simulatedPlace(
  { task }: Experience,
  { openEnvironment, log }: DraftTrialComponents,
): Promise<Environment | undefined> {
  if (task === undefined) return undefined;
  try {
    const environment = await openEnvironment(task.environment);
    return environment.simulated ? environment : undefined;
  } catch (error) {
    log.info({ reason: messageOf(error) }, "an environment is not there any more; nothing is tried in it");
    return undefined;
  }
}
