import { describe, expect, it } from "vitest";
import { wrapped } from "../src/output/wrapping.ts";
import { gluedSpace } from "../src/terminal.ts";
import { grapevine, startStandIn } from "./harness.ts";
import { status } from "./samples.ts";

describe("prose", () => {
  it("is broken between words at the terminal's width, under its own beginning, and nowhere else", () => {
    expect(wrapped("  one two three four", 10)).toBe("  one two\n  three\n  four");
    expect(wrapped("exactly so", 10)).toBe("exactly so");
    expect(wrapped("one two three four", undefined)).toBe("one two three four");
  });

  it("leaves whole what is to be copied", () => {
    expect(wrapped(`to join:  grapevine${gluedSpace}join${gluedSpace}INVITE`, 16)).toBe("to join:\ngrapevine join INVITE");
    expect(wrapped("then run `grapevine swarm admit ID` there", 20)).toBe("then run\n`grapevine swarm admit ID`\nthere");
    expect(wrapped("x".repeat(30), 10)).toBe("x".repeat(30));
  });
});

it("status fits a terminal of 80 columns, and is not broken for a program that reads it", async () => {
  const { where } = await startStandIn({ "GET /api/status": () => ({ ...status, reachability: "lan" }) });
  const [narrow, piped] = [await grapevine(["status", ...where], { columns: 80 }), await grapevine(["status", ...where])];
  const lines = narrow.stdout.split("\n");
  expect(lines.filter((line) => line.length > 80)).toEqual([]);
  expect(lines.length).toBeGreaterThan(piped.stdout.split("\n").length);
});
