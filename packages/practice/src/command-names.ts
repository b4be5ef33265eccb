/** Words from which worlds make their commands. They say nothing of what a command does, so that a rule cannot be guessed from its name. */

/** Names of commands: common words of one token, none of which tells the work of any kind. */
export const verbs: readonly string[] =
  "bind brand cast clip crown draft guard hook knit march merge pitch plot prime quote rank render seal scan sketch slice span stamp sweep swing thread trim tune wrap weave".split(
    " ",
  );
export const flags: readonly string[] =
  "via port rank tone core edge base node mode rule slot term tier zone axis beam code grid leaf loop".split(" ");
export const symbols: readonly string[] = ["@", "=", ":", "+"];
