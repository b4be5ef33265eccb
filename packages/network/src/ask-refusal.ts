/**
 * What one node tells another when it does not answer, and what the other makes of it.
 *
 * Guarantees, on the answering side: of what went wrong inside a node nothing leaves it but refusals whose words are the same on every node, or name
 * rules of the redaction gate; an error's message may hold paths and names of users. On the asking side: a peer's words never pass for those of the
 * local program. They are cleaned, cut, and said to be the peer's; the code is one that belongs to asking, and the hint is ours. Does not
 * guarantee that a peer tells the truth about why it refuses.
 */
import { type AuthorId, cleanText, GrapevineError } from "@grapevine/core";
import type { AskErrorFrame } from "./ask-protocol.ts";
import { networkErrors } from "./errors.ts";

/** Errors of an answering node that cross as they are: they speak of the question or the answer, not of the node. */
const tellable: ReadonlySet<string> = new Set(["QUESTION_EMPTY", "QUESTION_TOO_LONG", "ANSWER_WITHHELD", "ASK_BUSY"]);

interface Meaning {
  readonly code: string;
  readonly hint: string;
}

/** By the code that crossed. The ones about a question mean a mistake of the user's where they are made here, so that a peer's have a code of their own. */
const meanings: ReadonlyMap<string, Meaning> = new Map([
  ["ASK_NOT_TRUSTED", ownMeaning("ASK_NOT_TRUSTED")],
  ["ASK_CLOSED", ownMeaning("ASK_CLOSED")],
  ["ASK_BUSY", ownMeaning("ASK_BUSY")],
  ["ASK_QUOTA", ownMeaning("ASK_QUOTA")],
  ["ASK_TIMED_OUT", ownMeaning("ASK_TIMED_OUT")],
  ["ASK_FAILED", ownMeaning("ASK_FAILED")],
  ["QUESTION_EMPTY", ownMeaning("ASK_REFUSED")],
  ["QUESTION_TOO_LONG", ownMeaning("ASK_REFUSED")],
  ["ANSWER_WITHHELD", { code: "ANSWER_WITHHELD", hint: networkErrors.specifications.ASK_REFUSED.hint }],
]);

/** UTF-16 units of a peer's message that are shown. */
const maxMessageLength = 200;

/** The last frame for an error that a stranger may be told of, or undefined: then only that it failed is to be said. */
export function refusalFrame(error: unknown): AskErrorFrame | undefined {
  return GrapevineError.is(error) && tellable.has(error.code) ? errorFrame(error) : undefined;
}

/** The frame for an error of this package, whose texts hold nothing of the node. */
export function errorFrame({ code, message }: GrapevineError): AskErrorFrame {
  return { type: "error", code, message };
}

/** The error that a peer's refusal is at `self`; whatever is not known to be one of asking is ASK_FAILED, without the peer's words. */
export function refusalError(peer: AuthorId, { code, message }: AskErrorFrame, self: AuthorId): GrapevineError {
  const meaning = meanings.get(code);
  if (meaning === undefined) return networkErrors.create("ASK_FAILED", `${peer} could not answer`);
  const hint = code === "ASK_NOT_TRUSTED" ? trustHint(self) : meaning.hint;
  return new GrapevineError(meaning.code, `${peer} refused: ${cleanText(message, maxMessageLength)}`, hint);
}

function trustHint(self: AuthorId): string {
  return `Ask its owner to run \`grapevine peers trust ${self}\` there; or ask another peer.`;
}

function ownMeaning(code: keyof typeof networkErrors.specifications): Meaning {
  return { code, hint: networkErrors.specifications[code].hint };
}
