/** docs/ERRORS.md, from the tables in which every package declares its errors. */
import { agentErrors } from "@grapevine/agent";
import { coreErrors, type ErrorSpecification } from "@grapevine/core";
import { distillErrors } from "@grapevine/distill";
import { modelErrors } from "@grapevine/model";
import { networkErrors } from "@grapevine/network";
import { nodeErrors } from "@grapevine/node";
import { practiceErrors } from "@grapevine/practice";
import { storeErrors } from "@grapevine/store";
import { vectorIndexErrors } from "@grapevine/vector-index";
// Programs, not libraries: what they have to say is not exported.
import { cliErrors } from "../../packages/cli/src/errors.ts";
import { dashboardErrors } from "../../packages/dashboard/src/errors.ts";
import { evalErrors } from "../../packages/eval/src/errors.ts";
import { benchErrors } from "../bench/errors.ts";
import { clusterErrors } from "../cluster/errors.ts";

/** One table of errors, and the file that declares it. */
export interface ErrorSource {
  readonly title: string;
  /** From the root of the repository. */
  readonly file: string;
  readonly specifications: Readonly<Record<string, ErrorSpecification>>;
}

/** In the order in which a user meets them: the command, the node, its stages, what they share. */
export const errorSources: readonly ErrorSource[] = [
  { title: "The command line", file: "packages/cli/src/errors.ts", specifications: cliErrors.specifications },
  { title: "The node and its control API", file: "packages/node/src/errors.ts", specifications: nodeErrors.specifications },
  { title: "The dashboard", file: "packages/dashboard/src/errors.ts", specifications: dashboardErrors.specifications },
  { title: "The network", file: "packages/network/src/errors.ts", specifications: networkErrors.specifications },
  { title: "Models", file: "packages/model/src/errors.ts", specifications: modelErrors.specifications },
  { title: "The agent", file: "packages/agent/src/errors.ts", specifications: agentErrors.specifications },
  { title: "Practice", file: "packages/practice/src/errors.ts", specifications: practiceErrors.specifications },
  {
    title: "Distillation and the redaction gate",
    file: "packages/distill/src/errors.ts",
    specifications: distillErrors.specifications,
  },
  { title: "The store", file: "packages/store/src/errors.ts", specifications: storeErrors.specifications },
  { title: "The vector index", file: "packages/vector-index/src/errors.ts", specifications: vectorIndexErrors.specifications },
  { title: "Records, ids and keys", file: "packages/core/src/errors.ts", specifications: coreErrors.specifications },
  { title: "The local cluster", file: "scripts/cluster/errors.ts", specifications: clusterErrors.specifications },
  { title: "The evaluation", file: "packages/eval/src/errors.ts", specifications: evalErrors.specifications },
  { title: "The benchmarks", file: "scripts/bench/errors.ts", specifications: benchErrors.specifications },
];

/** The whole page. */
export function errorReference(sources: readonly ErrorSource[]): string {
  return `${[introduction, ...sources.map(section)].join("\n\n")}\n`;
}

const introduction = `# Errors

<!-- Written by \`npx pnpm reference\` from the tables in the code. Change the tables, not this page. -->

Whatever goes wrong has one code. Codes are stable; messages may change from version to version. On a terminal an error is one line with its code and one
with a hint; with \`--json\`, and in every reply of the control API, it is \`{"error": {"code", "message", "hint"}}\`. Where an occurrence knows
a better hint than the one on this page, it gives that.

The command line ends with 0 when all was done, 1 when something was refused or failed, 2 when what was typed is at fault, 3 when no node is running, 130
after Ctrl-C.`;

function section({ title, file, specifications }: ErrorSource): string {
  const entries = Object.entries(specifications).map(
    ([code, { summary, hint }]) => `### ${code}\n\n${summary}\n\nWhat to do: ${hint}`,
  );
  return [`## ${title}`, `Declared in \`${file}\`.`, ...entries].join("\n\n");
}
