import {
  createIdentity,
  type Experience,
  GrapevineError,
  type LessonBody,
  type LessonDraft,
  limits,
  type StoredLesson,
  signRecord,
} from "@grapevine/core";
import { ScriptedModel, type ScriptedModelInit } from "@grapevine/testing";
import { describe, expect, it } from "vitest";
import { maxRetries } from "../src/draft/contrast.ts";
import {
  createDistiller,
  createGate,
  type Distillation,
  type Distiller,
  type DistillerComponents,
  gateRefusal,
} from "../src/index.ts";
import { createDraw, secrets } from "./samples.ts";

const gate = createGate();
const remoteId = "bafyreigh2akiscaildcqabsyg3dfr6chu3fgpregiymsck7e7aqa4s52zy";

const page =
  "Error: There is no such command. From the manual:\nUsage: bind THING --via PLACE (to set the place of a thing)\nTask: The clock is wanted in the park.\nCommand: bind clock --via park";

function experience(changes: Partial<Experience> = {}): Experience {
  return {
    id: "01JD0000000000000000000000",
    createdAt: 1,
    prompt: "The lamp should be in the hall.",
    task: { environment: "tools:7", id: "place-1-2-0", family: "place" },
    steps: [
      { action: "move lamp hall", observation: page, accepted: false },
      { action: "bind lamp --via hall", observation: "Done.", accepted: true },
    ],
    answer: "bind lamp --via hall",
    outcome: { verdict: "worked", verifiedBy: "environment", at: 2 },
    lessons: [],
    model: "the-model",
    ms: 10,
    distillation: "queued",
    ...changes,
  };
}

/** One of its steps follows no form that the tool has named, so that a model words it. */
function halfTold(changes: Partial<Experience> = {}): Experience {
  const [refused, bound] = experience().steps;
  const unlocked = { action: "unlock room", observation: "Done.", accepted: true };
  return experience({ steps: [refused, unlocked, bound].filter((step) => step !== undefined), ...changes });
}

function question(changes: Partial<Experience> = {}): Experience {
  const { task: _, ...rest } = experience({
    steps: [],
    prompt: "Which port does the service use?",
    answer: "It listens on port 11434.",
    ...changes,
  });
  return { ...rest, outcome: changes.outcome ?? { verdict: "worked", verifiedBy: "feedback", at: 2 } };
}

const goodReply = JSON.stringify({
  goal: "Set the place of a thing",
  advice: "Use bind with the THING first and the PLACE after --via.",
});

interface Scene {
  readonly model: ScriptedModel;
  readonly distiller: Distiller;
  readonly lines: string[];
}

function scene(
  replies: ScriptedModelInit["replies"],
  changes: Partial<DistillerComponents> = {},
  promptForm: "chat" | "completion" = "chat",
): Scene {
  const model = new ScriptedModel({ replies, id: "drafter", promptForm });
  const lines: string[] = [];
  return { model, lines, distiller: createDistiller({ model: () => model, gate, log: (line) => lines.push(line), ...changes }) };
}

function onlyDraft({ drafts, refusals }: Distillation): LessonDraft {
  expect(refusals).toEqual([]);
  expect(drafts).toHaveLength(1);
  const [draft] = drafts;
  if (draft === undefined) throw new Error("no draft");
  return draft;
}

/** A draft must be one that can be signed: the record's schema is the judge. */
function stored(draft: LessonDraft): StoredLesson {
  const record = signRecord<LessonBody>(createIdentity(), { type: "lesson", seq: 1, createdAt: 1, ...draft });
  const standing = { state: "own", rule: "own", reason: "written here", since: 1 } as const;
  return {
    record,
    standing,
    history: [],
    cluster: record.id,
    label: 1,
    pinned: false,
    receivedAt: 1,
    outcomes: { worked: 0, changed: 0, failed: 0 },
    usedAt: 0,
    conflicts: [],
    topic: 1,
  };
}

