/** `npx pnpm reference`: writes the pages of docs/ that are made from the code. The tests of their names in `test/` fail when they differ from it. */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { settings } from "../packages/cli/src/settings.ts";
import { rules } from "../packages/reconcile/src/rules.ts";
import { root } from "./checks/tree.ts";
import { errorReference, errorSources } from "./reference/error-reference.ts";
import { httpReference } from "./reference/http-reference.ts";
import { protocolReference } from "./reference/protocol-reference.ts";
import { reconciliationConstants, reconciliationReference } from "./reference/reconciliation-reference.ts";
import { settingsReference } from "./reference/settings-reference.ts";

const errorPage = "docs/ERRORS.md";
const reconciliationPage = "docs/RECONCILIATION.md";
const protocolPage = "docs/PROTOCOL.md";
const settingsPage = "docs/SETTINGS.md";
const architecturePage = "docs/ARCHITECTURE.md";
const httpFile = "docs/openapi.json";

await writeFile(join(root, errorPage), errorReference(errorSources));
const codes = errorSources.reduce((sum, { specifications }) => sum + Object.keys(specifications).length, 0);
console.log(`${errorPage}: ${codes} codes from ${errorSources.length} tables`);

await writeFile(join(root, reconciliationPage), reconciliationReference(rules, reconciliationConstants));
console.log(`${reconciliationPage}: ${rules.length} rules, ${reconciliationConstants.length} figures`);

await writeFile(join(root, protocolPage), protocolReference(await readFile(join(root, protocolPage), "utf8")));
console.log(`${protocolPage}: its limits and scores`);

await writeFile(join(root, settingsPage), settingsReference(settings));
console.log(`${settingsPage}: ${settings.length} settings`);

await writeFile(join(root, httpFile), httpReference(await readFile(join(root, architecturePage), "utf8")));
console.log(`${httpFile}: what a node answers over HTTP`);
