/** What goes into the archive: the command, and the packages of this repository that it needs, each compiled, in a `node_modules` of its own. */
import { cp, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { buildPage } from "@grapevine/dashboard/build";

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly description: string;
  readonly license: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly exports?: unknown;
  readonly bin?: unknown;
  readonly imports?: unknown;
}

const scope = "@grapevine/";
/** The oldest Node that every dependency runs on. */
const oldestNode = ">=22.12";

/**
 * Fills an empty folder that `npm pack` can pack. The packages must have been compiled. Nothing but the command itself is on a registry, so its sibling packages travel inside;
 * theirs and its own dependencies are installed by npm.
 */
export async function stage(init: { readonly root: string; readonly folder: string }): Promise<void> {
  const packages = await neededPackages(init.root, "cli");
  const command = packages.get("cli");
  if (command === undefined) throw new Error("there is no package cli");
  const inside = [...packages.values()].filter((manifest) => manifest !== command);
  for (const manifest of inside) {
    const to = join(init.folder, "node_modules", manifest.name);
    await copyCompiled(packageFolder(init.root, manifest.name), to);
    await writeManifest(to, { ...identityOf(manifest), exports: manifest.exports });
    // Whoever installs the archive has no bundler.
    if (manifest.name === "@grapevine/dashboard") await buildPage(join(to, "dist", "page"));
  }
  const from = packageFolder(init.root, command.name);
  await copyCompiled(from, init.folder);
  await cp(join(from, "bin"), join(init.folder, "bin"), { recursive: true });
  await cp(join(init.root, "README.md"), join(init.folder, "README.md"));
  await writeManifest(init.folder, {
    ...identityOf(command),
    name: "grapevine",
    description: command.description,
    bin: command.bin,
    imports: command.imports,
    engines: { node: oldestNode },
    dependencies: {
      ...outsideDependencies([...packages.values()]),
      ...Object.fromEntries(inside.map(({ name, version }) => [name, version])),
    },
    bundleDependencies: inside.map(({ name }) => name),
  });
}

/** The package and all of this repository that it stands on, by folder name. */
async function neededPackages(root: string, first: string): Promise<Map<string, Manifest>> {
  const found = new Map<string, Manifest>();
  const waiting = [first];
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    if (found.has(name)) continue;
    const manifest = JSON.parse(await readFile(join(root, "packages", name, "package.json"), "utf8")) as Manifest;
    found.set(name, manifest);
    for (const dependency of Object.keys(manifest.dependencies ?? {})) {
      if (dependency.startsWith(scope)) waiting.push(dependency.slice(scope.length));
    }
  }
  return found;
}

/** What npm has to install, with exact versions. Two versions of one library cannot lie in one folder: an error says which. */
function outsideDependencies(packages: readonly Manifest[]): Record<string, string> {
  const versions = new Map<string, string>();
  for (const { name, dependencies = {} } of packages) {
    for (const [dependency, version] of Object.entries(dependencies)) {
      if (dependency.startsWith(scope)) continue;
      const other = versions.get(dependency);
      if (other !== undefined && other !== version)
        throw new Error(`${name} wants ${dependency} ${version}, and another package ${other}`);
      versions.set(dependency, version);
    }
  }
  return Object.fromEntries([...versions].sort(([one], [two]) => (one < two ? -1 : 1)));
}

async function copyCompiled(from: string, to: string): Promise<void> {
  await mkdir(to, { recursive: true });
  await cp(join(from, "dist"), join(to, "dist"), {
    recursive: true,
    filter: (path) => !/\.(d\.ts|map|tsbuildinfo)$/.test(path),
  });
}

const packageFolder = (root: string, name: string): string => join(root, "packages", name.replace(scope, ""));

const identityOf = ({ name, version, license }: Manifest): Record<string, unknown> => ({
  name,
  version,
  license,
  type: "module",
});

async function writeManifest(folder: string, manifest: Readonly<Record<string, unknown>>): Promise<void> {
  await writeFile(join(folder, "package.json"), `${JSON.stringify(manifest, undefined, 2)}\n`);
}
