/** The limits of a user's own checker, each with its reason. */

export interface CheckerLimit {
  readonly lowest: number;
  readonly highest: number;
  readonly usual: number;
}

/** Time for one verdict, in milliseconds. Compilers and small test suites fit into the usual; more than ten minutes would block practice for good. */
export const timeoutMs: CheckerLimit = { lowest: 10, highest: 600_000, usual: 10_000 };

/** Bytes that a command may write for one verdict, output and errors together: enough for a report of tests, little enough for the node's memory. */
export const maxOutputBytes: CheckerLimit = { lowest: 1, highest: 1024 * 1024, usual: 64 * 1024 };

/** Characters of the output that the agent gets to see: a prompt holds no more of it. */
export const maxShownCharacters = 2_000;

/** Characters of a task's prompt, as of a question's in a question set. */
export const maxPromptCharacters = 20_000;

/** Words of a command: more is a mistake in the description. */
export const maxCommandWords = 64;

/** Characters of one word of a command, of a task's id and of a family's name: systems take a few thousand in all. */
export const maxWordCharacters = 1_000;
