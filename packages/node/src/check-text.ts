/** The redaction gate for a text of the user's, without a running node. */
import { homedir, hostname } from "node:os";
import { createGate, type Gate, type GateVerdict } from "@grapevine/distill";

let gate: Gate | undefined;

/** What the gate would say if the text were to leave this machine. */
export function checkText(text: string): Promise<GateVerdict> {
  gate ??= createGate({ hostNames: [hostname()], homeFolders: [homedir()] });
  return gate.check(text);
}
