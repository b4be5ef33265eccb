/** Every promise has tests that cite it, and every citation is listed in test/requirements.ts. */
import { requirements } from "../../test/requirements.ts";
import type { SourceFile } from "./tree.ts";

const citation = /(?:it|describe|test)(?:\.\w+(?:\([^)]*\))?)*\(\s*["'`]promise (\d+):/g;

export function promiseProblems(files: readonly SourceFile[]): string[] {
  const cited = new Map<string, Set<number>>();
  for (const { path, text } of files) {
    if (!path.endsWith(".test.ts")) continue;
    cited.set(path, new Set([...text.matchAll(citation)].map(([, number]) => Number(number))));
  }
  const problems: string[] = [];
  for (const { promise, tests } of requirements) {
    if (tests.length === 0) problems.push(`promise ${promise} has no test`);
    for (const test of tests) {
      if (cited.get(test)?.has(promise) !== true)
        problems.push(`${test} is named for promise ${promise} and has no test titled "promise ${promise}: …"`);
    }
  }
  for (const [path, promises] of cited) {
    for (const promise of promises) {
      const listed = requirements.find((requirement) => requirement.promise === promise)?.tests.includes(path);
      if (listed !== true) problems.push(`${path} cites promise ${promise} and is not named in test/requirements.ts`);
    }
  }
  return problems;
}
