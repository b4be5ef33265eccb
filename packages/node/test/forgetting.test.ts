import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { type GenerationRequest, systemClock } from "@grapevine/core";
import { findTraces, openStore, type Store } from "@grapevine/store";
import { HashEmbedder, ScriptedModel, sampleLesson, sampleStoredLesson } from "@grapevine/testing";
import { openVectorIndex } from "@grapevine/vector-index";
import { destination, pino } from "pino";
import { afterEach, describe, expect, it } from "vitest";
import { type Composed, compose } from "../src/compose.ts";
import { forgettingNote, loadIdentity, openHome } from "../src/home.ts";
import { createSavedSettings } from "../src/saved-settings.ts";

const situation = "A door squeaks in the dead of the night";
const guidance = "Rub its hinges with amaryllis balm number 4711";
const question = "What helps if in the night a door squeaks?";

interface Bench extends Composed {
  readonly folder: string;
  readonly store: Store;
  readonly stop: () => Promise<void>;
}

const open: Bench[] = [];
afterEach(async () => {
  for (const bench of open.splice(0)) {
    await bench.stop();
    await rm(bench.folder, { recursive: true, force: true });
  }
});

/** A whole node with its files: store, index, log and settings; a scripted model and a hashing embedder. */
async function start(reply: (request: GenerationRequest) => string = () => "I see.", at?: string): Promise<Bench> {
  const folder = at ?? (await mkdtemp(join(tmpdir(), "grapevine-forgetting-")));
  const home = await openHome(folder, "node");
  const log = pino({ level: "debug" }, destination({ dest: join(home.folder, "node.log"), sync: true }));
  const store = await openStore({ path: home.storeFolder, clock: systemClock });
  const embedder = new HashEmbedder();
  const { index } = await openVectorIndex({ path: home.indexFolder, embedder: embedder.id, dimensions: embedder.dimensions });
  const composed = await compose({
    home,
    settings: createSavedSettings(home, { peers: {} }, { clock: systemClock, log }),
    swarm: "test",
    listen: ["/ip4/127.0.0.1/tcp/0"],
    identity: await loadIdentity(home, { mayCreate: true }),
    clock: systemClock,
    log,
    store,
    model: new ScriptedModel({ replies: reply }),
    embedder,
    index,
  });
  await composed.network.start();
  composed.begin();
  let stopping: Promise<void> | undefined;
  const stop = async (): Promise<void> => {
    await composed.network.stop();
    await composed.end();
    await index.close();
    await store.close();
  };
  const bench: Bench = {
    ...composed,
    folder: home.folder,
    store,
    stop: () => {
      stopping ??= stop();
      return stopping;
    },
  };
  open.push(bench);
  return bench;
}

async function settled({ service }: Bench): Promise<void> {
  await expect.poll(async () => (await service.status()).queues.embedding).toBe(0);
}

async function traces({ folder }: Bench, ...texts: readonly string[]): Promise<readonly string[]> {
  const found = await findTraces(
    folder,
    texts.map((text) => Buffer.from(text)),
  );
  expect(found.files).toBeGreaterThan(8);
  return found.traces.map(({ file }) => file.slice(folder.length + 1));
}

