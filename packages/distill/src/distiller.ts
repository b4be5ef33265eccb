/**
 * Distillation: from an experience with a known outcome to drafts of lessons.
 *
 * It guarantees that every draft has a trajectory behind it: the example, the evidence and the lineage are copied from the experience, and no
 * model writes them. What a model may write is three short texts (title, situation, guidance); they are checked against the trajectory, and
 * a draft that only says the prompt, the instruction or a known lesson again is refused, as is one that the redaction gate does not pass. Where
 * an environment named the form of an action, that form stands in the guidance word for word.
 *
 * It does not guarantee that the guidance is right for tasks other than the one that was seen: that is what attestations are for.
 */
import {
  type Experience,
  type GrapevineError,
  type LanguageModel,
  type LessonDraft,
  lessonText,
  normalisedText,
  type Outcome,
  type StoredLesson,
} from "@grapevine/core";
import { type Candidate, candidatesFrom } from "./draft/candidates.ts";
import { draftProblems } from "./draft/checks.ts";
import { type Contrast, contrast, type TryOut } from "./draft/contrast.ts";
import { formsKnown, furtherWording } from "./draft/further-wording.ts";
import { distillErrors } from "./errors.ts";
import type { DraftFinding, Gate } from "./gate/gate.ts";
import { readTrajectory, type Trajectory } from "./trajectory.ts";
import { overlap } from "./words.ts";

/**
 * Why nothing was made of an experience, or of one draft. `no-outcome`: nobody has judged it. `nothing-verified`: it failed and nobody said why.
 * `no-correction`: it was changed and nobody said how. `echo`: it worked at once with lessons in the prompt, so that it says what they say.
 * `no-help`: tried again with it, the task was not solved. `existing`: a known lesson says it. `unusable`: the words fail the checks. `gate`: the redaction gate saw something.
 */
export type RefusalReason =
  | "no-outcome"
  | "no-help"
  | "nothing-verified"
  | "no-correction"
  | "echo"
  | "existing"
  | "unusable"
  | "gate";

export interface Refusal {
  readonly reason: RefusalReason;
  /** One sentence for people; never the refused text. */
  readonly detail: string;
}

export interface Distillation {
  readonly drafts: readonly LessonDraft[];
  readonly refusals: readonly Refusal[];
  /** The model's draft could not be used or did not come. Drafts beside it are in the trajectory's own words. */
  readonly failure?: GrapevineError;
}

export interface DistillationCounts {
  readonly experiences: number;
  readonly drafts: number;
  readonly refusals: number;
  /** Model drafts that needed the repair and passed it. */
  readonly repairs: number;
  readonly failures: number;
}

export interface DistillerComponents {
  /** The model of the moment; it is asked for anew each time. */
  readonly model: () => LanguageModel;
  readonly gate: Gate;
  /** Stored lessons near a text, most similar first. Without it no draft is compared with what is known. */
  readonly similar?: (text: string) => Promise<readonly { readonly lesson: StoredLesson; readonly similarity: number }[]>;
  /** Lessons that may be used for such a task, best first. Without it every success stands for itself. */
  readonly familiar?: (experience: Experience) => Promise<readonly StoredLesson[]>;
  /** Without it nothing is tried before it is kept. */
  readonly tryOut?: TryOut;
  /** One line for each failure and refusal. */
  readonly log: (line: string) => void;
}

export interface Distiller {
  /**
   * At most three drafts. What is refused or fails is a value; nothing is tried again by itself.
   * @throws MODEL_ABORTED when the signal fires, and what `similar` throws
   */
  distil(experience: Experience, signal?: AbortSignal): Promise<Distillation>;
  /** Since it was created. */
  counts(): DistillationCounts;
}

/** From this cosine on two lessons are about one thing; then it depends on their words. */
const minExistingSimilarity = 0.9;
/** Share of common words from which one lesson says nothing that the other does not. */
const minExistingOverlap = 0.8;

