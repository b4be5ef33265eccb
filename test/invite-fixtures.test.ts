/**
 * Frozen invites. They lie in mails and on paper, so that every line that was ever given out has to be read for ever; whether it still holds is another
 * question. Version 2 was signed with the key whose seed is 32 bytes of 7. These samples never change; new versions add theirs.
 */
import { readFileSync } from "node:fs";
import { parseInvite } from "@grapevine/network";
import { describe, expect, it } from "vitest";

interface Sample {
  readonly name: string;
  readonly text: string;
  readonly invite: ReturnType<typeof parseInvite>;
}

const samples: readonly Sample[] = JSON.parse(readFileSync(new URL("fixtures/invites/samples.json", import.meta.url), "utf8"));

describe("frozen invites", () => {
  it.each(samples)("$name", ({ text, invite }) => {
    expect(parseInvite(text)).toEqual(invite);
  });

  it("are there in both versions", () => {
    expect(new Set(samples.map(({ text }) => text.slice(0, "grapevine1".length)))).toEqual(new Set(["grapevine1", "grapevine2"]));
  });
});
