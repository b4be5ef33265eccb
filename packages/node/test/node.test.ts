import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Identity, StoredLesson } from "@grapevine/core";
import { sampleLesson, sampleStoredLesson } from "@grapevine/testing";
import { describe, expect, it } from "vitest";
import { loadIdentity, loadToken, openHome } from "../src/home.ts";
import { listenPort } from "../src/listen-port.ts";
import { loadSettings, saveKnownPeers, saveSettings } from "../src/settings.ts";
import { joined, start } from "./bench.ts";

const token = ["ghp", "16C7e42F292c6912E7710c838347Ae178B4a"].join("_");

describe("what leaves a node", () => {
  it("promise 5: a lesson that holds a secret is refused, named without the secret, and never published", async () => {
    const { service } = await start();
    const taught = service.teach({ situation: "The login fails", guidance: `Use ${token} as the password` });
    await expect(taught).rejects.toMatchObject({ code: "LESSON_REFUSED" });
    await expect(taught).rejects.not.toMatchObject({ message: expect.stringContaining(token) });
    expect(await service.lessons()).toEqual([]);
    expect((await service.status()).queues.outbox).toBe(0);
  });

  it("promise 5: a question to a peer, and an answer to one, are held back whole", async () => {
    const { learner, teacher } = await joined((request) =>
      JSON.stringify(request.prompt).includes("password") ? `It is ${token}` : "yes",
    );
    const peer = teacher.network.peerId;
    await expect(learner.service.ask({ question: `Is ${token} right?`, peer })).rejects.toMatchObject({
      code: "QUESTION_REFUSED",
    });
    await expect(learner.service.ask({ question: "What is the password?", peer })).rejects.toMatchObject({
      code: "ANSWER_WITHHELD",
    });
    expect(await learner.service.ask({ question: "Is it so?", peer })).toMatchObject({
      answer: "yes",
      answeredBy: { peerId: peer },
    });
  });

  it("promise 5: the reason of a retraction passes the gate, too", async () => {
    const { service } = await start();
    const { id } = await service.teach({ situation: "The door squeaks", guidance: "Oil its hinges" });
    await expect(service.retract(id, { reason: `it held ${token}` })).rejects.toMatchObject({ code: "LESSON_REFUSED" });
    expect((await service.lesson(id)).state).toBe("own");
  });
});

describe("a node", () => {
  it("does no idle work where its share of the idle time is none, whatever waits", async () => {
    const seed = (identity: Identity): StoredLesson[] => {
      const members = [1, 2, 3].map((seq) => sampleLesson(identity, { seq }));
      const cluster = members[0]?.id ?? "";
      return members.map((record) => ({ ...sampleStoredLesson(record, 0, "own"), cluster }));
    };
    const resting = await start({ seed, settings: { idleShare: 0 } });
    const working = await start({ seed });
    await expect.poll(() => working.model.requests.length, { timeout: 10_000 }).toBeGreaterThan(0);
    expect(resting.model.requests).toEqual([]);
    const { refined } = await resting.service.status();
    expect(refined).toMatchObject({ consolidations: { drafted: 0, refused: 0 }, trials: { generations: 0 } });
  });

  it("learns from feedback, and its lesson reaches and serves a peer", async () => {
    const { learner, teacher } = await joined((request) => {
      if (request.format !== undefined)
        return JSON.stringify({ goal: "stop the squeaking of a door", advice: "Put oil on the hinges of the door" });
      return "Put oil on its hinges.";
    });
    const { experienceId } = await teacher.service.ask({ question: "What helps against a squeaking door?" });
    await teacher.service.feedback({ experience: experienceId.slice(-8), verdict: "worked" });
    await expect.poll(async () => (await teacher.service.lessons()).length, { timeout: 10_000 }).toBe(1);
    await expect.poll(async () => (await learner.service.status()).lessons.admitted, { timeout: 10_000 }).toBe(1);
    await expect.poll(async () => (await learner.service.status()).queues.embedding).toBe(0);
    const answer = await learner.service.ask({ question: "What helps against a squeaking door?" });
    expect(answer.lessons).toMatchObject([{ author: teacher.network.peerId, own: false }]);
    expect((await teacher.service.experience(experienceId)).distillation).toBe("distilled");
  });

  it("counts an outcome once, whatever it was before", async () => {
    const { service } = await start();
    const { id } = await service.teach({ situation: "The door squeaks", guidance: "Oil its hinges" });
    await expect.poll(async () => (await service.status()).queues.embedding).toBe(0);
    const { experienceId, lessons } = await service.ask({ question: "The door squeaks. What helps?" });
    expect(lessons.map((lesson) => lesson.id)).toEqual([id]);
    await service.feedback({ experience: experienceId, verdict: "failed" });
    await service.feedback({ experience: experienceId, verdict: "worked" });
    await service.feedback({ experience: experienceId, verdict: "worked" });
    expect((await service.lesson(id)).outcomes).toEqual({ worked: 1, changed: 0, failed: 0 });
  });

  it("lets a peer's claim of what it used move nothing here, and distils nothing from its answer", async () => {
    const { learner, teacher } = await joined();
    const { id } = await teacher.service.teach({ situation: "The door squeaks", guidance: "Oil its hinges" });
    await expect.poll(async () => (await teacher.service.status()).queues.embedding).toBe(0);
    await expect.poll(async () => (await learner.service.status()).lessons.admitted, { timeout: 10_000 }).toBe(1);
    const { experienceId, lessons } = await learner.service.ask({
      question: "The door squeaks. What helps?",
      peer: teacher.network.peerId,
    });
    expect(lessons.map((lesson) => lesson.id)).toEqual([id]);
    expect((await learner.service.feedback({ experience: experienceId, verdict: "worked" })).lessons).toEqual([]);
    expect((await learner.service.lesson(id)).outcomes).toEqual({ worked: 0, changed: 0, failed: 0 });
    expect(await learner.service.experience(experienceId)).toMatchObject({ verdict: "worked", distillation: "waiting" });
  });

  it("counts two words on one experience that come at once as one after the other", async () => {
    const { service } = await start();
    const { id } = await service.teach({ situation: "The door squeaks", guidance: "Oil its hinges" });
    await expect.poll(async () => (await service.status()).queues.embedding).toBe(0);
    const { experienceId } = await service.ask({ question: "The door squeaks. What helps?" });
    const say = (verdict: "worked" | "failed"): Promise<unknown> => service.feedback({ experience: experienceId, verdict });
    await Promise.all([say("failed"), say("worked")]);
    const { outcomes } = await service.lesson(id);
    expect(outcomes.worked + outcomes.failed).toBe(1);
  });

  it("keeps a name that the user gave for that peer alone, also while it is away", async () => {
    const { learner, teacher } = await joined();
    await learner.service.trustPeer(teacher.network.peerId, { name: "ada" });
    expect(await learner.service.ask({ question: "Is it so?", peer: "ada" })).toMatchObject({ answeredBy: { name: "ada" } });
    await teacher.network.stop();
    await expect.poll(() => learner.network.peers().length).toBe(0);
    await expect(learner.service.ask({ question: "Is it so?", peer: "ada" })).rejects.toMatchObject({
      code: "PEER_NOT_CONNECTED",
    });
  });

  it("makes the same lesson only once", async () => {
    const { service } = await start();
    const lesson = { situation: "The door squeaks", guidance: "Oil its hinges" };
    const first = await service.teach(lesson);
    expect(await service.teach(lesson)).toEqual(first);
    expect(await service.lessons()).toHaveLength(1);
  });

  it("answers without lessons when it is asked to", async () => {
    const { service, model } = await start();
    await service.teach({ situation: "The door squeaks", guidance: "Oil its hinges" });
    await expect.poll(async () => (await service.status()).queues.embedding).toBe(0);
    expect((await service.ask({ question: "The door squeaks. What helps?", lessons: false })).lessons).toEqual([]);
    expect(JSON.stringify(model.requests.at(-1)?.prompt)).not.toContain("hinges");
  });

  it("practises one thing at a time", async () => {
    const { service } = await start();
    const first = service.practise({ environment: "tools:3", tasks: 1, maxSteps: 1, learn: false });
    await expect(service.practise({ environment: "tools:3", tasks: 1 })).rejects.toMatchObject({ code: "PRACTICE_BUSY" });
    expect(await first).toMatchObject({ environment: "tools:3", right: 0, total: 1 });
  });

  it("finds a peer by name, and says when two go by it", async () => {
    const { learner, teacher } = await joined();
    expect((await learner.service.peers()).map(({ peerId, standing }) => [peerId, standing])).toEqual([
      [teacher.network.peerId, "trusted"],
    ]);
    expect(await learner.service.ask({ question: "Is it so?", peer: "node" })).toMatchObject({ answer: "yes" });
    await expect(learner.service.ask({ question: "Is it so?", peer: "nobody" })).rejects.toMatchObject({ code: "PEER_UNKNOWN" });
  });
});

