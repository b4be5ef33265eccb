/** What the gate reports: where, and of what kind, never the text itself, so that a report can be logged. */

/** `secret`: gives access. `personal`: names or reaches a person. `machine`: tells where this node runs. */
export type FindingKind = "secret" | "personal" | "machine";

export interface Finding {
  readonly kind: FindingKind;
  /** The name of the rule that fired, for example `github` or `home-folder`. */
  readonly rule: string;
  /** Half-open range of UTF-16 units in the text that was given. */
  readonly start: number;
  readonly end: number;
}

/** Every match of a global pattern as a finding; `accept` may turn a match down. */
export function findingsOf(
  text: string,
  pattern: RegExp,
  kind: FindingKind,
  rule: string,
  accept: (match: RegExpExecArray) => boolean = always,
): Finding[] {
  const findings: Finding[] = [];
  for (const match of text.matchAll(pattern)) {
    if (accept(match)) findings.push({ kind, rule, start: match.index, end: match.index + match[0].length });
  }
  return findings;
}

function always(): boolean {
  return true;
}
