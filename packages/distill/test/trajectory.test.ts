import { describe, expect, it } from "vitest";
import { fitUsage, usagesIn } from "../src/usage.ts";

describe("usage lines", () => {
  it.each([
    [
      "Usage: bind THING --via PLACE (to set the place of a thing)",
      [{ form: "bind THING --via PLACE", purpose: "to set the place of a thing" }],
    ],
    ["error: no. usage: load ITEM into CRATE. Example: load pen into west", [{ form: "load ITEM into CRATE" }]],
    ["Usage: a X\nUsage: b Y\nusage = a X", [{ form: "a X" }, { form: "b Y" }]],
    ["the usage of this is free", []],
    ["Usage: ", []],
  ])("are read out of %j", (observation, usages) => {
    expect(usagesIn([observation])).toEqual(usages);
  });
});

describe("an action beside a usage line", () => {
  const cases: [action: string, form: string, values: Record<string, string> | undefined][] = [
    ["bind lamp --via hall", "bind THING --via PLACE", { lamp: "THING", hall: "PLACE" }],
    ["delta bind lamp+hall", "bind THING + PLACE", { lamp: "THING", hall: "PLACE" }],
    ["view amber age:asc take=3", "view SHELF age:asc take=COUNT", { amber: "SHELF", "3": "COUNT" }],
    ['note "two words" @home', "note <text> @PLACE", { "two words": "text", home: "PLACE" }],
    ["bind lamp --in hall", "bind THING --via PLACE", undefined],
    ["bind lamp", "bind THING --via PLACE", undefined],
    ["please do bind lamp --via hall", "bind THING --via PLACE", undefined],
    ["lamp hall", "THING PLACE", undefined],
  ];
  it.each(cases)("%s follows %s with %j", (action, form, values) => {
    const fit = fitUsage(action, [{ form }]);
    expect(fit === undefined ? undefined : Object.fromEntries(fit.values)).toEqual(values);
  });

  it("follows the line that has most words of its own", () => {
    const usages = [{ form: "bind THING WORD PLACE" }, { form: "bind THING to PLACE" }];
    expect(fitUsage("bind lamp to hall", usages)?.usage.form).toBe("bind THING to PLACE");
  });
});