describe("a task that was solved", () => {
  it("gives a lesson: the tool's form, the trajectory's example, evidence and lineage, and no model words it anew", async () => {
    const own = { id: "own-lesson", title: "t", author: "a", similarity: 0.9, trust: 1, own: true };
    const { model, distiller } = scene([]);
    const draft = onlyDraft(await distiller.distil(experience({ lessons: [own, { ...own, id: remoteId, own: false }] })));
    expect(draft).toEqual({
      kind: "procedure",
      title: "Set the place of a thing",
      situation: 'You want to set the place of a thing; the task may say "The THING should be in the PLACE"',
      guidance: "Write bind THING --via PLACE",
      example: { task: "The lamp should be in the hall.", steps: ["bind lamp --via hall"] },
      evidence: { worked: 1, changed: 0, failed: 0, verifiedBy: "environment" },
      tags: ["place"],
      environment: { environment: "tools:7" },
      model: "the-model",
      derivedFrom: [remoteId],
    });
    expect(stored(draft).record.body.title).toBe(draft.title);
    expect(model.requests).toEqual([]);
  });

  it("shows the model neither the failed action nor the names of the task", async () => {
    const { model, distiller } = scene([goodReply]);
    await distiller.distil(halfTold());
    const asked = JSON.stringify(model.requests[0]?.prompt);
    expect(asked).toContain("bind THING --via PLACE");
    expect(asked).not.toMatch(/move lamp|lamp|\bhall\b|\.\.\./);
    expect(model.requests).toHaveLength(1);
  });

  it("replaces the names of the task in what the model wrote", async () => {
    const { distiller } = scene([JSON.stringify({ goal: "To put the Lamp in the hall.", advice: "Use bind lamp --via hall" })]);
    const steps = [{ action: "x", observation: "Usage: bind THING --via PLACE", accepted: false }, ...halfTold().steps.slice(1)];
    const draft = onlyDraft(await distiller.distil(halfTold({ steps })));
    expect(draft.title).toBe("Put the THING in the PLACE");
    expect(draft.guidance).toBe("Use bind THING --via PLACE");
  });

  it("keeps the order of several steps, and leaves out a step that the next one made good", async () => {
    const { distiller } = scene([goodReply]);
    const steps = [
      { action: "move lamp hall", observation: page, accepted: false },
      { action: "bind lamp --via kitchen", observation: "Done.", accepted: true },
      { action: "unlock room", observation: "Done.", accepted: true },
      { action: "bind lamp --via hall", observation: "Done.", accepted: true },
    ];
    const draft = onlyDraft(await distiller.distil(experience({ steps })));
    expect(draft.example?.steps).toEqual(["unlock room", "bind lamp --via hall"]);
  });

  it.each([
    ["at the limit", limits.maxExampleTextLength, true],
    ["above it", limits.maxExampleTextLength + 1, false],
  ])("has an example whose text is %s only when it fits whole", async (_, length, has) => {
    const { distiller } = scene([goodReply]);
    const prompt = "The lamp should be in the hall.".padEnd(length, " so");
    const { drafts } = await distiller.distil(experience({ prompt: `${prompt.slice(0, length - 1)}x` }));
    expect(drafts[0]?.example !== undefined).toBe(has);
  });

  it("has no example when there are more steps than a lesson may hold", async () => {
    const steps = Array.from({ length: limits.maxExampleSteps + 1 }, (_, at) => ({
      action: `press button ${at}`,
      observation: "ok",
      accepted: true,
    }));
    const { distiller } = scene([JSON.stringify({ goal: "Light the panel", advice: "Use press on every button in turn" })]);
    const { drafts } = await distiller.distil(experience({ steps, prompt: "The panel should be lit." }));
    expect(drafts[0]?.guidance).toContain("press");
    expect(drafts[0]?.example).toBeUndefined();
  });
});

