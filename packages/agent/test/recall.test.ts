import { isUsable, type LessonBody, type LessonState, lessonWords, type RecordDraft, type StoredLesson } from "@grapevine/core";
import {
  ExactVectorIndex,
  HashEmbedder,
  MemoryLessonStore,
  sampleIdentity,
  sampleLesson,
  sampleStoredLesson,
} from "@grapevine/testing";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { type AuthorStanding, PostingIndex, type RecallQuery, recall } from "../src/index.ts";

const embedder = new HashEmbedder();
const self = sampleIdentity(1);
const friend = sampleIdentity(2);
const stranger = sampleIdentity(3);
const now = 1_800_000_000_000;

describe("recall", () => {
  let store: MemoryLessonStore;
  let index: ExactVectorIndex;
  let words: PostingIndex;
  let utilities: Map<string, number>;
  let usable: Set<number>;
  let seq = 0;
  beforeEach(() => {
    store = new MemoryLessonStore();
    index = new ExactVectorIndex({ embedder: embedder.id, dimensions: embedder.dimensions });
    words = new PostingIndex();
    utilities = new Map();
    usable = new Set();
  });

  const add = async (
    said: string,
    more: {
      by?: typeof self;
      state?: LessonState;
      changes?: Partial<RecordDraft<LessonBody>>;
      utility?: number;
      cluster?: StoredLesson;
      against?: StoredLesson;
    } = {},
  ): Promise<StoredLesson> => {
    seq += 1;
    const text = { title: said, situation: said, guidance: said, example: undefined };
    const record = sampleLesson(more.by ?? self, { seq, ...text, ...more.changes });
    const kept = sampleStoredLesson(record, store.nextLabel(), more.state ?? "admitted");
    const conflicts = more.against === undefined ? [] : [more.against.record.id];
    const lesson = { ...kept, cluster: more.cluster?.cluster ?? kept.cluster, conflicts };
    if (isUsable(lesson)) {
      usable.add(lesson.label);
      words.add(lesson.label, lessonWords(record.body));
    }
    await store.apply([{ kind: "lesson", lesson }]);
    const [vector] = await embedder.embed([said]);
    if (vector !== undefined) index.add(lesson.label, vector);
    utilities.set(record.id, more.utility ?? 0);
    return lesson;
  };

  const ask = async (text: string, query: Partial<RecallQuery> = {}, gathered: unknown[] = []): Promise<string[]> => {
    const found = await recall(
      { text, limit: 3, ...query },
      {
        lessons: store,
        index: () => index,
        words,
        embedder,
        clock: { now: () => now },
        utilitiesOf: async (glances) => glances.map(({ id }) => utilities.get(id) ?? 0),
        authorOf: (author): AuthorStanding =>
          author === stranger.author ? { trust: 0.2, known: false } : { trust: author === self.author ? 1 : 0.5, known: true },
        mayBeUsed: (label) => usable.has(label),
        areInConflict: (first, second) => first.conflicts.includes(second.id) || second.conflicts.includes(first.id),
      },
    );
    gathered.splice(0, gathered.length, ...found.map(({ furtherWordings }) => furtherWordings));
    return found.map(({ lesson }) => lesson.record.body.title);
  };

  it("finds what is about the question, nearest first, and leaves out what is not", async () => {
    await add("rotate the glass prism slowly");
    await add("rotate the glass prism slowly by hand");
    await add("feed seven hungry penguins");
    expect(await ask("rotate the glass prism slowly")).toEqual([
      "rotate the glass prism slowly",
      "rotate the glass prism slowly by hand",
    ]);
    expect(await ask("compile kernel modules")).toEqual([]);
  });

  it.each(["held", "archived", "retracted"] as const)("never uses a lesson that is %s", async (state) => {
    await add("rotate the glass prism", { state });
    expect(await ask("rotate the glass prism")).toEqual([]);
  });

  it("never uses an expired lesson", async () => {
    await add("rotate the glass prism", { changes: { expiresAt: now } });
    await add("rotate the glass prism now", { changes: { expiresAt: now + 1 } });
    expect(await ask("rotate the glass prism")).toEqual(["rotate the glass prism now"]);
  });

  it("takes one lesson of a cluster, the better one", async () => {
    const first = await add("rotate the glass prism", { utility: 0.1 });
    await add("rotate the glass prism with care", { utility: 0.2, cluster: first });
    expect(await ask("rotate the glass prism")).toEqual(["rotate the glass prism with care"]);
  });

  it("takes one side of a conflict, that of more worth and then of more trust, unless both are asked for", async () => {
    const proved = await add("rotate the glass prism carefully and only to the right", { by: friend, utility: 0.2 });
    await add("rotate the glass prism left", { by: friend, utility: 0.1, against: proved });
    expect(await ask("rotate the glass prism left")).toEqual(["rotate the glass prism carefully and only to the right"]);
    expect(await ask("rotate the glass prism left", { bothSides: true })).toHaveLength(2);
    await add("rotate the glass prism left at once", { by: self, utility: 0.2, against: proved });
    expect(await ask("rotate the glass prism left")).not.toContain("rotate the glass prism carefully and only to the right");
  });

  it("leaves out what lies far behind a lesson that has proved itself, on request, and none behind one that has not", async () => {
    await add("rotate the glass prism slowly by hand", { by: friend });
    await add("rotate pictures of seven hungry penguins slowly");
    const question = "rotate the glass prism slowly by hand";
    const far = { minSimilarity: 0.1, maxFallOff: 0.2 };
    expect(await ask(question, far)).toHaveLength(2);
    await add("rotate the glass prism slowly", { by: friend, state: "own" });
    expect(await ask(question, far)).toEqual([question, "rotate the glass prism slowly"]);
    expect(await ask(question, { minSimilarity: 0.1 })).toHaveLength(3);
  });

  it("finds what may be used behind any number of nearer lessons that may not", async () => {
    for (let copy = 0; copy < 60; copy++) await add("rotate the glass prism", { by: stranger, state: "held" });
    await add("rotate the glass prism by hand and in daylight");
    await add("feed seven hungry penguins");
    const search = vi.spyOn(words, "search");
    expect(await ask("rotate the glass prism")).toEqual(["rotate the glass prism by hand and in daylight"]);
    expect(search).toHaveBeenCalledOnce(); // though neighbours are looked for twice
  });

  it("takes one lesson of an author whom the user has not named, and several of those whom the user has", async () => {
    await add("rotate the glass prism left", { by: stranger });
    await add("rotate the glass prism right", { by: stranger });
    expect(await ask("rotate the glass prism")).toHaveLength(1);
    await add("rotate the glass prism up", { by: friend });
    await add("rotate the glass prism down", { by: friend });
    expect(await ask("rotate the glass prism")).toHaveLength(3);
  });

  it("uses what comes from the environment of the question, however it is worded", async () => {
    await add("entirely different words", { changes: { environment: { environment: "tools:7" } } });
    expect(await ask("rotate the glass prism")).toEqual([]);
    expect(await ask("rotate the glass prism", { environment: "tools:7" })).toEqual(["entirely different words"]);
    expect(await ask("rotate the glass prism", { environment: "tools:8" })).toEqual([]);
  });

  it("uses the answer to a question with options for that question alone, whatever stands around it", async () => {
    const ofSet = (task: string): Partial<RecordDraft<LessonBody>> => ({
      environment: { environment: "questions:birds.jsonl" },
      example: { task, steps: ["Seven"] },
    });
    const said = "how many herrings + sprats does the hungry penguin eat";
    await add(said, { changes: ofSet(said) });
    const query = { environment: "questions:birds.jsonl", options: ["five", "seven"] };
    expect(await ask(said, query)).toEqual([said]);
    expect(await ask(`Please tell: ${said}`, query)).toEqual([said]);
    expect(await ask(said, { ...query, options: ["five", "six"] })).toEqual([]);
    const other = "how many herrings * sprats does the hungry penguin eat";
    const reasons: string[] = [];
    const onLeftOut: RecallQuery["onLeftOut"] = (leftOut) => reasons.push(...leftOut.map(({ reason }) => reason));
    expect(await ask(other, { ...query, onLeftOut })).toEqual([]);
    expect(reasons).toEqual(["too-far"]);
    expect(await ask(other, { environment: query.environment })).toEqual([said]);
    // A way to do things carries over, however it is worded.
    const { environment } = query;
    await add("a fact of a long question", { changes: { kind: "fact", environment: { environment } } });
    await add("read all options first", { changes: { kind: "strategy", environment: { environment } } });
    expect(await ask(other, query)).toEqual(["read all options first"]);
  });

  it("tells the kinds of tasks of one environment apart by how they are put, not by the names in them", async () => {
    const ofTool = (situation: string, task: string): Partial<RecordDraft<LessonBody>> => ({
      environment: { environment: "tools:7" },
      situation,
      example: { task, steps: ["do it"] },
    });
    await add("place", {
      changes: ofTool('the task may say "The THING belongs in the PLACE"', "The lamp should be in the hall."),
    });
    await add("holder", {
      changes: ofTool('the task may say "The THING belongs to PERSON"', "The garden chair belongs to Anna."),
      utility: 0.5,
    });
    const query = { environment: "tools:7", limit: 1 };
    expect(await ask("The garden chair should be in the park.", query)).toEqual(["place"]);
    expect(await ask("The garden chair belongs in the park.", query)).toEqual(["place"]);
    expect(await ask("The lamp belongs to Peter.", query)).toEqual(["holder"]);
  });

  it("ranks a cluster by the member that is put most like the task, and shows the one that is worth most", async () => {
    const ofTool = (task: string): Partial<RecordDraft<LessonBody>> => ({
      environment: { environment: "tools:7" },
      example: { task, steps: ["do it"] },
    });
    const better = await add("better", { changes: ofTool("The lamp should be in the hall."), utility: 0.3 });
    await add("nearer", { changes: ofTool("The hat belongs in the hall."), cluster: better });
    await add("other", { changes: ofTool("The hat belongs to Anna."), utility: 0.2 });
    expect(await ask("The coat belongs in the office.", { environment: "tools:7", limit: 1 })).toEqual(["better"]);
  });

  it("gathers how the lessons of a cluster say that such tasks are put", async () => {
    const ofTool = (situation: string): Partial<RecordDraft<LessonBody>> => ({
      environment: { environment: "tools:7" },
      situation,
      example: { task: "The lamp should be in the hall.", steps: ["put lamp hall"] },
    });
    const here = '"The THING should be in the PLACE"';
    const better = await add("better", { changes: ofTool(here), utility: 0.3 });
    await add("nearer", { changes: ofTool(`"The THING belongs in the PLACE" or ${here}`), cluster: better });
    const gathered: unknown[] = [];
    await ask("The coat belongs in the office.", { environment: "tools:7", limit: 1 }, gathered);
    expect(gathered).toEqual([["The THING belongs in the PLACE"]]);
    await ask("better", {}, gathered);
    expect(gathered).toEqual([undefined]);
  });

  it("keeps to its limit and to its budget of characters", async () => {
    for (const name of ["north", "south", "east", "west"]) await add(`rotate the glass prism ${name}`);
    expect(await ask("rotate the glass prism", { limit: 2 })).toHaveLength(2);
    const one = "rotate the glass prism north".length * 3 + 10;
    expect(await ask("rotate the glass prism", { maxCharacters: one })).toHaveLength(1);
  });

  it("finds a lesson by a rare word where many lie nearer, unless it is about something quite else", async () => {
    for (let number = 0; number < 60; number++) await add(`please tell everybody in good time, says rule${number}`);
    const telling = "zyxcode comes up whenever some volume has got full to the brim";
    await add(telling);
    const question = "what does zyxcode tell everybody";
    const [vector] = await embedder.embed([question]);
    const nearest = index.search(vector ?? expect.fail("no vector"), 24).map(({ label }) => label);
    expect(nearest).not.toContain(60);
    expect(await ask(question)).toContain(telling);
    expect(await ask(question, { minSimilarity: 0.9 })).toEqual([]);
  });

  it("lets no flood of lessons full of the question's words push out what has proved itself", async () => {
    const proved = "rotate the prism of glass slowly by hand";
    await add(proved, { by: friend, state: "own", utility: 0.3 });
    const elsewhere = "feed seven hungry penguins with herring from yonder harbour before winter storms arrive";
    for (let copy = 0; copy < 80; copy++) await add(`glass prism ${elsewhere} copy${copy}`, { by: stranger });
    expect(await ask("rotate the glass prism slowly", { maxFallOff: 0.2 })).toEqual([proved]);
    expect(await ask("glass prism", { maxFallOff: 0.2 })).toContain(proved);
  });

  it("says what was considered and left out, and why", async () => {
    const first = await add("rotate the glass prism north", { utility: 0.3 });
    await add("rotate the glass prism north now", { cluster: first });
    await add("rotate the glass prism south", { against: first });
    await add("rotate the glass prism west", { by: stranger });
    await add("rotate the glass prism west again", { by: stranger });
    await add("rotate the glass prism east", { changes: { guidance: "turn it ".repeat(30).trim() } });
    await add("feed seven hungry penguins a prism");
    await add("rotate the glass prism", { state: "held" });
    const reasons = new Map<string, string>();
    const onLeftOut: RecallQuery["onLeftOut"] = (leftOut) => {
      for (const { lesson, reason } of leftOut) reasons.set(lesson.record.body.title, reason);
    };
    const query = { limit: 3, minSimilarity: 0.3, maxCharacters: 250, onLeftOut };
    expect(await ask("rotate the glass prism", query)).toHaveLength(2);
    expect(Object.fromEntries(reasons)).toEqual({
      "rotate the glass prism north now": "same-cluster",
      "rotate the glass prism south": "contradicted",
      "rotate the glass prism west again": "same-author",
      "rotate the glass prism east": "too-long",
      "feed seven hungry penguins a prism": "too-far",
    });
    await ask("rotate the glass prism", { ...query, limit: 1 });
    expect(reasons.get("rotate the glass prism west")).toBe("outranked");
  });

  it("leaves out what has not proved itself behind what has, and says so", async () => {
    await add("rotate the glass prism", { by: friend, state: "own" });
    await add("rotate the glass prism slowly", { by: friend });
    const reasons: string[] = [];
    const onLeftOut: RecallQuery["onLeftOut"] = (leftOut) => reasons.push(...leftOut.map(({ reason }) => reason));
    expect(await ask("rotate the glass prism", { maxFallOff: 0.2, onLeftOut })).toEqual(["rotate the glass prism"]);
    expect(reasons).toEqual(["unproved"]);
  });

  it("finds nothing in an empty index", async () => {
    expect(await ask("anything")).toEqual([]);
  });
});
