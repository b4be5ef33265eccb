/**
 * Telephone numbers. A number with its country code is one wherever it stands, if the country has such numbers. A national number looks like any other number, so it
 * must have the punctuation of one or stand beside a word that says what it is.
 */
import { findPhoneNumbersInText, parsePhoneNumberFromString } from "libphonenumber-js";
import { type Finding, findingsOf } from "./finding.ts";

const extension = "(?:\\s?(?:x|ext\\.?)\\s?\\d{1,6})?";
const international = new RegExp(`(?<![\\w+.])(?:\\+|00)[1-9](?:[ ().-]{0,2}\\d){7,14}${extension}(?![\\w-])`, "g");
const american = new RegExp(
  `(?<![\\w.(-])(?:1[-. ])?(?:\\(\\d{3}\\)\\s?|\\d{3}[-.])\\d{3}[-.]\\d{4}${extension}(?![\\w-]|\\.\\d)`,
  "g",
);
const french = /(?<![\w.+-])0[1-9](?:[ .]\d{2}){4}(?![\w-]|[. ]\d)/g;
/** 7 to 15 digits, grouped anyhow. */
const digits = new RegExp(`(?<![\\w.+-])\\(?\\d(?:[ ().-]{0,2}\\d){6,14}${extension}(?!\\w|[.-]\\d)`, "g");

const cueBefore =
  /(?:\b(?:tele)?phone|\btel|\bmobile|\bcell|\bfax|\bdesk|\boffice|\bwhatsapp|\bsms|\bdial|\bring|\bcall(?:ed|ing)?\s+(?:me|us|him|her|them|someone)|\bcall|\banswering|\bmessages? to|\breach(?:ed|able)?|\bcontact|\bregistered)(?:\s+(?:me|us|him|her|them|number|no\.?|is|was|at|on|under|via|to))*\s*[:#.,=-]?\s*$/i;
const cueAfter = /^\s?[-,]?\s?(?:office|fax|mobile|cell|home|work|desk)\b/i;

export function findPhoneNumbers(text: string): Finding[] {
  if ((text.match(/\d/g)?.length ?? 0) < 7) return [];
  return [
    ...findingsOf(text, international, "personal", "phone", ([number]) => isInternational(number)),
    ...findingsOf(text, american, "personal", "phone", ([number]) => isNational(number, "US")),
    ...findingsOf(text, french, "personal", "phone", ([number]) => isNational(number, "FR")),
    ...findingsOf(text, digits, "personal", "phone", ({ 0: number, index }) => hasCue(text, index, index + number.length)),
  ];
}

/**
 * After a plus sign any number that its country could have, after 00 only one that it has; or one with the trunk prefix in brackets, which the
 * library does not always read.
 */
function isInternational(number: string): boolean {
  if (number.startsWith("00")) return findPhoneNumbersInText(number.replace(/^00/, "+")).length > 0;
  return parsePhoneNumberFromString(number)?.isPossible() === true || /^\+\d{1,3} ?\(0\)/.test(number);
}

/** Not only the length: a number of the plan, or at least one the plan could hold. The made-up ones in manuals (555-01xx) are not. */
function isNational(number: string, country: "US" | "FR"): boolean {
  const parsed = parsePhoneNumberFromString(number, country);
  return parsed?.isPossible() === true && !/555[-.]?01\d\d/.test(number);
}

function hasCue(text: string, start: number, end: number): boolean {
  const number = text.slice(start, end);
  const date = /^(?:19|20)\d{2}-\d{2}-\d{2}/.test(number);
  return !date && (cueBefore.test(text.slice(Math.max(0, start - 40), start)) || cueAfter.test(text.slice(end, end + 12)));
}
