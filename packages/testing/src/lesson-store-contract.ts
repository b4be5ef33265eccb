/** What every `LessonStore` promises, as tests. An adapter's test calls it with a factory of empty stores. */
import { describe } from "vitest";
import { forgettingContract } from "./lesson-store-contract/forgetting.ts";
import { foundLessonsContract } from "./lesson-store-contract/found-lessons.ts";
import { glancesContract } from "./lesson-store-contract/glances.ts";
import { keptLessonsContract } from "./lesson-store-contract/kept-lessons.ts";
import { passedOnContract } from "./lesson-store-contract/passed-on.ts";
import { statementsContract } from "./lesson-store-contract/statements.ts";
import { type LessonStoreFactory, storeUnderTest } from "./lesson-store-contract/store-under-test.ts";

export function lessonStoreContract(name: string, factory: LessonStoreFactory): void {
  describe(`${name} keeps the contract of LessonStore`, () => {
    const tested = storeUnderTest(factory);
    keptLessonsContract(tested);
    foundLessonsContract(tested);
    statementsContract(tested);
    glancesContract(tested);
    passedOnContract(tested);
    forgettingContract(tested);
  });
}