export function createDistiller(components: DistillerComponents): Distiller {
  let counts: DistillationCounts = { experiences: 0, drafts: 0, refusals: 0, repairs: 0, failures: 0 };
  return {
    distil: async (experience, signal): Promise<Distillation> => {
      const { distillation, repairs } = await distil(experience, components, signal);
      const { drafts, refusals, failure } = distillation;
      counts = {
        experiences: counts.experiences + 1,
        drafts: counts.drafts + drafts.length,
        refusals: counts.refusals + refusals.length,
        repairs: counts.repairs + repairs,
        failures: counts.failures + (failure === undefined ? 0 : 1),
      };
      for (const { reason, detail } of refusals) components.log(`experience ${experience.id}: ${reason}: ${detail}`);
      if (failure !== undefined) components.log(`experience ${experience.id}: ${failure.code}: ${failure.message}`);
      return distillation;
    },
    counts: () => counts,
  };
}

interface Made {
  readonly distillation: Distillation;
  readonly repairs: number;
}

async function distil(experience: Experience, components: DistillerComponents, signal: AbortSignal | undefined): Promise<Made> {
  const { outcome } = experience;
  if (outcome === undefined) return refused("no-outcome", "the experience has no outcome yet");
  const familiar = experience.task === undefined ? [] : ((await components.familiar?.(experience)) ?? []);
  const trajectory = readTrajectory(experience, formsKnown(experience, familiar));
  const seen: Seen = { experience, outcome, trajectory, familiar };
  const isFailure = outcome.verdict === "failed" && experience.task !== undefined && (outcome.comment ?? "") === "";
  const { tryOut } = components;
  if (!isFailure || tryOut === undefined) return await learnFrom(seen, components, signal);
  const found = await contrast({ ...seen, tryOut, signal });
  return await learnFromFailure(found, seen, components, signal);
}

/** An experience with its outcome, and what is known of such tasks. */
interface Seen {
  readonly experience: Experience;
  readonly outcome: Outcome;
  readonly trajectory: Trajectory;
  readonly familiar: readonly StoredLesson[];
}

async function learnFromFailure(
  found: Contrast,
  seen: Seen,
  components: DistillerComponents,
  signal: AbortSignal | undefined,
): Promise<Made> {
  if (found === "untried") return await learnFrom(seen, components, signal);
  if (found === "unsolved") {
    return refused("no-help", "tried again with what is known and with the forms that the environment named, it failed again");
  }
  const { solved, trajectory } = found;
  const outcome = solved.outcome ?? seen.outcome;
  return await learnFrom({ ...seen, experience: solved, outcome, trajectory }, components, signal);
}

async function learnFrom(seen: Seen, components: DistillerComponents, signal: AbortSignal | undefined): Promise<Made> {
  const { experience, outcome, trajectory } = seen;
  const further = furtherWording(seen);
  if (further?.kind === "said") {
    return refused("existing", `lesson ${further.by.record.id} knows both the form and such a wording of the task`);
  }
  const nothing = further === undefined ? nothingToLearn(experience, outcome, trajectory) : undefined;
  if (nothing !== undefined) return refused(nothing.reason, nothing.detail);
  const candidates: Candidate[] =
    further === undefined
      ? await candidatesFrom({ experience, outcome, trajectory, model: components.model(), signal })
      : [{ draft: further.draft }];
  const drafts: LessonDraft[] = [];
  const refusals: Refusal[] = [];
  for (const { draft } of candidates) {
    const refusal = await judge(draft, trajectory, components);
    const tried = refusal === undefined ? await triedDraft(draft, seen, components, signal) : undefined;
    if (refusal !== undefined) refusals.push(refusal);
    else if (tried === undefined)
      refusals.push({ reason: "no-help", detail: "tried with it, the task that it came from failed" });
    else drafts.push(tried);
  }
  const failure = candidates.find((candidate) => candidate.failure !== undefined)?.failure;
  return {
    distillation: { drafts, refusals, ...(failure === undefined ? {} : { failure }) },
    repairs: candidates.filter(({ repaired }) => repaired).length,
  };
}

