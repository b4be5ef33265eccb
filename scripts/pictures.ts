/** `npx pnpm pictures`: the README's pictures of the dashboard, taken by Chromium from a real cluster that is taught a few lessons. Each run replaces them. */
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ControlClient, TeachRequest } from "@grapevine/node";
import type { Browser } from "playwright-core";
import { findChromium, openChromium } from "../test/e2e/chromium.ts";
import { root } from "./checks/tree.ts";
import { Cluster } from "./cluster/peers.ts";
import { createReporter } from "./cluster/reporter.ts";

const folder = join(root, "docs", "pictures");
const size = { width: 1200, height: 760 };

const lessons: readonly TeachRequest[] = [
  {
    title: "Rebase before you push again",
    situation: "A push is refused because the remote has commits that you lack",
    guidance: "Fetch and rebase, then push again; never force a shared branch",
  },
  {
    title: "Reach the host from a container",
    situation: "A container cannot reach a server on its host",
    guidance: "Use host.docker.internal, or the address of the bridge, and not localhost",
  },
  {
    title: "Declare what you import",
    situation: "pnpm does not find a package that a dependency needs",
    guidance: "Declare it where it is imported; what is not declared is not there",
  },
  {
    title: "Find what tests share",
    situation: "A test passes alone and fails with the others",
    guidance: "Look for state that is shared: ports, temporary folders, clocks",
  },
  {
    title: "Read the plan of a slow query",
    situation: "A query on a large table has become slow",
    guidance: "Read the plan first; an index on the filtered column comes before anything else",
  },
  {
    title: "Wait for the network to be online",
    situation: "A unit of systemd starts before the network is there",
    guidance: "Order it after network-online.target, and want that target too",
  },
  {
    title: "Take nested quantifiers apart",
    situation: "A regular expression takes for ever on some input",
    guidance: "Take nested quantifiers apart; match one thing at a time",
  },
  {
    title: "Keep dates in UTC",
    situation: "Dates shift by a day between browser and server",
    guidance: "Send and keep UTC; make it local only where it is shown",
  },
];

async function main(): Promise<void> {
  const executable = findChromium();
  if (executable === undefined) throw new Error("the pictures are taken by Chromium, which is not installed");
  const home = await mkdtemp(join(tmpdir(), "grapevine-pictures-"));
  const cluster = new Cluster(
    { count: 5, model: "embedded", home, signal: new AbortController().signal },
    createReporter({ json: false }),
  );
  let browser: Browser | undefined;
  try {
    const peers = await cluster.start();
    const clients = peers.map(({ client }) => client);
    for (const [position, lesson] of lessons.entries()) await memberOf(clients, position).teach(lesson);
    const shown = memberOf(clients, 0); // the others joined by its invite
    await allHere(shown);
    await learnFrom(shown);
    browser = await openChromium(executable);
    await take(browser, shown);
  } finally {
    await browser?.close();
    await cluster.stop();
    await rm(home, { recursive: true, force: true });
  }
}

/** Until it holds every lesson that was taught. */
async function allHere(client: ControlClient): Promise<void> {
  while ((await client.lessons({})).length < lessons.length) await new Promise((resolve) => setTimeout(resolve, 200));
}

/** Outcomes with others' lessons, so that the graph can say who learned from whom. */
async function learnFrom(client: ControlClient): Promise<void> {
  for (const question of [
    "Why does my container not reach the server on its host?",
    "My test passes alone and fails with the others. What now?",
    "Dates shift by a day in the browser, why?",
  ]) {
    const { experienceId } = await client.ask({ question });
    await client.feedback({ experience: experienceId, verdict: "worked" });
  }
}

async function take(browser: Browser, client: ControlClient): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const [room, colorScheme] of [
    ["swarm", "light"],
    ["lessons", "dark"],
  ] as const) {
    const context = await browser.newContext({ viewport: size, colorScheme, reducedMotion: "reduce" });
    const page = await context.newPage();
    await page.goto((await client.dashboardLink()).url);
    await page.getByText("live", { exact: true }).waitFor();
    await page.goto(new URL(`/#/${room}`, page.url()).href);
    if (room === "lessons") await page.getByText("Reach the host from a container").first().click();
    await page.waitForTimeout(2_000); // the graph comes to rest
    await page.screenshot({ path: join(folder, `${room}.png`) });
    process.stdout.write(`docs/pictures/${room}.png\n`);
    await context.close();
  }
}

function memberOf<Member>(members: readonly Member[], position: number): Member {
  const member = members[position % members.length];
  if (member === undefined) throw new Error("there is no member of nothing");
  return member;
}

await main();
