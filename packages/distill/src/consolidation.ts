/**
 * Consolidation: one draft for a cluster of lessons that say the same, from what its members say and from what was seen of them here.
 *
 * It guarantees that nothing is taken away: the members stay as they are, and the draft is only a draft. The model writes two short texts, which may hold nothing
 * that no member says; the worked example, the facts and the lineage are copied from the members. Repeated rewriting is known to wear knowledge
 * down, so a draft that says no more than one member, or says it at greater length, is refused. Whether it is better than the best of them is
 * not decided here: that takes a trial.
 */
import {
  cleanText,
  GrapevineError,
  type LanguageModel,
  type LessonBody,
  type LessonDraft,
  lessonText,
  limits,
  publicSpecification,
  type StoredLesson,
} from "@grapevine/core";
import { draftProblems } from "./draft/checks.ts";
import { consolidationInstruction, consolidationPrompt } from "./draft/consolidation-prompt.ts";
import { cleanFields, type DraftFields, readWritten, writtenSchema } from "./draft/fields.ts";
import { distillErrors } from "./errors.ts";
import type { DraftFinding, Gate } from "./gate/gate.ts";
import type { Trajectory } from "./trajectory.ts";
import { wholeWord } from "./usage.ts";
import { overlap, shareWithin } from "./words.ts";

export interface ConsolidationComponents {
  /** The model of the moment. */
  readonly model: () => LanguageModel;
  readonly gate: Gate;
}

/**
 * Why there is no draft. `too-few`: fewer than three members. `weak-model`: the model goes on with texts and follows no order, so that it could only copy a member.
 * `unusable`: its words fail the checks, after one repair. `existing`: one member says it already. `longer`: every member says it in fewer words.
 * `gate`: the redaction gate saw something.
 */
export type ConsolidationRefusal = "too-few" | "weak-model" | "unusable" | "existing" | "longer" | "gate";

export type Consolidation =
  | { readonly draft: LessonDraft }
  | {
      readonly draft: undefined;
      readonly reason: ConsolidationRefusal;
      /** One sentence for people; never the refused text. */
      readonly detail: string;
    };

export const minClusterSize = 3;
/** Room for two short fields. */
const maxDraftTokens = 160;
/** Share of common words from which the draft says nothing that a member does not. */
const minExistingOverlap = 0.8;
/** Share of the draft's meaningful words that the members use, at least. */
const minFromMembers = 0.6;

/**
 * `members`: those that may be used, best first. What is refused is a value.
 * @throws MODEL_ABORTED when the signal fires, and what the model throws
 */
export async function consolidate(
  members: readonly StoredLesson[],
  components: ConsolidationComponents,
  signal?: AbortSignal,
): Promise<Consolidation> {
  const [best] = members;
  if (best === undefined || members.length < minClusterSize) return refused("too-few", `${members.length} members are too few`);
  const model = components.model();
  if (model.promptForm === "completion") return refused("weak-model", `${model.id} does not follow orders`);
  const fields = await write(best, members, model, signal);
  if (GrapevineError.is(fields)) return refused("unusable", fields.message);
  const draft = assembled(best, members, fields, model);
  const texts = members.map(({ record }) => record.body);
  if (texts.some(({ guidance }) => overlap(draft.guidance, guidance) >= minExistingOverlap)) {
    return refused("existing", "one member says it already");
  }
  const longest = Math.max(...texts.map((body) => lessonText(body).length));
  if (lessonText(draft).length > longest) return refused("longer", `every member says it in at most ${longest} characters`);
  const { passes, findings } = await components.gate.checkDraft(draft);
  return passes ? { draft } : refused("gate", findings.map(inWords).join("; "));
}

function refused(reason: ConsolidationRefusal, detail: string): Consolidation {
  return { draft: undefined, reason, detail };
}

/** One try, one repair that names what was wrong, no third. */
async function write(
  best: StoredLesson,
  members: readonly StoredLesson[],
  model: LanguageModel,
  signal: AbortSignal | undefined,
): Promise<DraftFields | GrapevineError> {
  let problems: readonly string[] = [];
  for (let round = 0; round < 2; round++) {
    const { text } = await model.generate({
      prompt: consolidationPrompt({ notes: members.map(({ record }) => record.body), problems }),
      maxTokens: maxDraftTokens,
      format: { schema: writtenSchema },
      ...(signal === undefined ? {} : { signal }),
    });
    const written = readWritten(text);
    const instruction = consolidationInstruction(problems);
    const fields = written === undefined ? undefined : fieldsOf(written, best.record.body);
    problems = fields === undefined ? ["Reply with the JSON alone, in few words."] : problemsOf(fields, members, instruction);
    if (fields !== undefined && problems.length === 0) return fields;
  }
  return distillErrors.create("DRAFT_UNUSABLE", problems.join(" "));
}

