import { expect, it } from "vitest";
import { RecentMap } from "../src/index.ts";

it("holds the newest entries, and what is set again is new again", () => {
  const map = new RecentMap<string, number>(2).set("a", 1).set("b", 2);
  expect([...map]).toEqual([
    ["a", 1],
    ["b", 2],
  ]);
  map.set("a", 3);
  expect([...map.keys()]).toEqual(["b", "a"]);
  map.set("c", 4);
  expect([...map]).toEqual([
    ["a", 3],
    ["c", 4],
  ]);
});
