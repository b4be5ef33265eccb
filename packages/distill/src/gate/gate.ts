/**
 * The redaction gate: what stands between a node's experiences and the network.
 *
 * It guarantees that a text in which one of its rules sees a secret, personal data with a form, or a trace of the machine is refused as a whole,
 * and that the refusal says which rule fired and where. Characters that only look plain and one layer of base64, hexadecimal or URL encoding
 * are read as well. Nothing is ever cut out and the rest sent: what a cut leaves behind is rarely harmless.
 *
 * It does not guarantee that a text is harmless. People's names, addresses of streets, secrets in words ("the code is the dog's name") and what
 * was encoded twice have no form that a rule could know.
 */
import type { LessonDraft } from "@grapevine/core";
import { findAddresses } from "./address.ts";
import { readingsOf } from "./encodings.ts";
import { findRandomTokens } from "./entropy.ts";
import type { Finding } from "./finding.ts";
import { createMachineScan, type MachineInit } from "./machine.ts";
import { findPersonalData } from "./personal.ts";
import { loadSecretScan, type SecretScan } from "./secretlint.ts";

export type GateInit = MachineInit;

export interface GateVerdict {
  readonly passes: boolean;
  /** In the order in which they stand in the text. */
  readonly findings: readonly Finding[];
}

/** A finding in one text field of a draft, for example in `guidance` or `example.steps.0`; offsets count from the field's start. */
export interface DraftFinding extends Finding {
  readonly field: string;
}

export interface DraftVerdict {
  readonly passes: boolean;
  readonly findings: readonly DraftFinding[];
}

export interface Gate {
  /** Any text of any length; rejects only when the rules cannot be loaded. */
  check(text: string): Promise<GateVerdict>;
  /** Every text field that would go on the wire, names of environment facts included. */
  checkDraft(draft: LessonDraft): Promise<DraftVerdict>;
}

/** A gate for this machine. The rules are loaded at the first check. */
export function createGate(init: GateInit = {}): Gate {
  const scanMachine = createMachineScan(init);
  let loading: ReturnType<typeof loadHeavyRules> | undefined;

  async function check(text: string): Promise<GateVerdict> {
    loading ??= loadHeavyRules();
    const { scanSecrets, findPhoneNumbers } = await loading;
    const scan = async (reading: string): Promise<Finding[]> => [
      ...(await scanSecrets(reading)),
      ...findRandomTokens(reading),
      ...findPersonalData(reading),
      ...findPhoneNumbers(reading),
      ...findAddresses(reading),
      ...scanMachine(reading),
    ];
    const findings = await scan(text);
    for (const reading of readingsOf(text)) {
      for (const finding of await scan(reading.text))
        findings.push({ ...finding, ...reading.origin(finding.start, finding.end) });
    }
    return { passes: findings.length === 0, findings: inOrder(findings) };
  }

  return {
    check,
    checkDraft: async (draft): Promise<DraftVerdict> => {
      const findings: DraftFinding[] = [];
      for (const { field, text } of textsOf(draft)) {
        for (const finding of (await check(text)).findings) findings.push({ field, ...finding });
      }
      return { passes: findings.length === 0, findings };
    },
  };
}

/** Secretlint and the telephone numbers of all countries: together a good part of a node's start. */
async function loadHeavyRules(): Promise<{ scanSecrets: SecretScan; findPhoneNumbers: (text: string) => Finding[] }> {
  const [scanSecrets, { findPhoneNumbers }] = await Promise.all([loadSecretScan(), import("./phone.ts")]);
  return { scanSecrets, findPhoneNumbers };
}

function textsOf(draft: LessonDraft): { readonly field: string; readonly text: string }[] {
  const facts = Object.entries(draft.environment ?? {});
  return [
    { field: "title", text: draft.title },
    { field: "situation", text: draft.situation },
    { field: "guidance", text: draft.guidance },
    ...(draft.example === undefined ? [] : [{ field: "example.task", text: draft.example.task }]),
    ...(draft.example?.steps ?? []).map((text, at) => ({ field: `example.steps.${at}`, text })),
    ...draft.tags.map((text, at) => ({ field: `tags.${at}`, text })),
    ...facts.map(([name, value]) => ({ field: `environment.${name}`, text: `${name}: ${value}` })),
    ...(draft.model === undefined ? [] : [{ field: "model", text: draft.model }]),
  ];
}

/** Sorted by place; the same rule at the same place is said once. */
function inOrder(findings: readonly Finding[]): Finding[] {
  const byPlace = new Map(findings.map((finding) => [`${finding.rule} ${finding.start} ${finding.end}`, finding]));
  return [...byPlace.values()].sort((a, b) => a.start - b.start || a.end - b.end);
}
