/**
 * The commands that a page gives: the blocks whose language is `sh`. What stands behind the language says how they are tried. `sh on NAME`: on a machine of that name;
 * `sh checked-only: REASON`: not run, since it needs what a test has not; nothing: run, on the page's usual machine.
 */
export interface CommandBlock {
  readonly machine: string;
  /** Why they are not run. */
  readonly checkedOnly?: string;
  readonly commands: readonly string[];
}

export function commandBlocks(page: string): CommandBlock[] {
  return blocksOf(page).flatMap(({ language, information, text }) => {
    if (language !== "sh") return [];
    const machine = /^on (\w+)$/.exec(information)?.[1];
    const checkedOnly = /^checked-only: (.+)$/.exec(information)?.[1];
    if (information !== "" && machine === undefined && checkedOnly === undefined) {
      throw new Error(`a block of commands cannot be tried in the way "${information}"`);
    }
    return { machine: machine ?? "here", ...(checkedOnly !== undefined && { checkedOnly }), commands: commandsOf(text) };
  });
}

/** Languages of all blocks, to see that no block has none. */
export function languagesOf(page: string): string[] {
  return blocksOf(page).map(({ language }) => language);
}

function blocksOf(page: string): { language: string; information: string; text: string }[] {
  return [...page.matchAll(/^```(\w*) ?(.*)\n([\s\S]*?)^```$/gm)].map(([, language = "", information = "", text = ""]) => ({
    language,
    information,
    text,
  }));
}

/** A command a line; one that goes on behind a backslash, or holds a file of its own, is one. */
function commandsOf(text: string): string[] {
  const whole = text.matchAll(/^.*<< '(\w+)'\n[\s\S]*?^\1$|^(?:.*\\\n)*.*$/gm);
  return [...whole]
    .map(([command]) => command.replace(/ +# .*$/, "").trim())
    .filter((command) => command !== "" && !command.startsWith("#"));
}

/** What a shell makes of a line that needs nothing else of it: its words, quotes taken off. */
export function wordsOf(command: string): string[] {
  return [...command.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? "");
}