describe("several trajectories of one kind", () => {
  const reworded = (prompt: string, changes: Partial<Experience> = {}): Experience =>
    experience({
      prompt,
      task: { environment: "tools:7", id: "place-3-4-1", family: "place" },
      steps: [{ action: "bind book --via park", observation: "Done.", accepted: true }],
      lessons: [{ id: remoteId, title: "t", author: "a", similarity: 0.9, trust: 1, own: true }],
      ...changes,
    });
  const known = async (): Promise<StoredLesson> => {
    const { distiller } = scene([goodReply]);
    return stored(onlyDraft(await distiller.distil(experience())));
  };

  it("make one lesson: a later success adds how its task was put, and takes the earlier lesson's place", async () => {
    const first = await known();
    const { model, distiller } = scene([], { familiar: async () => [first] });
    const draft = onlyDraft(await distiller.distil(reworded("The book belongs in the park.")));
    const { title, guidance, example } = first.record.body;
    expect(draft).toMatchObject({ title, guidance, example, supersedes: first.record.id, tags: ["place"] });
    expect(draft.situation).toBe(
      'You want to set the place of a thing; the task may say "The THING should be in the PLACE" or "The THING belongs in the PLACE"',
    );
    expect(draft.evidence).toEqual({ worked: 2, changed: 0, failed: 0, verifiedBy: "environment" });
    expect(model.requests).toEqual([]);
    expect(stored(draft).record.body.supersedes).toBe(first.record.id);
  });

  it("say nothing new when the task is put as another was", async () => {
    const first = await known();
    const { model, distiller } = scene([], { familiar: async () => [first] });
    const { drafts, refusals } = await distiller.distil(reworded("The book should be in the park."));
    expect(drafts).toEqual([]);
    expect(refusals.map(({ reason }) => reason)).toEqual(["existing"]);
    expect(model.requests).toEqual([]);
  });

  it("leave a lesson of somebody else's as it is, and begin one of their own", async () => {
    const first = await known();
    const foreign = { ...first, standing: { ...first.standing, state: "admitted" as const } };
    const { distiller } = scene([], { familiar: async () => [foreign] });
    const own = { lessons: [{ id: foreign.record.id, title: "t", author: "a", similarity: 0.9, trust: 1, own: false }] };
    const draft = onlyDraft(await distiller.distil(reworded("The book belongs in the park.", own)));
    expect(draft).toMatchObject({
      situation: 'You want to set the place of a thing; the task may say "The THING belongs in the PLACE"',
      guidance: "Write bind THING --via PLACE",
      example: { task: "The book belongs in the park.", steps: ["bind book --via park"] },
      derivedFrom: [foreign.record.id],
    });
    expect(draft.supersedes).toBeUndefined();
  });

  it.each([
    ["fits", 0, true],
    ["does not fit", 1, false],
  ])("fill a lesson as long as the next wording %s", async (_, more, fits) => {
    const first = await known();
    const room = limits.maxSituationLength - first.record.body.situation.length - ' or "The THING  in the PLACE"'.length;
    const { distiller } = scene([], { familiar: async () => [first] });
    const draft = onlyDraft(
      await distiller.distil(reworded(`The book ${"is ".repeat(200).slice(0, room + more - 1)}y in the park.`)),
    );
    expect(draft.supersedes !== undefined).toBe(fits);
    expect(draft.situation.length <= limits.maxSituationLength).toBe(true);
  });

  it("of another environment have nothing to do with it", async () => {
    const first = await known();
    const { distiller } = scene([], { familiar: async () => [first] });
    const elsewhere = reworded("The book belongs in the park.", { task: { environment: "tools:8", id: "x", family: "place" } });
    const { refusals } = await distiller.distil(elsewhere);
    expect(refusals.map(({ reason }) => reason)).toEqual(["echo"]);
  });
});

