/** From the sources in `page/` to the files that a browser gets: one script and what it loads later, one style sheet, an icon, and the page that names them. */
import { createHash } from "node:crypto";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import { rolldown } from "rolldown";
import { type ManifestEntry, manifestName } from "./manifest.ts";

const pageFolder = fileURLToPath(new URL("../page", import.meta.url));
/** In the order in which they count. */
const styleSheets = ["tokens", "base", "layout", "parts", "swarm", "lessons", "ask", "rooms"];

/** Writes the gzipped files and their manifest. The folder is made when it is not there. */
export async function buildPage(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  const [{ entry, scripts }, style, icon] = await Promise.all([bundle(), joinStyles(), readFile(join(pageFolder, "icon.svg"))]);
  const styleName = hashedName("page", style, "css");
  const iconName = hashedName("icon", icon, "svg");
  const html = (await readFile(join(pageFolder, "index.html"), "utf8"))
    .replace("%ICON%", `/assets/${iconName}`)
    .replace("%STYLE%", `/assets/${styleName}`)
    .replace("%SCRIPT%", `/assets/${entry}`);
  const files: readonly (readonly [path: string, type: string, body: string | Buffer])[] = [
    ["/", "text/html; charset=utf-8", html],
    ...scripts.map(({ name, code }) => [`/assets/${name}`, "text/javascript; charset=utf-8", code] as const),
    [`/assets/${styleName}`, "text/css; charset=utf-8", style],
    [`/assets/${iconName}`, "image/svg+xml", icon],
  ];
  const manifest: ManifestEntry[] = [];
  for (const [path, type, body] of files) {
    const file = `${path === "/" ? "index.html" : path.slice("/assets/".length)}.gz`;
    await writeFile(join(folder, file), await promisify(gzip)(body, { level: 9 }));
    manifest.push({ path, type, file });
  }
  await writeFile(join(folder, manifestName), JSON.stringify(manifest));
}

async function bundle(): Promise<{ entry: string; scripts: { name: string; code: string }[] }> {
  const bundler = await rolldown({
    input: join(pageFolder, "main.tsx"),
    platform: "browser",
    transform: { jsx: { runtime: "automatic", importSource: "preact" }, target: "es2022" },
    // Its one word on the page, where the JSX comes from, is said above.
    tsconfig: false,
    logLevel: "warn",
  });
  try {
    const { output } = await bundler.generate({
      format: "esm",
      minify: true,
      entryFileNames: "page-[hash].js",
      chunkFileNames: "[name]-[hash].js",
    });
    const chunks = output.filter((item) => item.type === "chunk");
    const entry = chunks.find(({ isEntry }) => isEntry);
    if (entry === undefined) throw new Error("the bundler gave no entry");
    return { entry: entry.fileName, scripts: chunks.map(({ fileName, code }) => ({ name: fileName, code })) };
  } finally {
    await bundler.close();
  }
}

async function joinStyles(): Promise<string> {
  const chart = createRequire(import.meta.url).resolve("uplot/dist/uPlot.min.css");
  const paths = [chart, ...styleSheets.map((name) => join(pageFolder, "styles", `${name}.css`))];
  return (await Promise.all(paths.map((path) => readFile(path, "utf8")))).join("\n");
}

function hashedName(name: string, body: string | Buffer, extension: string): string {
  return `${name}-${createHash("sha256").update(body).digest("hex").slice(0, 10)}.${extension}`;
}
