/**
 * The dashboard of a node of 10,000 lessons in a real Chromium: how long until the first of them can be read, how long until all are there, and how smoothly they scroll. Beside the first two: the page
 * of a node without lessons. Beside the third: a page of the same height with nothing on it.
 */
import { rm } from "node:fs/promises";
import { connectToNode } from "@grapevine/node";
import type { Locator, Page } from "playwright-core";
import { findChromium, openChromium } from "../../test/e2e/chromium.ts";
import { copiedHome, nodeName } from "./data.ts";
import { benchErrors } from "./errors.ts";
import { type Bench, elapsedMs, type Figure, figure, interleaved } from "./measure.ts";
import { end, nodeArguments, serve } from "./processes.ts";

const lessonsHeld = 10_000;
const loads = 7;
const scrolls = 3;
/** Turns of a wheel in one scroll, and how far each goes: a hand that wants to get through all of it. */
const turns = 150;
const pixelsPerTurn = 400;

export const dashboard: Bench = {
  name: "dashboard",
  summary:
    "10,000 lessons in a real Chromium: until the first can be read and until all can, p50; from frame to frame while they scroll, p95",
  measure: async ({ say }) => {
    const chromium = findChromium();
    if (chromium === undefined) throw benchErrors.create("BENCH_FAILED", "no Chromium is installed");
    const browser = await openChromium(chromium);
    const full = await openNode(lessonsHeld, say);
    const empty = await openNode(0, say);
    try {
      const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
      for (const { link } of [full, empty]) await letIn(page, link);
      return [...(await loading(page, full.url, empty.url)), await scrolling(page, full.url)];
    } finally {
      await browser.close();
      await Promise.all([full.close(), empty.close()]);
    }
  },
};

interface OpenNode {
  readonly url: string;
  readonly link: string;
  close(): Promise<void>;
}

async function openNode(lessons: number, say: (text: string) => void): Promise<OpenNode> {
  const folder = await copiedHome(lessons, say);
  const node = await serve(nodeArguments(folder, nodeName));
  const client = await connectToNode({ home: folder });
  const { url: link } = await client.dashboardLink();
  return {
    url: client.api,
    link,
    close: async () => {
      await end(node);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** The link opens once; after it the browser has its cookie. */
async function letIn(page: Page, link: string): Promise<void> {
  await page.goto(link);
  await page.getByRole("navigation", { name: "Rooms" }).waitFor();
}

async function loading(page: Page, full: string, empty: string): Promise<Figure[]> {
  const load = (url: string, there: Locator): Promise<number> =>
    elapsedMs(async () => {
      await page.goto(lessonsAt(url));
      await there.waitFor();
    });
  const none = (): Promise<number> => load(empty, page.getByText("No lessons yet", { exact: true }));
  const untilFirst = async (): Promise<number> => {
    const ms = await load(full, lessonsIn(page).getByRole("link").first());
    await allLessons(page).waitFor(); // the node is still reading the others: the next load must not wait for that
    return ms;
  };
  const first = await interleaved(loads, untilFirst, none);
  const all = await interleaved(loads, () => load(full, allLessons(page)), none);
  const referenceName = "a node without lessons";
  return [
    figure({ name: "dashboard-usable", unit: "ms", measured: first, referenceName, bar: { of: "value", most: 1000 } }),
    figure({ name: "dashboard-all", unit: "ms", measured: all, referenceName, bar: { of: "value", most: 3000 } }),
  ];
}

/** Another address each time: else only the part behind # would change, and nothing would be loaded. */
function lessonsAt(url: string): string {
  return `${url}/?${performance.now()}#/lessons`;
}

function lessonsIn(page: Page): Locator {
  return page.getByRole("list", { name: "Lessons" });
}

function allLessons(page: Page): Locator {
  return page.getByText(`${lessonsHeld} lessons`, { exact: true });
}

async function scrolling(page: Page, full: string): Promise<Figure> {
  const lessons = async (): Promise<number> => {
    await page.goto(lessonsAt(full));
    await allLessons(page).waitFor();
    await lessonsIn(page).hover();
    return await frameMs(page);
  };
  const nothing = async (): Promise<number> => {
    await page.goto("about:blank");
    await page.setContent(`<div style="height: ${turns * pixelsPerTurn * 2}px"></div>`);
    return await frameMs(page);
  };
  const measured = await interleaved(scrolls, lessons, nothing);
  // Thirty frames a second, drawn by the processor alone.
  const bar = { of: "value", most: 33.4 } as const;
  return figure({ name: "dashboard-scroll", unit: "ms", measured, referenceName: "an empty page", bar });
}

/** From frame to frame while the wheel turns, milliseconds, p95. */
async function frameMs(page: Page): Promise<number> {
  // As text: the browser's own functions are unknown here.
  await page.evaluate(`{
    const times = (globalThis.frameTimes = []);
    const note = (now) => { times.push(now); requestAnimationFrame(note); };
    requestAnimationFrame(note);
  }`);
  for (let turn = 0; turn < turns; turn++) await page.mouse.wheel(0, pixelsPerTurn);
  const times = await page.evaluate<number[]>("frameTimes");
  const waits = times
    .slice(1)
    .map((time, index) => time - (times[index] ?? 0))
    .sort((first, second) => first - second);
  return waits[Math.floor(waits.length * 0.95)] ?? Number.POSITIVE_INFINITY;
}