describe("a model's draft", () => {
  const bad: [problem: string, reply: string][] = [
    ["is cut off", "{}"],
    ["says too little", JSON.stringify({ goal: "Bind", advice: "Use bind" })],
    ["is no order", JSON.stringify({ goal: "Set a place", advice: "The bind command sets it" })],
    ["begs", JSON.stringify({ goal: "Set a place", advice: "Please provide more about the bind command" })],
    ["leaves words out", JSON.stringify({ goal: "Set a place", advice: "Use bind ... --via" })],
    [
      "repeats the instruction",
      JSON.stringify({ goal: "Set a place", advice: "Use one sentence that explains the command and its words in capitals" }),
    ],
    ["only says the task again", JSON.stringify({ goal: "Set a place", advice: "Be in THING PLACE" })],
    ["invents an option", JSON.stringify({ goal: "Set a place", advice: "Use bind with --place and --via" })],
    ["misspells the command", JSON.stringify({ goal: "Set a place", advice: "Use bindThingVia to set it" })],
    ["quotes what was not typed", JSON.stringify({ goal: "Set a place", advice: "Use `bind place` with --via" })],
    ["has markup", JSON.stringify({ goal: "Set a place ```", advice: "```" })],
  ];

  it.each(bad)("that %s is repaired once, and the model is told why", async (_, reply) => {
    const { model, distiller } = scene([reply, goodReply]);
    const draft = onlyDraft(await distiller.distil(halfTold()));
    expect(draft.title).toBe("Set the place of a thing");
    expect(model.requests).toHaveLength(2);
    const [first, second] = model.requests.map(({ prompt }) => JSON.stringify(prompt));
    expect(second?.length).toBeGreaterThan(first?.length ?? 0);
    expect(distiller.counts()).toEqual({ experiences: 1, drafts: 1, refusals: 0, repairs: 1, failures: 0 });
  });

  it.each([
    ["a statement", "The THING should be in PLACE"],
    ["the command", "Bind things via"],
    ["the instruction", "Says in a few words what the command is for"],
  ])("whose goal is %s is repaired where the environment does not say what its command is for", async (_, goal) => {
    const advice = "Use bind with --via";
    const { distiller } = scene([JSON.stringify({ goal, advice }), JSON.stringify({ goal: "set a place", advice })]);
    const steps = [{ action: "x", observation: "Usage: bind THING --via PLACE", accepted: false }, ...halfTold().steps.slice(1)];
    const draft = onlyDraft(await distiller.distil(halfTold({ steps })));
    expect(draft.title).toBe("Set a place");
    expect(distiller.counts().repairs).toBe(1);
  });

  it("that cannot be repaired is a counted, logged failure, and the trajectory speaks for itself", async () => {
    const begging = JSON.stringify({ goal: "Set a place", advice: "Please provide more" });
    const { model, distiller, lines } = scene([begging, begging]);
    const distillation = await distiller.distil(halfTold());
    expect(distillation.failure?.code).toBe("DRAFT_UNUSABLE");
    expect(model.requests).toHaveLength(2);
    expect(onlyDraft(distillation)).toMatchObject({
      title: "Set the place of a thing",
      guidance: "Write bind THING --via PLACE",
      model: "the-model",
    });
    expect(distiller.counts().failures).toBe(1);
    expect(lines.join()).toContain("DRAFT_UNUSABLE");
  });

  it("that does not come is a failure too", async () => {
    const { distiller } = scene([]);
    const distillation = await distiller.distil(halfTold());
    expect(distillation.failure?.code).toBe("MODEL_FAILED");
    expect(onlyDraft(distillation).guidance).toBe("Write bind THING --via PLACE");
  });

  it("is given up when the signal fires", async () => {
    const { distiller } = scene([goodReply]);
    const given = await distiller.distil(halfTold(), AbortSignal.abort()).catch((error: unknown) => error);
    expect(GrapevineError.is(given, "MODEL_ABORTED")).toBe(true);
  });
});

