/** The dashboard as its user sees it: real nodes, their real pages, in a real browser. The models alone are scripted. */
import { openDashboard } from "@grapevine/dashboard";
import axe from "axe-core";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { connect, embedded, patient } from "../../packages/node/test/bench.ts";
import { type Served, serve } from "../../packages/node/test/serving.ts";
import { findChromium, openChromium } from "./chromium.ts";

const chromium = findChromium();
const dashboard = openDashboard();
const rooms = ["swarm", "lessons", "ask", "growth", "disagreements", "experiences", "health"];

describe.skipIf(chromium === undefined)("the dashboard in a browser", () => {
  let browser: Browser;
  let context: BrowserContext;
  /** What went wrong in any page: scripts that failed, what the policy blocked, requests that left the node. */
  const trouble: string[] = [];

  beforeAll(async () => {
    browser = await openChromium(chromium ?? "");
  });
  afterAll(() => browser?.close());
  afterEach(async () => {
    await context.close();
    expect(trouble.splice(0)).toEqual([]);
  });

  async function open(node: Served): Promise<Page> {
    const link = node.dashboardLink();
    context = await browser.newContext({ viewport: { width: 1280, height: 800 }, reducedMotion: "reduce" });
    const page = await context.newPage();
    page.on("pageerror", ({ message }) => trouble.push(message));
    page.on("dialog", (dialog) => trouble.push(`dialog: ${dialog.message()}`));
    page.on("console", (message) => {
      if (message.type() === "error") trouble.push(message.text());
    });
    page.on("request", (request) => {
      if (!request.url().startsWith(node.url)) trouble.push(`left the node: ${request.url()}`);
    });
    await page.goto(link);
    await page.getByText("live", { exact: true }).waitFor();
    return page;
  }

  const goTo = async (page: Page, room: string): Promise<void> => {
    await page.getByRole("navigation", { name: "Rooms" }).getByRole("link", { name: room }).click();
  };

  /** Two nodes that trust each other. */
  async function pair(): Promise<{ learner: Served; teacher: Served }> {
    const reply = (): string => "Put oil on its hinges.";
    const teacher = await serve({ name: "ada", reply });
    const learner = await serve({ name: "bo", reply }, dashboard);
    await connect(learner, teacher);
    await learner.service.trustPeer(teacher.peerId);
    await teacher.service.trustPeer(learner.peerId);
    return { learner, teacher };
  }

  it("promise 7: is opened by a link once, keeps nothing of it in the address, and lets nobody else in", async () => {
    const node = await serve({ name: "bo" }, dashboard);
    const page = await open(node);
    expect(page.url()).toBe(`${node.url}/#/swarm`);
    await page.reload();
    await page.getByText("live", { exact: true }).waitFor();
    const stranger = await browser.newContext();
    const other = await stranger.newPage();
    await other.goto(`${node.url}/`);
    await other.getByText("This browser has no session with the node.").waitFor();
    await stranger.close();
    const cookies = await context.cookies(`${node.url}/api`);
    expect(cookies).toMatchObject([{ httpOnly: true, sameSite: "Strict", path: "/api" }]);
  });

  it("shows a lesson as it arrives from a peer, in an answer, and as it is taken back, without a reload", async () => {
    const { learner, teacher } = await pair();
    const page = await open(learner);
    await page.getByRole("link", { name: "ada, 0 lessons in use" }).waitFor();
    await goTo(page, "Lessons");
    await page.getByText("No lessons yet").waitFor();
    const taught = await teacher.service.teach({ situation: "A door squeaks", guidance: "Put oil on its hinges" });
    const row = page.getByRole("link", { name: "Put oil on its hinges" });
    await row.waitFor();
    await embedded(learner);

    await goTo(page, "Ask");
    await page.getByRole("textbox", { name: "Your question" }).fill("A door squeaks");
    await page.keyboard.press("Enter");
    await page.getByText("Put oil on its hinges.", { exact: true }).waitFor();
    const used = page.getByRole("list", { name: "Lessons that were used" });
    expect(await used.textContent()).toContain("by ada");
    await page.getByRole("button", { name: "Worked" }).click();
    await page.getByText("It counts for the lessons that were used.").waitFor();
    expect(await learner.service.experiences()).toMatchObject([{ verdict: "worked" }]);
    await expect.poll(async () => (await teacher.service.lesson(taught.id)).attestations, patient).toHaveLength(1);

    await goTo(page, "Swarm");
    await page.getByRole("link", { name: "ada, 1 lessons in use" }).waitFor();
    await goTo(page, "Lessons");
    await row.click();
    await page.getByRole("heading", { name: "Put oil on its hinges" }).waitFor();
    await teacher.service.retract(taught.id);
    await page.getByRole("heading", { name: "Why it is retracted" }).waitFor();
    await goTo(page, "Swarm");
    await page.getByRole("link", { name: "ada, 0 lessons in use" }).waitFor();
  });

  it("retracts an own lesson after a question, by keys alone", async () => {
    const node = await serve({ name: "bo" }, dashboard);
    const { id } = await node.service.teach({ situation: "A door squeaks", guidance: "Oil its hinges" });
    const page = await open(node);
    await page.goto(`${node.url}/#/lessons/${id}`);
    await page.getByRole("button", { name: "Retract" }).focus();
    await page.keyboard.press("Enter");
    await page.getByRole("button", { name: "Retract it" }).focus();
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "Why it is retracted" }).waitFor();
    expect((await node.service.lesson(id)).state).toBe("retracted");
  });

  it("shows what a lesson says as text, whatever it says", async () => {
    const hostile = [
      `<img src=x onerror=alert(1)><script>alert(2)</script>`,
      `</bdi></p><style>*{display:none}</style><form action=/api/stop method=post><button>OK`,
      `[click](javascript:alert(3)) <a href="javascript:alert(4)">fix</a> data:text/html,<script>alert(5)</script>`,
      `"><svg/onload=alert(6)> \${alert(7)} {{constructor.constructor("alert(8)")()}} <iframe srcdoc="<script>alert(9)</script>">`,
      `@import url(//evil.test/x.css); background:url(//evil.test/y.png) https://evil.test/`,
    ];
    const { learner, teacher } = await pair();
    for (const guidance of hostile) {
      await teacher.service.teach({ situation: guidance, guidance, title: guidance.slice(0, 60), tags: [guidance.slice(0, 30)] });
    }
    await expect.poll(async () => (await learner.service.status()).lessons.admitted, patient).toBe(hostile.length);
    const page = await open(learner);
    for (const { id, guidance } of await learner.service.lessons()) {
      await page.goto(`${learner.url}/#/lessons/${id}`);
      await page.locator(".lesson-words").getByText(guidance, { exact: true }).first().waitFor();
    }
    await goTo(page, "Swarm");
    const foreign = await page
      .locator("img, iframe, form[action], style, script:not([src^='/assets/']), a:not([href^='#'])")
      .count();
    expect(foreign).toBe(0);
  });

  it("has nothing that axe objects to, in any room, in light and in dark", async () => {
    const { learner, teacher } = await pair();
    await teacher.service.teach({ situation: "A door squeaks", guidance: "Oil its hinges" });
    const own = await learner.service.teach({ situation: "The light flickers", guidance: "Change the bulb" });
    const { experienceId } = await learner.service.ask({ question: "What is there to do?" });
    await learner.service.feedback({ experience: experienceId, verdict: "worked" });
    await expect.poll(async () => (await learner.service.status()).lessons.admitted, patient).toBe(1);
    const page = await open(learner);
    await page.evaluate(axe.source);
    const places = [...rooms, `lessons/${own.id}`, `swarm/${teacher.peerId}`, `experiences/${experienceId}`];
    for (const place of places) {
      await page.goto(`${learner.url}/#/${place}`);
      await expect.poll(() => page.getByText("Reading…").count()).toBe(0);
      for (const colorScheme of ["light", "dark"] as const) {
        await page.emulateMedia({ colorScheme });
        // Of all that is looked at, colours alone are others in the dark.
        const options = colorScheme === "dark" ? { runOnly: ["color-contrast"] } : {};
        const { violations } = await page.evaluate(
          (given) => (globalThis as unknown as { axe: typeof axe }).axe.run(given),
          options,
        );
        const told = violations.map(({ id, nodes }) => `${place}, ${colorScheme}: ${id} at ${String(nodes[0]?.target)}`);
        expect(told).toEqual([]);
      }
    }
  });

  it("scrolls through ten thousand lessons with a few dozen of them in the page", async () => {
    const node = await serve({ name: "bo" }, dashboard);
    await node.service.teach({ situation: "A door squeaks", guidance: "Oil its hinges" });
    const [sample] = await node.service.lessons();
    const many = Array.from({ length: 10_000 }, (_, index) => ({
      ...sample,
      id: `id-${index}`,
      title: `Lesson number ${index}`,
    }));
    const page = await open(node);
    await page.route("**/api/lessons?*", (route) => route.fulfill({ json: many }));
    await page.goto(`${node.url}/#/lessons`);
    await page.reload();
    await page.getByText("10000 lessons").waitFor();
    await page.getByText("Lesson number 0", { exact: true }).waitFor();
    await page.locator(".virtual").evaluate((box) => box.scrollTo({ top: box.scrollHeight }));
    await page.getByText("Lesson number 9999", { exact: true }).waitFor();
    expect(await page.locator(".lesson-row").count()).toBeLessThan(60);
    await page.getByRole("searchbox").fill("number 4321");
    await page.getByText("1 of 10000 lessons").waitFor();
  });
});
