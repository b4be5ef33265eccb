/** `npx pnpm check`: the repository's own rules that no linter knows. Prints what is broken and ends with 1, or says what it looked at. */
import { promiseProblems } from "./checks/promises.ts";
import { starProblems } from "./checks/star.ts";
import { sourceFiles } from "./checks/tree.ts";

const files = await sourceFiles();
const checks = [
  { name: "imports keep to the star", problems: starProblems(files) },
  { name: "promises have tests", problems: promiseProblems(files) },
];

let broken = 0;
for (const { name, problems } of checks) {
  console.log(`${problems.length === 0 ? "✔" : "✘"} ${name}`);
  for (const problem of problems) console.log(`    ${problem}`);
  broken += problems.length;
}
console.log(`${files.length} files looked at, ${broken} problems`);
// A checker that saw nothing proves nothing.
process.exitCode = broken > 0 || files.length < 50 ? 1 : 0;
