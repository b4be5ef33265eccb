import { createGate, type Gate } from "@grapevine/distill";
import { describe, expect, it } from "vitest";
import { createDraw, secrets } from "../../distill/test/samples.ts";
import { GatedText } from "../src/gated-text.ts";

const plain = "Take the brass valve and turn it to the left until the lamp is dark. ".repeat(20).trim();

/** Pushes a text as a model does, in pieces of a few characters; what had left before its end, and what had left after it. */
async function sent(text: string, gate: Gate = createGate()): Promise<{ before: string; after: string; error: unknown }> {
  let out = "";
  const gated = new GatedText(gate, (piece) => {
    out += piece;
  });
  for (let at = 0; at < text.length; at += 5) {
    gated.push(text.slice(at, at + 5));
    // A model takes some milliseconds a piece; the gate has its turn meanwhile.
    await new Promise((resolve) => setImmediate(resolve));
  }
  const before = out;
  const error = await gated.end(text).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  return { before, after: out, error };
}

describe("a text on its way out", () => {
  it("leaves in pieces while it is being made, and whole at its end", async () => {
    const { before, after } = await sent(plain);
    expect(before.length).toBeGreaterThan(plain.length / 3);
    expect(before.length).toBeLessThan(plain.length - 200);
    expect(plain.startsWith(before)).toBe(true);
    expect(after).toBe(plain);
  });

  it("promise 5: holds back every form of secret from its first character on, wherever it stands", async () => {
    const draw = createDraw(7);
    for (const [form, make] of Object.entries(secrets)) {
      const secret = make(draw);
      const text = `${plain.slice(0, 700)} ${secret} ${plain}`;
      const { before, after, error } = await sent(text);
      expect(error, form).toMatchObject({ code: "ANSWER_WITHHELD" });
      expect(before, form).not.toBe("");
      expect(plain.slice(0, 700).startsWith(after.trimEnd()), `${form}: ${after.slice(690)}`).toBe(true);
    }
  });

  it("promise 5: holds back a key of many lines", async () => {
    const draw = createDraw(9);
    const base64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const key = [
      `-----BEGIN ${"PRIVATE KEY"}-----`,
      ...Array.from({ length: 26 }, () => draw(base64, 64)),
      `-----END ${"PRIVATE KEY"}-----`,
    ];
    const { after, error } = await sent(`${plain.slice(0, 700)}\n${key.join("\n")}\n${plain}`);
    expect(error).toMatchObject({ code: "ANSWER_WITHHELD" });
    expect(plain.slice(0, 700).startsWith(after.trimEnd())).toBe(true);
  });

  it("promise 5: holds back what is a secret only once its last word is there", async () => {
    const card = ["4111", "1111", "1111", "1111"].join(" ");
    const account = ["DE89", "3704", "0044", "0532", "0130", "00"].join(" ");
    for (const secret of [card, account]) {
      // So that the gate looks while it is half there, wherever that is.
      for (let length = 600; length < 740; length += 3) {
        const start = plain.slice(0, length);
        const { after, error } = await sent(`${start} ${secret} ${plain}`);
        expect(error, secret).toMatchObject({ code: "ANSWER_WITHHELD" });
        expect(start.startsWith(after.trimEnd()), after.slice(length - 10)).toBe(true);
      }
    }
  });

  it("stays whole when the gate cannot work, and says so at its end", async () => {
    const broken = (): Promise<never> => Promise.reject(new Error("the rules cannot be loaded"));
    const { after, error } = await sent(plain, { check: broken, checkDraft: broken });
    expect(after).toBe("");
    expect(error).toMatchObject({ message: "the rules cannot be loaded" });
  });
});