describe("forgetting a lesson", () => {
  it("does not say that peers keep a draft that never passed its trial", async () => {
    const bench = await start();
    const { id } = await bench.service.teach({ situation, guidance });
    const taught = await bench.store.lessons.get(id);
    if (taught === undefined) throw new Error("it is not there");
    const record = sampleLesson(await loadIdentity(await openHome(dirname(bench.folder), "node"), { mayCreate: false }));
    const draft = { ...sampleStoredLesson(record, bench.store.lessons.nextLabel(), "held"), consolidates: id };
    await bench.store.lessons.apply([{ kind: "lesson", lesson: draft }]);
    const standing = { state: "archived", rule: "trial-failed", reason: "it did not help", since: 1 } as const;
    await bench.store.lessons.apply([{ kind: "lesson", lesson: { ...draft, standing } }]);
    expect(await bench.service.forgetLesson(record.id)).toMatchObject({ peersKeepIt: false });
  });

  it("leaves no trace in any file of the node's home, and says what was searched", async () => {
    const bench = await start();
    const { service } = bench;
    const { id, title } = await service.teach({ situation, guidance });
    const { id: kept } = await service.teach({
      situation: "A window rattles in a storm",
      guidance: "Wedge it with folded paper",
    });
    await settled(bench);
    const { experienceId, lessons } = await service.ask({ question });
    expect(lessons.map((lesson) => lesson.id)).toContain(id);
    expect(await traces(bench, guidance)).not.toEqual([]);

    const reply = await service.forgetLesson(id.slice(0, 20));
    expect(reply).toMatchObject({ id, traces: [], sameWords: { lessons: [], experiences: [] }, peersKeepIt: false });
    expect(reply.files).toBeGreaterThan(8);
    expect(await traces(bench, guidance, situation, title)).toEqual([]);
    expect((await service.lessons()).map((lesson) => lesson.id)).toEqual([kept]);
    await expect(service.lesson(id)).rejects.toMatchObject({ code: "LESSON_UNKNOWN" });
    expect((await service.experience(experienceId)).usedLessons).toMatchObject([{ id, title: "(forgotten)" }]);
    expect((await service.ask({ question })).lessons.map((lesson) => lesson.id)).not.toContain(id);
    await service.feedback({ experience: experienceId, verdict: "failed" }); // of a lesson that is not there any more
    await bench.stop();
    expect(await traces(bench, guidance, situation, title)).toEqual([]);
  });

  it("keeps a peer's copy from coming back, whether by sync or by gossip, and a later retraction is harmless", {
    timeout: 30_000,
  }, async () => {
    const [teacher, learner] = [await start(), await start()];
    const { invite } = await teacher.service.invite();
    await learner.service.join({ invite, trust: true });
    const { id } = await teacher.service.teach({ situation, guidance });
    await expect.poll(async () => (await learner.service.status()).lessons.admitted, { timeout: 10_000 }).toBe(1);
    await settled(learner);
    expect(await learner.service.forgetLesson(id)).toMatchObject({ peersKeepIt: false });
    await learner.network.disconnect(teacher.network.peerId);
    await expect.poll(() => teacher.network.peers().length).toBe(0);
    await teacher.service.teach({ situation: "A window rattles in a storm", guidance: "Wedge it with folded paper" });
    await learner.service.join({ invite });
    await expect.poll(async () => (await learner.service.status()).lessons.admitted, { timeout: 10_000 }).toBe(1);
    expect((await learner.service.lessons()).map(({ title }) => title)).toEqual(["Wedge it with folded paper"]);
    await teacher.service.retract(id, { reason: "it was only a story" });
    await expect.poll(async () => (await learner.store.lessons.tombstones(id)).length, { timeout: 10_000 }).toBe(1);
    expect((await learner.service.status()).lessons).toEqual({ own: 0, admitted: 1, held: 0, archived: 0 });
    expect(await traces(learner, guidance)).toEqual([]);
    // The author forgets it, too: the retraction goes on being passed on.
    expect(await teacher.service.forgetLesson(id)).toMatchObject({ traces: [], peersKeepIt: false });
    expect(await teacher.store.lessons.tombstones(id)).toHaveLength(1);
  });

  it("names what is kept and says the same, and says that peers keep what they have", async () => {
    const [bench, peer] = [await start(() => guidance), await start()];
    await peer.service.join({ invite: (await bench.service.invite()).invite, trust: true });
    const { id } = await bench.service.teach({ situation, guidance });
    const { id: other } = await bench.service.teach({ situation, guidance: "Lift the door while it is opened" });
    await expect.poll(async () => (await peer.service.status()).lessons.admitted, { timeout: 10_000 }).toBe(2);
    await expect.poll(async () => (await bench.service.status()).queues.outbox).toBe(0);
    const { experienceId } = await bench.service.ask({ question });
    const reply = await bench.service.forgetLesson(id);
    expect(reply).toMatchObject({ sameWords: { lessons: [other], experiences: [experienceId] }, traces: [], peersKeepIt: true });
    expect(await bench.service.forgetExperience(experienceId.slice(-8))).toMatchObject({ id: experienceId, traces: [] });
    await expect(bench.service.experience(experienceId)).rejects.toMatchObject({ code: "EXPERIENCE_UNKNOWN" });
    expect(await traces(bench, guidance, question)).toEqual([]);
  });

  it("says where a trace is left, and ends at the next start what it could not end", async () => {
    const bench = await start();
    const { id } = await bench.service.teach({ situation, guidance });
    await settled(bench);
    const copy = join(bench.folder, "store.damaged-2026");
    await mkdir(copy);
    await writeFile(join(copy, "000003.log"), `…${guidance}…`);
    await expect(bench.service.forgetLesson(id)).rejects.toMatchObject({
      code: "FORGET_INCOMPLETE",
      message: expect.stringContaining(join("store.damaged-2026", "000003.log")),
    });
    expect(await bench.service.lessons()).toEqual([]);
    // What is forgotten wholly meanwhile takes nothing else out of the note.
    const other = await bench.service.teach({ situation: "A window rattles in a storm", guidance: "Wedge it with folded paper" });
    await settled(bench);
    expect(await bench.service.forgetLesson(other.id)).toMatchObject({ id: other.id, traces: [] });
    const { experienceId } = await bench.service.ask({ question });
    expect(await bench.service.forgetExperience(experienceId)).toMatchObject({ id: experienceId, traces: [] });
    await rm(copy, { recursive: true });
    await bench.stop();
    const note = JSON.parse(await readFile(join(bench.folder, "forgetting.json"), "utf8"));
    expect(note).toEqual({ lessons: [{ id, label: expect.any(Number) }], experiences: [] });
    const again = await start(undefined, join(bench.folder, ".."));
    await expect.poll(() => existsSync(join(bench.folder, "forgetting.json")), { timeout: 10_000 }).toBe(false);
    expect(await traces(again, guidance, situation)).toEqual([]);
  });

  it.each(["before", "after"])("is ended at the next start when the node was killed right %s the deletion", async (moment) => {
    const bench = await start();
    const { id } = await bench.service.teach({ situation, guidance });
    await settled(bench);
    const { experienceId } = await bench.service.ask({ question });
    const label = (await bench.store.lessons.get(id))?.label ?? Number.NaN;
    const home = await openHome(join(bench.folder, ".."), "node");
    await forgettingNote(home).write({ lessons: [{ id, label }], experiences: [experienceId] });
    if (moment === "after") {
      await bench.store.lessons.apply([{ kind: "forget", id, reason: "forgotten" }]);
      await bench.store.experiences.forget(experienceId);
    }
    await bench.stop();
    expect(await traces(bench, guidance)).not.toEqual([]);
    const again = await start(undefined, join(bench.folder, ".."));
    await expect.poll(() => forgettingNote(home).read(), { timeout: 10_000 }).toBeUndefined();
    expect(await traces(again, guidance, situation, question)).toEqual([]);
    expect((await again.service.status()).experiences).toBe(0);
    expect(await again.service.searchLessons(guidance)).toEqual([]);
    expect(await again.service.lessons()).toEqual([]);
  });
});

