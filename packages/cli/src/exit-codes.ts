/** What the shell gets to know. Scripts rely on these numbers. */

export const exitCodes = {
  done: 0,
  /** The command was understood, and refused or failed. */
  refused: 1,
  /** What was typed is at fault: it would fail again however the node stands. */
  usage: 2,
  notRunning: 3,
  /** 128 and the number of SIGINT, as shells count. */
  interrupted: 130,
} as const;

const usageErrors: ReadonlySet<string> = new Set([
  "CLI_USAGE",
  "CLI_INPUT_NOT_UTF8",
  "CLI_FILE_UNREADABLE",
  "CLI_LINE_MALFORMED",
  "CLI_SETTING_INVALID",
  "NODE_AMBIGUOUS",
  "NODE_NAME_INVALID",
  "API_REQUEST_INVALID",
  "QUESTION_EMPTY",
  "ADDRESS_INVALID",
  "SWARM_INVALID",
  "INVITE_MALFORMED",
  "INVITE_DAMAGED",
  "MODEL_SPEC_INVALID",
  "ID_MALFORMED",
  "ID_AMBIGUOUS",
]);

/** The exit code for an error's code. */
export function exitCodeOf(code: string): number {
  if (code === "NODE_NOT_RUNNING") return exitCodes.notRunning;
  if (code === "CLI_INTERRUPTED") return exitCodes.interrupted;
  return usageErrors.has(code) ? exitCodes.usage : exitCodes.refused;
}
