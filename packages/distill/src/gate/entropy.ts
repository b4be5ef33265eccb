/**
 * Long random tokens that no rule knows by name. Shannon entropy over a token's own characters, with two guards, since entropy alone cannot tell
 * a key from a long identifier: random text changes the class of its characters (lower, upper, digit) at every second step, written names do
 * not. Hexadecimal is let through: digests, ids and traces are hexadecimal, and keys in hexadecimal are caught by what stands before them.
 */
import { decodedBase64 } from "./encodings.ts";
import { type Finding, findingsOf } from "./finding.ts";

const token = /(?<![\w+/=-])[A-Za-z0-9_+/=-]{24,}(?![\w+/=-])/g;

/** Bits a character. 24 random characters of 62 reach about 4.3; a long English identifier stays below 3.9. */
const minEntropy = 3.7;
/** Share of neighbours of different classes: about 0.55 when random, below 0.25 in camelCase. */
const minClassChange = 0.3;
/** Letters alone, without a digit, have to look more random still: they may be names run together. */
const minLetterEntropy = 4.2;
const minLetterChange = 0.42;
/** Longer tokens of one case are no keys, but words written with digits for letters, or digests in base32. */
const maxSingleCaseLength = 64;

/** Public by their nature: content ids, peer ids, subresource digests. */
const publicTokens = [
  /^baf[a-z2-7]{50,}$/,
  /^12D3KooW[1-9A-HJ-NP-Za-km-z]{44}$/,
  /^Qm[1-9A-HJ-NP-Za-km-z]{44}$/,
  /^sha(?:1|256|384|512)-/i,
];

export function findRandomTokens(text: string): Finding[] {
  return findingsOf(text, token, "secret", "random-token", ([candidate]) => looksRandom(candidate));
}

function looksRandom(candidate: string): boolean {
  if (publicTokens.some((form) => form.test(candidate))) return false;
  const letters = candidate.replace(/[_+/=-]/g, "");
  if (letters.length < 20 || /^(?:0x)?[0-9a-f]+$/i.test(letters) || !/[a-z]/i.test(letters)) return false;
  if (letters.length > maxSingleCaseLength && (letters === letters.toLowerCase() || letters === letters.toUpperCase()))
    return false;
  // Base64 of a text is read as that text (`encodings.ts`).
  if (decodedBase64(candidate) !== undefined) return false;
  const [entropy, change] = /\d/.test(letters) ? [minEntropy, minClassChange] : [minLetterEntropy, minLetterChange];
  return entropyOf(letters) >= entropy && classChange(letters) >= change;
}

/** Shannon entropy of a text's characters in bits a character. */
function entropyOf(text: string): number {
  const counts = new Map<string, number>();
  for (const character of text) counts.set(character, (counts.get(character) ?? 0) + 1);
  let entropy = 0;
  for (const count of counts.values()) entropy -= (count / text.length) * Math.log2(count / text.length);
  return entropy;
}

function classChange(text: string): number {
  let changes = 0;
  for (let at = 1; at < text.length; at += 1) if (classOf(text.charCodeAt(at)) !== classOf(text.charCodeAt(at - 1))) changes += 1;
  return changes / (text.length - 1);
}

function classOf(code: number): "digit" | "upper" | "lower" {
  if (code < 0x3a) return "digit";
  return code < 0x5b ? "upper" : "lower";
}