/** The best member's situation stays: by it the tasks of the kind were recognised. A form that it gives word for word is kept word for word. */
function fieldsOf({ goal, advice }: { readonly goal: string; readonly advice: string }, best: LessonBody): DraftFields {
  const form = /\bWrite (.+)$/.exec(best.guidance)?.[1];
  const guidance = form === undefined || advice.includes(form) ? advice : `${advice.replace(/[.:\s]*$/, ".")} Write ${form}`;
  const title = goal.trim().replace(/^to\s+/i, "");
  return cleanFields({
    title: title.charAt(0).toUpperCase() + title.slice(1),
    situation: best.situation,
    guidance: guidance.replace(/\.\s*$/, ""),
  });
}

function problemsOf(fields: DraftFields, members: readonly StoredLesson[], instruction: string): string[] {
  const trajectory = materialOf(members);
  const problems = draftProblems({ fields, form: "", trajectory, instruction, general: true }).map(({ sentence }) => sentence);
  const said = members.map(({ record }) => lessonText(record.body)).join(" ");
  if (shareWithin(fields.guidance, said) < minFromMembers) problems.push("Say only what the notes say, in their words.");
  return [...new Set(problems)];
}

/** The members as the checks of a draft see a trajectory: what they advise is what was seen to work, and their examples hold the words of single tasks. */
function materialOf(members: readonly StoredLesson[]): Trajectory {
  const bodies = members.map(({ record }) => record.body);
  const rules = bodies.map(({ situation, guidance }) => `${situation} ${guidance}`).join("\n");
  const examples = bodies.flatMap(({ example }) => example ?? []);
  const details = examples.flatMap(({ task, steps }) =>
    (task.match(/[\p{L}\p{N}_-]+/gu) ?? []).filter(
      (word) => steps.some((step) => wholeWord(word).test(step)) && !wholeWord(word).test(rules),
    ),
  );
  return {
    task: "",
    solution: bodies.map(({ guidance }) => guidance),
    failedTries: 0,
    usages: [],
    forms: [],
    formsOfAllSteps: false,
    instances: new Map(),
    details: [...new Set(details)],
  };
}

function assembled(best: StoredLesson, members: readonly StoredLesson[], fields: DraftFields, model: LanguageModel): LessonDraft {
  const bodies = members.map(({ record }) => record.body);
  const { kind, environment, evidence } = best.record.body;
  const example = bodies.find((body) => body.example !== undefined)?.example;
  const foreign = members.filter(({ standing }) => standing.state !== "own").map(({ record }) => record.id);
  return {
    kind,
    ...fields,
    ...(example === undefined ? {} : { example }),
    evidence: { ...seenHere(members), verifiedBy: evidence.verifiedBy },
    tags: [...new Set(bodies.flatMap(({ tags }) => tags))].slice(0, limits.maxTags),
    ...(environment === undefined ? {} : { environment }),
    model: cleanText(publicSpecification(model.id), limits.maxModelNameLength),
    derivedFrom: foreign.slice(0, limits.maxDerivedFrom),
  };
}

/** Outcomes of one's own with the members, and what is behind those of one's own: what others claim of theirs is not taken over under one's own name. */
function seenHere(members: readonly StoredLesson[]): Pick<LessonDraft["evidence"], "worked" | "changed" | "failed"> {
  const counts = members.flatMap(({ outcomes, standing, record }) =>
    standing.state === "own" ? [outcomes, record.body.evidence] : [outcomes],
  );
  const sum = (field: "worked" | "changed" | "failed"): number => counts.reduce((total, count) => total + count[field], 0);
  return { worked: sum("worked"), changed: sum("changed"), failed: sum("failed") };
}

function inWords({ field, kind, rule, start, end }: DraftFinding): string {
  return `${field} ${start}–${end}: ${kind} (${rule})`;
}