/**
 * The draft, if the model does with it what the trajectory did, which then counts as evidence; undefined if it does not. One that only adds a wording says nothing
 * new of what to do, and where nothing may be tried, or there is no example to follow, the trajectory has to do.
 */
async function triedDraft(
  draft: LessonDraft,
  { experience, outcome }: Seen,
  { tryOut }: DistillerComponents,
  signal: AbortSignal | undefined,
): Promise<LessonDraft | undefined> {
  const { example, supersedes, evidence } = draft;
  const isNew = experience.task !== undefined && outcome.verdict === "worked" && supersedes === undefined;
  if (tryOut === undefined || example === undefined || !isNew) return draft;
  const tried = await tryOut(draft, experience, { maxSteps: example.steps.length, signal });
  if (tried === undefined) return draft;
  return tried.solved ? { ...draft, evidence: { ...evidence, worked: evidence.worked + 1 } } : undefined;
}

function refused(reason: RefusalReason, detail: string): Made {
  return { distillation: { drafts: [], refusals: [{ reason, detail }] }, repairs: 0 };
}

function nothingToLearn(experience: Experience, outcome: Outcome, trajectory: Trajectory): Refusal | undefined {
  const comment = outcome.comment?.trim() ?? "";
  if (outcome.verdict === "changed" && comment === "") {
    return { reason: "no-correction", detail: "the answer was changed, and no comment says how" };
  }
  if (outcome.verdict === "failed" && comment === "" && trajectory.usages.length === 0) {
    return {
      reason: "nothing-verified",
      detail: "it failed, and neither a comment nor the environment says what would have worked",
    };
  }
  if (outcome.verdict === "worked" && trajectory.failedTries === 0 && experience.lessons.length > 0) {
    return { reason: "echo", detail: "it worked at once with lessons in the prompt, so that they already say it" };
  }
  if (outcome.verdict === "worked" && trajectory.solution.every((step) => step.trim() === "")) {
    return { reason: "nothing-verified", detail: "it worked without a step or an answer that could be shown" };
  }
  return undefined;
}

async function judge(
  draft: LessonDraft,
  trajectory: Trajectory,
  { gate, similar }: DistillerComponents,
): Promise<Refusal | undefined> {
  const general = trajectory.instances.size > 0;
  const problems = draftProblems({ fields: draft, form: "", trajectory, instruction: "", general });
  if (problems.length > 0) return { reason: "unusable", detail: problems.map(({ sentence }) => sentence).join(" ") };
  const { passes, findings } = await gate.checkDraft(draft);
  if (!passes) return { reason: "gate", detail: describeFindings(findings) };
  const known = (await similar?.(lessonText(draft)))?.find(
    (neighbour) => neighbour.lesson.record.id !== draft.supersedes && saysTheSame(draft, neighbour),
  );
  return known === undefined ? undefined : { reason: "existing", detail: `lesson ${known.lesson.record.id} says it already` };
}

function saysTheSame(draft: LessonDraft, known: { readonly lesson: StoredLesson; readonly similarity: number }): boolean {
  const { body } = known.lesson.record;
  if (normalisedText(lessonText(draft)) === normalisedText(lessonText(body))) return true;
  return known.similarity >= minExistingSimilarity && overlap(draft.guidance, body.guidance) >= minExistingOverlap;
}

/** Where and what, never the text itself: this goes to logs. */
function describeFindings(findings: readonly DraftFinding[]): string {
  return findings.map(({ field, kind, rule, start, end }) => `${field} ${start}–${end}: ${kind} (${rule})`).join("; ");
}

/** The error for a draft that a user wrote and the gate refuses. */
export function gateRefusal(findings: readonly DraftFinding[]): GrapevineError {
  return distillErrors.create("GATE_REFUSED", `the redaction gate refused the text: ${describeFindings(findings)}`);
}