describe("a node's home", () => {
  it("keeps key and token to the user, and the same over restarts", async () => {
    const folder = await mkdtemp(join(tmpdir(), "grapevine-home-"));
    const home = await openHome(folder, "node");
    await expect(loadIdentity(home, { mayCreate: false })).rejects.toMatchObject({ code: "KEY_MISSING" });
    const { author } = await loadIdentity(home, { mayCreate: true });
    const made = await loadToken(home);
    expect((await loadIdentity(home, { mayCreate: false })).author).toBe(author);
    expect(await loadToken(home)).toBe(made);
    for (const name of ["key", "token"]) expect((await stat(join(home.folder, name))).mode & 0o777).toBe(0o600);
    expect((await stat(home.folder)).mode & 0o777).toBe(0o700);
    await rm(folder, { recursive: true });
  });

  it("keeps its settings, and names the file when they are damaged", async () => {
    const folder = await mkdtemp(join(tmpdir(), "grapevine-home-"));
    const home = await openHome(folder, "node");
    expect(await loadSettings(home)).toEqual({ peers: {} });
    const settings = {
      swarm: "s",
      port: 4_001,
      peers: { p: ["/ip4/127.0.0.1/tcp/1"] },
      answer: "swarm",
      keepAsked: false,
    } as const;
    await saveKnownPeers(home, settings);
    await saveSettings(home, settings);
    expect(await loadSettings(home)).toEqual(settings);
    const file = join(home.folder, "settings.json");
    await writeFile(file, (await readFile(file, "utf8")).slice(0, -5));
    await expect(loadSettings(home)).rejects.toMatchObject({
      code: "SETTINGS_MALFORMED",
      message: expect.stringContaining(file),
    });
    await rm(folder, { recursive: true });
  });

  it("refuses names that are paths", async () => {
    for (const name of ["..", "a/b", "", "-a", "a".repeat(33)])
      await expect(openHome("/nowhere", name)).rejects.toMatchObject({ code: "NODE_NAME_INVALID" });
  });

  it("listens on the port it had before, while it is free", async () => {
    const port = await listenPort(undefined);
    expect(port).toBeGreaterThan(0);
    expect(await listenPort(port)).toBe(port);
    const taken = createServer().listen(port, "0.0.0.0");
    await new Promise((listening) => taken.once("listening", listening));
    expect(await listenPort(port)).not.toBe(port);
    taken.close();
  });
});
