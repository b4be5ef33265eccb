/** Strangers who lie, four for each honest peer, do not keep from a peer what is to be had of the one that its user named. On real sockets: `eval flood`. */
import { describe, expect, it } from "vitest";
import { eclipse } from "./eclipse.ts";
import { type Lie, lies } from "./sybil.ts";

const sybilCount = 8;
const scenario = { records: 24, graceMs: 60_000 };
const sieges: readonly (readonly [string, readonly Lie[]])[] = [
  ...lies.map((lie) => [lie, Array<Lie>(sybilCount).fill(lie)] as const),
  ["one of each, and more of the worst", [...lies, "crowd", "slow"]],
];

describe("within a virtual minute after the honest peer has come, everything is here, though all others lie", () => {
  it.each(sieges)("%s", async (_name, told) => {
    expect(await eclipse({ ...scenario, seed: 1, lies: told })).toBeLessThanOrEqual(scenario.graceMs);
  });
});
