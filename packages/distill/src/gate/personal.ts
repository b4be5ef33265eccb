/**
 * Structured personal data: what has a form or a check digit. People's names have neither and are not looked for here.
 */
import luhn from "fast-luhn";
import { electronicFormatIBAN, getCountrySpecifications, isValidIBAN } from "ibantools";
import { type Finding, findingsOf } from "./finding.ts";

export function findPersonalData(text: string): Finding[] {
  const numbers = /\d/.test(text) ? [...findCards(text), ...findIbans(text), ...findSocialSecurityNumbers(text)] : [];
  return [...findEmails(text), ...numbers];
}

const email =
  /(?<![\w.+%-])[\p{L}\p{N}._%+-]{1,64}(?:@|\s?(?:\[at\]|\(at\))\s?)(?:[\p{L}\p{N}-]{1,63}(?:\.|\s?(?:\[dot\]|\(dot\))\s?)){1,6}\p{L}{2,24}(?![\p{L}\p{N}])/giu;
/** Domains that RFC 2606 sets aside, and mailboxes that no person reads. */
const impersonal =
  /^(?:git|no-?reply|do-?not-?reply)@|@(?:[\w-]+\.)*(?:example\.(?:com|net|org)|example|test|invalid|localhost)$/i;

function findEmails(text: string): Finding[] {
  return findingsOf(text, email, "personal", "email", ([address]) => !impersonal.test(address));
}

/** 12 to 19 digits, alone or in groups, as they are printed on a card. */
const card = /(?<![\w.-])(?:\d[ -]?){11,18}\d(?![\w-]|\.\d)/g;
/** The leading digits that card schemes have: 2 (Mastercard, Mir), 3 (Amex, Diners, JCB), 4, 5, 6, and JCB's old 1800. */
const cardLead = /^(?:[4-6]|2[2-7]|213[01]|3[04-9]|1800)/;

/** Payment cards: the scheme's lead, and the check digit of ISO/IEC 7812 (Luhn). */
function findCards(text: string): Finding[] {
  return findingsOf(text, card, "personal", "payment-card", ([number]) => {
    const digits = number.replace(/\D/g, "");
    return cardLead.test(digits) && !/^(\d)\1*$/.test(digits) && luhn(digits);
  });
}

const ibanStart = /(?<![A-Za-z0-9])[A-Za-z]{2}\d{2}(?=(?:[ -]?[A-Za-z0-9]){11})/g;

/** IBANs of the length their country gives them, with the check digits of ISO 13616. */
function findIbans(text: string): Finding[] {
  const findings: Finding[] = [];
  for (const { index } of text.matchAll(ibanStart)) {
    const length = getCountrySpecifications()[text.slice(index, index + 2).toUpperCase()]?.chars;
    const candidate = typeof length !== "number" ? undefined : takeAlphanumerics(text.slice(index), length);
    if (candidate === undefined) continue;
    const iban = electronicFormatIBAN(candidate);
    if (iban !== null && isValidIBAN(iban)) {
      findings.push({ kind: "personal", rule: "iban", start: index, end: index + candidate.length });
    }
  }
  return findings;
}

/** The start of the text that holds so many letters and digits, spaces and dashes between them not counted. */
function takeAlphanumerics(text: string, count: number): string | undefined {
  return new RegExp(`^(?:[A-Za-z0-9][ -]?){${count - 1}}[A-Za-z0-9](?![A-Za-z0-9])`).exec(text)?.[0];
}

/** Numbers that the United States can have given out: area not 000, 666 or 9xx, no part all zeros. */
const socialSecurityNumber = /(?<![\w-])(?!000|666|9\d\d)\d{3}-(?!00)\d{2}-(?!0000)\d{4}(?![\w-])/g;

function findSocialSecurityNumbers(text: string): Finding[] {
  return findingsOf(text, socialSecurityNumber, "personal", "social-security-number");
}
