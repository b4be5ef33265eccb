/**
 * The one error base of the project. Callers act on `code`, which is stable; `message` may change from version to version.
 *
 * Every package declares its own closed table of codes with `defineErrors`, so that the set of all codes can be listed and held against
 * `docs/ERRORS.md`.
 */

/** What is known about one code before anything has gone wrong. */
export interface ErrorSpecification {
  /** One sentence for the reference: what has happened when this code is seen. */
  readonly summary: string;
  /** What the user can do next, in the imperative. */
  readonly hint: string;
}

export interface ErrorDetails {
  /** Replaces the table's hint where this occurrence knows a better one. */
  readonly hint?: string;
  readonly cause?: unknown;
}

export class GrapevineError extends Error {
  override readonly name: string = "GrapevineError";
  readonly code: string;
  readonly hint: string;

  constructor(code: string, message: string, hint: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.hint = hint;
  }

  /** True for every error of this project with the given code, or with any code when none is given. */
  static is(error: unknown, code?: string): error is GrapevineError {
    return error instanceof GrapevineError && (code === undefined || error.code === code);
  }

  /** The form in which errors cross a process boundary: `{error: {code, message, hint}}`. */
  toJSON(): { error: { code: string; message: string; hint: string } } {
    return { error: { code: this.code, message: this.message, hint: this.hint } };
  }
}

/** A package's closed table of error codes, and the only way to make errors with them. */
export interface ErrorTable<Code extends string> {
  readonly specifications: Readonly<Record<Code, ErrorSpecification>>;
  create(code: Code, message: string, details?: ErrorDetails): GrapevineError;
}

export function defineErrors<const Code extends string>(
  specifications: Readonly<Record<Code, ErrorSpecification>>,
): ErrorTable<Code> {
  return {
    specifications,
    create: (code, message, details): GrapevineError =>
      new GrapevineError(code, message, details?.hint ?? specifications[code].hint, details?.cause),
  };
}

/** The text of anything that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

export const coreErrors: ErrorTable<
  | "RECORD_TOO_LARGE"
  | "RECORD_MALFORMED"
  | "RECORD_NOT_CANONICAL"
  | "RECORD_SIGNATURE"
  | "RECORD_VERSION"
  | "RECORD_INVALID"
  | "RECORD_CHARACTERS"
  | "ID_MALFORMED"
  | "ID_AMBIGUOUS"
  | "KEY_MALFORMED"
  | "INTERNAL"
> = defineErrors({
  RECORD_TOO_LARGE: {
    summary: "A record is larger or more deeply nested than the limits allow.",
    hint: "Shorten the texts of the record; docs/ARCHITECTURE.md names the limits.",
  },
  RECORD_MALFORMED: {
    summary: "The bytes are not a signed record.",
    hint: "Ask the sender for the record again; it was cut or altered on the way.",
  },
  RECORD_NOT_CANONICAL: {
    summary: "A record's bytes are not the canonical encoding of its content, so that it could have many ids.",
    hint: "The sender's encoder is at fault; records are DAG-CBOR with sorted keys.",
  },
  RECORD_SIGNATURE: {
    summary: "A record's signature is not its author's.",
    hint: "The record is forged or altered and was dropped; nothing needs doing.",
  },
  RECORD_VERSION: {
    summary: "A record is of a version that this program does not know.",
    hint: "Update Grapevine.",
  },
  RECORD_INVALID: {
    summary: "A record's fields break the schema: a wrong type, a text too long, a character that is not allowed.",
    hint: "Correct the field that the message names.",
  },
  RECORD_CHARACTERS: {
    summary: "A record holds characters that are not assigned in the version of Unicode that this program knows.",
    hint: "Update Grapevine; the record is taken when it is known what its characters are.",
  },
  ID_MALFORMED: {
    summary: "A text is not the id of a record or of an experience.",
    hint: "Copy the id from `grapevine lessons list` or `grapevine experiences list`.",
  },
  ID_AMBIGUOUS: {
    summary: "An abbreviated id fits more than one record.",
    hint: "Give more characters of the id.",
  },
  KEY_MALFORMED: {
    summary: "A key file or an author's name does not hold an Ed25519 key.",
    hint: "Restore the key from a backup; a new key would be a new identity.",
  },
  INTERNAL: {
    summary: "Something happened that the program does not expect: a defect.",
    hint: "Report it with the log of the node.",
  },
});
