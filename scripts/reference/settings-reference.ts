/** docs/SETTINGS.md, from the one table of settings. */
import { type Setting, variableOf } from "../../packages/cli/src/settings.ts";
import { table } from "./markdown-table.ts";

/** The whole page. */
export function settingsReference(settings: readonly Setting[]): string {
  const rows = settings.map((setting) => {
    const { name, placeholder, meaning, fallback, isKept } = setting;
    return [
      `\`${name}\``,
      `\`--${name} ${placeholder.replaceAll("|", "\\|")}\``,
      `\`${variableOf(setting)}\``,
      fallback.startsWith("(") ? fallback.slice(1, -1) : `\`${fallback}\``,
      isKept ? "yes" : "no",
      meaning,
    ];
  });
  return `${introduction}\n\n${table(["setting", "option of `up`", "variable", "usual value", "kept", "meaning"], rows)}\n\n${others}\n`;
}

const introduction = `# Settings

<!-- Written by \`npx pnpm reference\` from the table in the code (\`packages/cli/src/settings.ts\`). Change the table, not this page. -->

What a node goes by is said in three places; what comes first holds:

1. an option of \`grapevine up\`, for this start; where _kept_ says yes, for later starts too, until they are told otherwise;
2. a variable of the environment, for this start. Several addresses stand between commas;
3. the node's file, \`HOME/NAME/settings.json\`, which \`grapevine config set\` and \`unset\` write. A node that runs does not go by it until it is started again.

\`grapevine config list\` shows each with its value and where that is from. A value that a setting cannot have is refused, and nothing is saved.`;

const others = `## Not in the file

${table(
  ["option", "variable", "meaning"],
  [
    ["`--home <folder>`", "`GRAPEVINE_HOME`", "folder of your nodes; `~/.grapevine` otherwise"],
    ["", "`GRAPEVINE_CACHE`", "folder of what is made once on a machine: packaged weights, the dashboard's files"],
    ["", "`GRAPEVINE_MODEL_KEY`", "key for a server of `openai:URL#NAME`"],
    ["", "`OLLAMA_HOST`", "where Ollama answers; `127.0.0.1:11434` otherwise"],
    ["", "`NO_COLOR`", "set to anything: no colours"],
  ],
)}`;
