import { type LessonBody, lessonText, type RecordDraft, type StoredLesson } from "@grapevine/core";
import { ScriptedModel, type ScriptedModelInit, sampleIdentity, sampleLesson, sampleStoredLesson } from "@grapevine/testing";
import { describe, expect, it } from "vitest";
import { type Consolidation, consolidate, createGate } from "../src/index.ts";

const gate = createGate();
const [self, friend, third] = [sampleIdentity(1), sampleIdentity(2), sampleIdentity(3)];

function member(
  author: typeof self,
  guidance: string,
  { own = false, ...changes }: Partial<RecordDraft<LessonBody>> & { own?: boolean } = {},
): StoredLesson {
  const record = sampleLesson(author, {
    title: "Free a stuck drawer",
    situation: "A drawer of the old desk is stuck and has to be opened",
    guidance,
    example: undefined,
    tags: ["desk"],
    ...changes,
  });
  return sampleStoredLesson(record, 1, own ? "own" : "admitted");
}

const members: readonly StoredLesson[] = [
  member(friend, "Lift the drawer by its handle with both hands and then pull it slowly towards you"),
  member(self, "Pull the drawer slowly, after lifting the handle a little, and do not shake the whole desk at all", {
    own: true,
    tags: ["wood"],
    example: { task: "Open the drawer Anton", steps: ["lift Anton", "pull Anton"] },
    evidence: { worked: 2, changed: 1, failed: 0, verifiedBy: "feedback" },
  }),
  member(third, "The handle has to be lifted before the drawer is pulled slowly, since the old desk has sunk"),
];
const reply = (goal: string, advice: string): string => JSON.stringify({ goal, advice });
const good = reply("Open a stuck drawer", "Lift the handle first, pull slowly, and do not shake the desk");

function run(
  replies: ScriptedModelInit["replies"],
  among = members,
  promptForm: "chat" | "completion" = "chat",
): { model: ScriptedModel; made: Promise<Consolidation> } {
  const model = new ScriptedModel({ replies, id: "drafter", promptForm });
  return { model, made: consolidate(among, { model: () => model, gate }) };
}

describe("consolidation of a cluster", () => {
  it("drafts one lesson from the members; what no model writes is copied from them", async () => {
    const { model, made } = run([good]);
    expect(await made).toEqual({
      draft: {
        kind: "procedure",
        title: "Open a stuck drawer",
        situation: members[0]?.record.body.situation,
        guidance: "Lift the handle first, pull slowly, and do not shake the desk",
        example: members[1]?.record.body.example,
        evidence: { worked: 2, changed: 1, failed: 0, verifiedBy: "environment" },
        tags: ["desk", "wood"],
        model: "drafter",
        derivedFrom: [members[0]?.record.id, members[2]?.record.id],
      },
    });
    const prompt = JSON.stringify(model.requests[0]?.prompt);
    for (const { record } of members) expect(prompt).toContain(record.body.guidance);
  });

  it("counts what was seen here with the members, and not what others claim of theirs", async () => {
    const boastful = member(friend, members[0]?.record.body.guidance ?? "", {
      evidence: { worked: 1_000_000, changed: 0, failed: 0, verifiedBy: "environment" },
    });
    const used = { ...boastful, outcomes: { worked: 3, changed: 0, failed: 1 } };
    const { draft } = await run([good], [used, ...members.slice(1)]).made;
    expect(draft?.evidence).toMatchObject({ worked: 5, changed: 1, failed: 1 });
  });

  it("keeps a form word for word that the best member gives", async () => {
    const forms = members.map((each) => ({
      ...each,
      record: {
        ...each.record,
        body: { ...each.record.body, guidance: `${each.record.body.guidance}. Write drawer NAME --lift` },
      },
    }));
    const { draft } = await run([good], forms).made;
    expect(draft?.guidance).toBe("Lift the handle first, pull slowly, and do not shake the desk. Write drawer NAME --lift");
  });

  it("lets the model repair its draft once, and gives up then", async () => {
    const repaired = run(['{"goal": ""}', good]);
    expect((await repaired.made).draft).toBeDefined();
    expect(repaired.model.requests).toHaveLength(2);
    const hopeless = run([reply("Cook", "Boil an egg for seven minutes"), reply("Cook", "Boil an egg for seven minutes")]);
    expect(await hopeless.made).toMatchObject({ draft: undefined, reason: "unusable" });
    expect(hopeless.model.requests).toHaveLength(2);
  });

  it("takes no words of a single task, and no option that no member names", async () => {
    const single = reply("Open a stuck drawer", "Lift the handle of Anton first, pull slowly, and do not shake the desk");
    const invented = reply("Open a stuck drawer", "Lift the handle first, pull slowly with --force, and do not shake the desk");
    for (const bad of [single, invented]) {
      const { model, made } = run([bad, good]);
      expect((await made).draft?.guidance).toBe("Lift the handle first, pull slowly, and do not shake the desk");
      expect(model.requests).toHaveLength(2);
    }
  });

  it("refuses a draft that says what one member says, and one that is longer than all of them", async () => {
    const copy = reply("Open a stuck drawer", members[0]?.record.body.guidance ?? "");
    expect(await run([copy]).made).toMatchObject({ draft: undefined, reason: "existing" });
    const everything =
      "Lift the handle of the old drawer first, pull it slowly, since the whole desk has sunk a little, and do not shake it";
    const long = run([reply("Open a stuck drawer of the old desk that is stuck", everything)]);
    const longest = Math.max(...members.map(({ record }) => lessonText(record.body).length));
    expect(await long.made).toMatchObject({ reason: "longer", detail: expect.stringContaining(String(longest)) });
  });

  it("refuses what the gate does not pass", async () => {
    const told = members.map((each) => ({
      ...each,
      record: { ...each.record, body: { ...each.record.body, tags: ["ann@drawers.com"] } },
    }));
    expect(await run([good], told).made).toMatchObject({ draft: undefined, reason: "gate" });
  });

  it("needs three members, and a model that follows orders", async () => {
    const few = run([], members.slice(0, 2));
    expect(await few.made).toMatchObject({ draft: undefined, reason: "too-few" });
    const weak = run([], members, "completion");
    expect(await weak.made).toMatchObject({ draft: undefined, reason: "weak-model" });
    expect([...few.model.requests, ...weak.model.requests]).toEqual([]);
  });

  it("is given up when it is interrupted", async () => {
    const model = new ScriptedModel({ replies: [good] });
    const made = consolidate(members, { model: () => model, gate }, AbortSignal.abort());
    await expect(made).rejects.toMatchObject({ code: "MODEL_ABORTED" });
  });
});
