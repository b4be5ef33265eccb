import { chromium } from "playwright-core";
import axe from "axe-core";
import { execFileSync } from "node:child_process";
const H = "/tmp/dash/home";
const [, , node = "ada", only = ""] = process.argv;
const g = (...w) => execFileSync("node_modules/.bin/node", ["--conditions=grapevine-source", "packages/cli/bin/grapevine.cjs", ...w, "--home", H, "--node", node, "--json"], {encoding:"utf8"});
const { url } = JSON.parse(g("dashboard"));
const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox"] });
const context = await browser.newContext({ viewport: { width: 1360, height: 860 } });
const page = await context.newPage();
page.on("console", (m) => { if (m.type() !== "info") console.log("console", m.type(), m.text()); });
page.on("pageerror", (e) => console.log("pageerror", e.message));
const t = Date.now();
await page.goto(url);
await page.getByText("live").waitFor();
console.log("live after", Date.now() - t, "ms", page.url());
const rooms = only ? only.split(",") : ["swarm", "lessons", "ask", "growth", "disagreements", "experiences", "health"];
for (const room of rooms) {
  await page.goto(page.url().replace(/#.*/, "#/" + room));
  await page.waitForTimeout(1500);
  if (room === "lessons") { await page.locator(".lesson-row").first().click(); await page.waitForTimeout(400); }
  if (room === "experiences") { const r = page.locator(".experience-row").first(); if (await r.count()) { await r.click(); await page.waitForTimeout(400);} }
  for (const scheme of ["light", "dark"]) {
    await page.emulateMedia({ colorScheme: scheme });
    await page.waitForTimeout(400);
    await page.screenshot({ path: `/tmp/dash/${room}-${scheme}.png` });
    const found = await page.evaluate(`(async () => { ${""} return (await window.axe?.run())?.violations ?? null; })()`);
    if (found === null) { await context.addInitScript({ content: axe.source }); }
  }
  await page.evaluate(axe.source);
  for (const scheme of ["light", "dark"]) {
    await page.emulateMedia({ colorScheme: scheme });
    await page.waitForTimeout(400); const v = await page.evaluate(() => axe.run());
    for (const x of v.violations) console.log(room, scheme, x.id, x.nodes.map((n) => n.target.join(" ") + " :: " + n.any.map(a=>a.message).join(";").slice(0,160)).slice(0, 4));
  }
  await page.emulateMedia({ colorScheme: "light" });
  await page.setViewportSize({ width: 390, height: 780 });
  await page.waitForTimeout(500);
  await page.screenshot({ path: `/tmp/dash/${room}-phone.png` });
  await page.setViewportSize({ width: 1360, height: 860 });
}
await browser.close();
