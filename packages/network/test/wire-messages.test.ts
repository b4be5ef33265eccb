/**
 * What peers say to each other besides records is what it was: other programs were written from these samples. A change is a new number of the protocol; only into how many
 * parts a reconciliation divides its ranges is free, and its sample may be made anew.
 */
import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { parseInvite } from "../src/index.ts";
import { fixtures, wireMessages } from "./wire-messages.ts";

const frozen: { readonly invite: { readonly text: string } } = JSON.parse(
  readFileSync(new URL("messages.json", fixtures), "utf8"),
);

it("says what it said when the samples were made", async () => {
  expect(await wireMessages()).toEqual(frozen);
});

it("reads the invite of that time", () => {
  const { text, ...invite } = frozen.invite;
  expect(parseInvite(text)).toEqual(invite);
});
