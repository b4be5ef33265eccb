/** `node build-process.ts FOLDER`: builds the dashboard into the folder, in a process of its own. */
import { buildPage } from "./build-page.ts";

const [, , folder] = process.argv;
if (folder === undefined) throw new Error("say into which folder");
await buildPage(folder);
