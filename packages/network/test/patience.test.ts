/** How long a session waits: for each turn, in all, and until it is stopped. */
import { VirtualTime } from "@grapevine/testing";
import { describe, expect, it } from "vitest";
import { Patience } from "../src/patience.ts";

describe("patience", () => {
  it("ends when one turn takes too long, and not just before", async () => {
    const time = new VirtualTime(0);
    const patience = new Patience({ timers: time, sessionMs: 1000 });
    patience.forTurn(100);
    await time.pass(99);
    expect(patience.signal.aborted).toBe(false);
    await time.pass(2);
    expect(patience.signal.reason).toMatchObject({ name: "TimeoutError" });
  });

  it("begins anew with each turn, and does not count what is not the other side's", async () => {
    const time = new VirtualTime(0);
    const patience = new Patience({ timers: time, sessionMs: 1000 });
    for (let turn = 0; turn < 5; turn++) {
      patience.forTurn(100);
      await time.pass(90);
    }
    patience.rest();
    await time.pass(500);
    expect(patience.signal.aborted).toBe(false);
    await time.pass(51);
    expect(patience.signal.reason).toMatchObject({ name: "TimeoutError" });
  });

  it("ends with whatever stops it, also when that was before", () => {
    const time = new VirtualTime(0);
    const stopping = new AbortController();
    const patience = new Patience({ timers: time, sessionMs: 1000, stopped: stopping.signal });
    stopping.abort(new Error("the node stops"));
    expect(patience.signal.reason).toMatchObject({ message: "the node stops" });
    const later = new Patience({ timers: time, sessionMs: 1000, stopped: stopping.signal });
    expect(later.signal.aborted).toBe(true);
  });

  it("fires no more when it has ended", async () => {
    const time = new VirtualTime(0);
    const stopping = new AbortController();
    const patience = new Patience({ timers: time, sessionMs: 1000, stopped: stopping.signal });
    patience.forTurn(100);
    patience.end();
    await time.pass(2000);
    stopping.abort();
    expect(patience.signal.aborted).toBe(false);
  });
});
