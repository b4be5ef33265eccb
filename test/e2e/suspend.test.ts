/** A process that stands still is one that does not answer and has not ended: the kernel goes on taking what is sent to it. */
import { afterEach, expect, it } from "vitest";
import { Host } from "../netns/host.ts";

/** `GRAPEVINE_SUSPEND_MS=120000` for a run by hand: as long as that, with the product's own times. */
const realMs = Number(process.env["GRAPEVINE_SUSPEND_MS"] ?? 0);
const timing = realMs > 0 ? "usual" : "quick";
const suspendedMs = realMs > 0 ? realMs : 5_000;
/** Until everybody has everything again. */
const mostMs = 30_000;

const hosts: Host[] = [];
afterEach(async () => {
  await Promise.all(hosts.splice(0).map((host) => host.kill()));
});

it("a swarm converges by itself after the peer in its middle was suspended", { timeout: suspendedMs + 90_000 }, async () => {
  const start = (name: string): Promise<Host> => Host.start({ name, listen: ["/ip4/127.0.0.1/tcp/0"], timing });
  const [ada, bob, eve] = await Promise.all([start("ada"), start("bob"), start("eve")]);
  hosts.push(ada, bob, eve);
  // Ada and eve know of each other by bob alone.
  await ada.join(bob);
  await eve.join(bob);
  await bob.sees(({ peers }) => peers.length, 2, 20_000);
  const resumeAt = Date.now() + suspendedMs;
  bob.process.kill("SIGSTOP");
  await ada.teach("apples");
  await eve.teach("plums");
  if (realMs === 0 || suspendedMs > 60_000) {
    for (const host of [ada, eve]) await host.sees(({ peers }) => peers.length, 0, suspendedMs + 20_000);
  }
  await ada.sees(() => Date.now() >= resumeAt, true, suspendedMs + 5_000);
  bob.process.kill("SIGCONT");
  const resumedAt = Date.now();
  for (const host of [ada, bob, eve]) await host.sees(({ lessons }) => lessons, ["apples", "plums"], mostMs);
  console.info(`suspended for ${suspendedMs / 1000} s: all the same ${((Date.now() - resumedAt) / 1000).toFixed(1)} s after`);
  // The links are whole: what is new goes across by gossip.
  await eve.teach("pears");
  await ada.sees(({ lessons }) => lessons, ["apples", "pears", "plums"], mostMs);
  expect((await bob.look()).counters["upheaval.slept"]).toBe(1);
});
