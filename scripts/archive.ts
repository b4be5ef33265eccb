/** `npx pnpm archive`: one file of the command that `npm install --global` takes, with JavaScript in place of TypeScript. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { messageOf } from "@grapevine/core";
import { Command, CommanderError } from "commander";
import { compile, pack } from "./archive/pack.ts";
import { stage } from "./archive/stage.ts";
import { root } from "./checks/tree.ts";

interface Options {
  readonly out: string;
  readonly json: boolean;
}

function readOptions(): Options {
  const command = new Command("archive")
    .description("Pack the grapevine command into one file that installs with npm on Node 22.12 or later.")
    .option("--out <folder>", "where the file goes", ".")
    .option("--json", "one JSON document on stdout, progress on stderr", false)
    .addHelpText(
      "after",
      `
Examples:
  npx pnpm archive
  npm install --global ./grapevine-0.1.0.tgz`,
    )
    .exitOverride()
    .parse();
  return command.opts<Options>();
}

async function main(): Promise<void> {
  const { out, json } = readOptions();
  const folder = await mkdtemp(join(tmpdir(), "grapevine-archive-"));
  try {
    process.stderr.write("compiling\n");
    await compile(root);
    await stage({ root, folder });
    process.stderr.write("packing\n");
    const archive = await pack(folder, resolve(out));
    process.stdout.write(
      json
        ? `${JSON.stringify(archive)}\n`
        : `${archive.path}, ${Math.round(archive.bytes / 1000)} kB\nInstall it:  npm install --global ${archive.path}\n`,
    );
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

try {
  await main();
} catch (error) {
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : 2;
  else {
    process.stderr.write(`${messageOf(error)}\n`);
    process.exitCode = 1;
  }
}
