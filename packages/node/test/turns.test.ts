import { describe, expect, it } from "vitest";
import { Turns } from "../src/turns.ts";

const never = new AbortController().signal;

describe("turns", () => {
  it("come one after the other, in the order of asking, whatever becomes of each", async () => {
    const turns = new Turns();
    const seen: string[] = [];
    let atOnce = 0;
    const work =
      (name: string, fails = false) =>
      async (): Promise<string> => {
        atOnce += 1;
        expect(atOnce).toBe(1);
        seen.push(name);
        await Promise.resolve();
        atOnce -= 1;
        if (fails) throw new Error(name);
        return name;
      };
    const results = await Promise.allSettled([
      turns.take(work("one"), never),
      turns.take(work("two", true), never),
      turns.take(work("three"), never),
    ]);
    expect(seen).toEqual(["one", "two", "three"]);
    expect(results.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
  });

  it("let go at once whoever gives up, and keep the others waiting for the work that still runs", async () => {
    const turns = new Turns();
    const running = Promise.withResolvers<void>();
    const [first, second] = [new AbortController(), new AbortController()];
    const seen: string[] = [];
    const one = turns.take(() => running.promise, first.signal);
    const two = turns.take(async () => seen.push("two"), second.signal);
    const three = turns.take(async () => seen.push("three"), never);
    second.abort(new Error("gave up"));
    await expect(two).rejects.toThrow("gave up");
    first.abort(new Error("gone"));
    await expect(one).rejects.toThrow("gone");
    expect(seen).toEqual([]);
    running.resolve();
    await three;
    expect(seen).toEqual(["three"]);
  });
});