describe("a model that only completes text", () => {
  it("is not asked: the words are the task's and the environment's", async () => {
    const { model, distiller } = scene([], {}, "completion");
    expect(onlyDraft(await distiller.distil(experience()))).toMatchObject({
      title: "Set the place of a thing",
      situation: 'You want to set the place of a thing; the task may say "The THING should be in the PLACE"',
      guidance: "Write bind THING --via PLACE",
      example: { task: "The lamp should be in the hall.", steps: ["bind lamp --via hall"] },
      model: "the-model",
    });
    expect(model.requests).toEqual([]);
  });

  it.each([
    ["delta bind lamp --via hall", "the tool's name in front"],
    ["bind the lamp --via hall", "an article"],
    ["bind Lamp --via Hall", "capitals"],
  ])("reads %s (%s)", async (action) => {
    const { distiller } = scene([], {}, "completion");
    const steps = [
      { action: "x", observation: page, accepted: false },
      { action, observation: "Done.", accepted: true },
    ];
    const draft = onlyDraft(await distiller.distil(experience({ steps })));
    expect(draft.situation).toContain("The THING should be in the PLACE");
    expect(draft.example?.steps).toEqual([action]);
  });

  it("says what was done where no form is known", async () => {
    const { distiller } = scene([], {}, "completion");
    const steps = [
      { action: "no", observation: "Error.", accepted: false },
      { action: "open the lid", observation: "ok", accepted: true },
    ];
    const draft = onlyDraft(await distiller.distil(experience({ steps, prompt: "The jar should be open." })));
    expect(draft).toMatchObject({ title: "The jar should be open", guidance: "Do as was done: open the lid", kind: "procedure" });
  });
});

describe("a question", () => {
  it("whose answer worked becomes a fact in the answer's own words, and no model words it anew", async () => {
    const { model, distiller } = scene([]);
    const draft = onlyDraft(await distiller.distil(question()));
    expect(draft).toMatchObject({
      kind: "fact",
      title: "Which port does the service use?",
      situation: "The question is: Which port does the service use?",
      guidance: "Answer: It listens on port 11434.",
      example: { task: "Which port does the service use?", steps: ["It listens on port 11434."] },
      evidence: { worked: 1, changed: 0, failed: 0, verifiedBy: "feedback" },
      model: "the-model",
    });
    expect(stored(draft).record.body.kind).toBe("fact");
    expect(model.requests).toEqual([]);
  });

  it("whose answer was changed teaches the correction", async () => {
    const { distiller } = scene([]);
    const outcome = { verdict: "changed", verifiedBy: "feedback", comment: "It is port 11434.", at: 2 } as const;
    const draft = onlyDraft(await distiller.distil(question({ answer: "It is port 80.", outcome })));
    expect(draft.guidance).toBe("Answer: It is port 11434.");
    expect(draft.example?.steps).toEqual(["It is port 11434."]);
    expect(draft.evidence).toEqual({ worked: 0, changed: 1, failed: 0, verifiedBy: "feedback" });
    expect(JSON.stringify(draft)).not.toContain("80");
  });

  it.each([
    ["fits the guidance is not put to the model", limits.maxGuidanceLength - "Answer: ".length, 0],
    ["does not fit is summed up by the model", limits.maxGuidanceLength - "Answer: ".length + 1, 1],
  ])("whose answer %s", async (_, length, calls) => {
    const { model, distiller } = scene([
      JSON.stringify({ goal: "Find the port of the service", advice: "Connect to port 11434." }),
    ]);
    const answer = "It listens on port 11434, ".padEnd(length, "unless another program holds it ").slice(0, length - 1);
    const draft = onlyDraft(await distiller.distil(question({ answer: `${answer}.` })));
    expect(model.requests).toHaveLength(calls);
    expect(draft.guidance === "Connect to port 11434.").toBe(calls === 1);
    expect(draft.example).toBeUndefined();
  });

  it("whose answer failed teaches the user's comment as a pitfall, without an example", async () => {
    const { model, distiller } = scene([]);
    const outcome = { verdict: "failed", verifiedBy: "feedback", comment: "the port was changed in version 2", at: 2 } as const;
    const draft = onlyDraft(await distiller.distil(question({ outcome })));
    expect(draft).toMatchObject({
      kind: "pitfall",
      guidance: "Take care: the port was changed in version 2",
      evidence: { failed: 1, worked: 0 },
    });
    expect(draft.example).toBeUndefined();
    expect(model.requests).toEqual([]);
  });
});

