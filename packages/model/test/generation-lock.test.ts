import { mkdtemp, readdir } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { GenerationLock } from "../src/locking/generation-lock.ts";
import { startChild } from "./child-process.ts";
import { temporaryFolder } from "./temporary-folder.ts";

type Span = readonly [begin: number, end: number];

function overlaps(spans: readonly Span[]): Span[] {
  const ordered = spans.toSorted((a, b) => a[0] - b[0]);
  return ordered.filter(([begin], index) => begin < (ordered[index - 1]?.[1] ?? 0));
}

describe("the generation lock", async () => {
  const folder = await temporaryFolder();

  it("runs one after the other in one process, in the order of the calls, whatever fails", async () => {
    const lock = new GenerationLock({ folder });
    const order: string[] = [];
    const work = (name: string) => async (): Promise<void> => {
      order.push(`${name} begins`);
      await new Promise(setImmediate);
      order.push(`${name} ends`);
      if (name === "b") throw new Error("b failed");
    };
    const results = await Promise.allSettled(["a", "b", "c"].map((name) => lock.run(work(name))));
    expect(order).toEqual(["a", "b", "c"].flatMap((name) => [`${name} begins`, `${name} ends`]));
    expect(results.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
  });

  it("lets no two processes in at once, and neither keep the other out", async () => {
    const times = 6;
    const start = Promise.withResolvers<void>();
    const lock = new GenerationLock({ folder });
    const untilBothWait = lock.run(() => start.promise);
    const children = [0, 1].map(() =>
      startChild(new URL("./children/hold-generation-lock.ts", import.meta.url), [folder, String(times)]),
    );
    await Promise.all(children.map(({ spoke }) => spoke));
    start.resolve();
    await untilBothWait;
    const spans: Span[][] = await Promise.all(children.map(({ result }) => result));
    expect(spans.flat().length).toBe(2 * times);
    expect(overlaps(spans.flat())).toEqual([]);
    const order = spans.flatMap((own, who) => own.map(([at]) => ({ at, who }))).toSorted((a, b) => a.at - b.at);
    // Both ask again at once, so that without the queue whoever has it keeps it: six turns in a row.
    const changes = order.filter(({ who }, index) => index > 0 && who !== order[index - 1]?.who).length;
    expect(changes).toBeGreaterThan(3);
  });

  it("is free again when its holder is killed, and a waiter can give up", async () => {
    const child = startChild(new URL("./children/hold-generation-lock.ts", import.meta.url), [folder, "forever"]);
    await child.spoke;
    const lock = new GenerationLock({ folder });
    const waiting = lock.run(async () => "too early", AbortSignal.timeout(60));
    await expect(waiting).rejects.toMatchObject({ code: "MODEL_ABORTED" });
    const next = lock.run(async () => "free");
    child.process.kill("SIGKILL");
    expect(await next).toBe("free");
  });

  it("does not let an abandoned call hold up the ones after it", async () => {
    const lock = new GenerationLock({ folder });
    const gate = Promise.withResolvers<void>();
    const first = lock.run(() => gate.promise);
    const controller = new AbortController();
    const abandoned = lock.run(async () => "never", controller.signal);
    const last = lock.run(async () => "last");
    controller.abort();
    await expect(abandoned).rejects.toMatchObject({ code: "MODEL_ABORTED" });
    gate.resolve();
    await first;
    expect(await last).toBe("last");
  });

  it("has a folder that goes by the user's number, for not every user has a name", async () => {
    const place = await mkdtemp(join(folder, "place-"));
    vi.stubEnv("XDG_RUNTIME_DIR", undefined);
    vi.stubEnv("TMPDIR", place);
    onTestFinished(() => void vi.unstubAllEnvs());
    expect(await new GenerationLock({}).run(async () => "done")).toBe("done");
    expect(await readdir(place)).toEqual([`grapevine-${process.getuid?.()}`]);
  });

  it("says where it is when its folder cannot be used", async () => {
    const lock = new GenerationLock({ folder: "/dev/null/nowhere" });
    await expect(lock.run(async () => "never")).rejects.toMatchObject({ code: "MODEL_FAILED", message: /nowhere/ });
  });
});

describe("two processes with the packaged model", async () => {
  const folder = await temporaryFolder();

  it("generate one after the other", async () => {
    const spans: Span[] = await Promise.all(
      [0, 1].map(() => startChild(new URL("./children/generate.ts", import.meta.url), [folder]).result),
    );
    expect(spans.every(([begin, end]) => end > begin)).toBe(true);
    expect(overlaps(spans)).toEqual([]);
  }, 60_000);
});
