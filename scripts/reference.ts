/** `npx pnpm reference`: writes the pages of docs/ that are made from the code. `test/errors.test.ts` fails when they differ from it. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { root } from "./checks/tree.ts";
import { errorReference, errorSources } from "./reference/error-reference.ts";

const page = "docs/ERRORS.md";

await writeFile(join(root, page), errorReference(errorSources));
const codes = errorSources.reduce((sum, { specifications }) => sum + Object.keys(specifications).length, 0);
console.log(`${page}: ${codes} codes from ${errorSources.length} tables`);