describe("a task that was not solved", () => {
  const outcome = { verdict: "failed", verifiedBy: "environment", at: 2 } as const;

  it("teaches at most three forms that the environment named, as facts about the tool", async () => {
    const observation = ["bind", "crown", "slice", "swing"].map((verb) => `Usage: ${verb} THING --via PLACE`).join("\n");
    const { distiller } = scene([]);
    const { drafts } = await distiller.distil(experience({ outcome, steps: [{ action: "x", observation, accepted: false }] }));
    expect(drafts.map(({ kind, guidance }) => `${kind}: ${guidance}`)).toEqual([
      "fact: Write bind THING --via PLACE",
      "fact: Write crown THING --via PLACE",
      "fact: Write slice THING --via PLACE",
    ]);
    expect(drafts.every(({ example, evidence }) => example === undefined && evidence.worked === 0 && evidence.failed === 1)).toBe(
      true,
    );
  });
});

describe("what was tried again", () => {
  type TryOut = NonNullable<DistillerComponents["tryOut"]>;
  const failed = (): Experience =>
    experience({
      prompt: "The book belongs in the park.",
      steps: [{ action: "put book park", observation: page, accepted: false }],
      outcome: { verdict: "failed", verifiedBy: "environment", at: 2 },
    });
  /** Solved where the lesson's text holds the words. */
  const solvedWith = (words: string, seen: string[] = []): TryOut => {
    return async ({ situation, guidance }) => {
      seen.push(guidance);
      const solved = `${situation} ${guidance}`.includes(words);
      return { solved, steps: [{ action: "bind book --via park", observation: "Done.", accepted: solved }] };
    };
  };
  const known = async (): Promise<StoredLesson> => stored(onlyDraft(await scene([]).distiller.distil(experience())));

  it("a failure that a neighbouring task's lesson turns into a success adds its wording to it", async () => {
    const first = await known();
    const { distiller } = scene([], { familiar: async () => [first], tryOut: solvedWith("should be in the PLACE") });
    const draft = onlyDraft(await distiller.distil(failed()));
    expect(draft.supersedes).toBe(first.record.id);
    expect(draft.situation).toContain('or "The THING belongs in the PLACE"');
    expect(draft.evidence).toEqual({ worked: 2, changed: 0, failed: 0, verifiedBy: "environment" });
  });

  it("a failure that a form of the tool's own turns into a success becomes a lesson with an example", async () => {
    const { distiller } = scene([], { tryOut: solvedWith("bind THING --via PLACE") });
    const draft = onlyDraft(await distiller.distil(failed()));
    expect(draft).toMatchObject({
      kind: "procedure",
      guidance: "Write bind THING --via PLACE",
      example: { task: "The book belongs in the park.", steps: ["bind book --via park"] },
      evidence: { worked: 2, changed: 0, failed: 0, verifiedBy: "environment" },
    });
  });

  it("a failure that nothing turns into a success teaches nothing, after few tries", async () => {
    const seen: string[] = [];
    const manual = Array.from({ length: maxRetries + 2 }, (_, at) => `Usage: bind${at} THING --via PLACE`).join("\n");
    const steps = [{ action: "x", observation: manual, accepted: false }];
    const { distiller } = scene([], { tryOut: solvedWith("nothing at all", seen) });
    const { drafts, refusals } = await distiller.distil({ ...failed(), steps });
    expect(drafts).toEqual([]);
    expect(refusals.map(({ reason }) => reason)).toEqual(["no-help"]);
    expect(seen).toHaveLength(maxRetries);
  });

  it("a failure where nothing may be tried teaches the forms that the tool named", async () => {
    const { distiller } = scene([], { tryOut: async () => undefined });
    expect(onlyDraft(await distiller.distil(failed()))).toMatchObject({ kind: "fact", guidance: "Write bind THING --via PLACE" });
  });

  it("a new lesson is kept when the task it came from is solved with it, which counts as evidence", async () => {
    const helps = scene([], { tryOut: solvedWith("bind THING") });
    expect(onlyDraft(await helps.distiller.distil(experience())).evidence.worked).toBe(2);
    const helpsNot = scene([], { tryOut: solvedWith("nothing at all") });
    const { drafts, refusals } = await helpsNot.distiller.distil(experience());
    expect(drafts).toEqual([]);
    expect(refusals.map(({ reason }) => reason)).toEqual(["no-help"]);
  });
});