it("forgets an experience, and keeps the lesson that was made of it", async () => {
  const told = "Put oil of cloves on the hinges of the door";
  const bench = await start((request) =>
    request.format === undefined ? told : JSON.stringify({ goal: "stop the squeaking of a door", advice: told }),
  );
  const prompt = "What helps against a door that squeaks terribly?";
  const { experienceId } = await bench.service.ask({ question: prompt });
  await bench.service.feedback({ experience: experienceId, verdict: "worked", comment: "like a charm it was" });
  await expect.poll(async () => (await bench.service.lessons()).length, { timeout: 10_000 }).toBe(1);
  const reply = await bench.service.forgetExperience(experienceId);
  expect(reply).toMatchObject({ id: experienceId, traces: [], sameWords: { experiences: [] }, peersKeepIt: false });
  expect(await traces(bench, "like a charm it was")).toEqual([]);
  expect([(await bench.service.lessons()).length, (await bench.service.status()).experiences]).toEqual([1, 0]);
  await expect(bench.service.forgetExperience(experienceId)).rejects.toMatchObject({ code: "EXPERIENCE_UNKNOWN" });
  await expect(bench.service.forgetLesson("nothing")).rejects.toMatchObject({ code: "LESSON_UNKNOWN" });
});

it("pins a lesson, and lets it go again", async () => {
  const bench = await start();
  const { id } = await bench.service.teach({ situation, guidance });
  expect(await bench.service.pinLesson(id.slice(0, 20))).toMatchObject({ id, state: "own", pinned: true });
  expect((await bench.store.lessons.get(id))?.pinned).toBe(true);
  expect(await bench.service.unpinLesson(id)).toMatchObject({ pinned: false });
  expect((await bench.store.lessons.get(id))?.pinned).toBe(false);
  await expect(bench.service.pinLesson("nothing")).rejects.toMatchObject({ code: "LESSON_UNKNOWN" });
});