describe("nothing is made of", () => {
  const use = { id: remoteId, title: "t", author: "a", similarity: 0.9, trust: 1, own: false };
  const { outcome: _, ...unjudged } = experience();
  const cases: [name: string, given: Experience, reason: string][] = [
    ["an experience without an outcome", unjudged, "no-outcome"],
    [
      "a failure that nobody explained",
      experience({ steps: [], outcome: { verdict: "failed", verifiedBy: "environment", at: 2 } }),
      "nothing-verified",
    ],
    [
      "a change that nobody described",
      question({ outcome: { verdict: "changed", verifiedBy: "feedback", comment: " ", at: 2 } }),
      "no-correction",
    ],
    [
      "what worked at once with a lesson in the prompt",
      experience({ steps: experience().steps.slice(1), lessons: [use] }),
      "echo",
    ],
    ["an empty answer", question({ answer: " " }), "nothing-verified"],
  ];
  it.each(cases)("%s", async (_name, given, reason) => {
    const { model, distiller, lines } = scene([]);
    const { drafts, refusals, failure } = await distiller.distil(given);
    expect(drafts).toEqual([]);
    expect(refusals.map((refusal) => refusal.reason)).toEqual([reason]);
    expect(failure).toBeUndefined();
    expect(model.requests).toEqual([]);
    expect(lines).toHaveLength(1);
  });

  it("what a known lesson says", async () => {
    const first = onlyDraft(await scene([goodReply]).distiller.distil(halfTold()));
    const lesson = stored(first);
    const again = async (similarity: number, guidance: string): Promise<string[]> => {
      const advice = JSON.stringify({ goal: "Set the place of a thing", advice: guidance });
      const { distiller } = scene([advice], { similar: async () => [{ lesson, similarity }] });
      return (await distiller.distil(halfTold())).refusals.map(({ reason }) => reason);
    };
    expect(await again(0.5, "Use bind with the THING first and the PLACE after --via.")).toEqual(["existing"]);
    expect(await again(0.9, "Use bind, THING first, PLACE after --via.")).toEqual(["existing"]);
    expect(await again(0.89, "Use bind, THING first, PLACE after --via.")).toEqual([]);
    expect(await again(0.99, "Use bind on a locked cupboard only after asking its keeper twice for leave.")).toEqual([]);
  });

  it("what the gate refuses; the refusal says where, and not what", async () => {
    const key = secrets["github token"]?.(createDraw(9)) ?? "";
    const { distiller, lines } = scene([
      JSON.stringify({ goal: "Find the port of the service", advice: "Connect to port 11434." }),
    ]);
    const { drafts, refusals } = await distiller.distil(question({ answer: `It listens on port 11434 with ${key}` }));
    expect(drafts).toEqual([]);
    expect(refusals[0]).toMatchObject({ reason: "gate" });
    expect(refusals[0]?.detail).toMatch(/example\.steps\.0 30–\d+: secret \(/);
    expect(`${JSON.stringify(refusals)} ${lines.join()}`).not.toContain(key);
  });
});

it("a refusal by the gate is an error that says where, for a text that a user wrote", async () => {
  const draft = onlyDraft(await scene([goodReply]).distiller.distil(experience()));
  const { findings } = await gate.checkDraft({ ...draft, title: `Write to ${["someone", "nowhere.org"].join("@")}` });
  expect(gateRefusal(findings)).toMatchObject({
    code: "GATE_REFUSED",
    message: expect.stringContaining("title 9–28: personal (email)"),
  });
});
