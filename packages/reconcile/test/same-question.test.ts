import { describe, expect, it } from "vitest";
import { isSameQuestion, maxReusedQuestionLength, readQuestion } from "../src/index.ts";

function areSame(first: string, second: string): boolean {
  return isSameQuestion(readQuestion(first), readQuestion(second));
}

describe("one question in other words", () => {
  it.each([
    ["How do I list a box by size?", "Could you tell me how to list a box by size, please?"],
    ["In Linux, how can I delete a user?", "How do I remove a user on Linux?".replace(" on ", " in ")],
    ["What is the capital of France?", "what's France's capital"],
    ["How long is 2 km in feet?", "How long is 2,000 metres in feet?"],
    ["Is a whale a mammal?", "Are whales mammals?"],
    ["How do I turn the light off?", "How do I turn off the light?"],
    ["How can a file be restored with git?", "How do I restore a file with git?"],
    ["How many strings does a violin have?", "How many strings are on a violin?"],
    ["Once more: The clock should be green.", "The clock should be green."],
  ])("%s | %s", (first, second) => {
    expect(areSame(first, second)).toBe(true);
    expect(areSame(second, first)).toBe(true);
  });
});

describe("another question that looks alike", () => {
  it.each([
    ["How long does the plan take to draw?", "How long does the plane take to draw?"],
    ["Which command sets the state?", "Which command sets the station?"],
    ["What does tar -r do?", "What does tar -R do?"],
    ["What does f(x) give?", "What does f[x] give?"],
    ["How do I convert pounds to euros?", "How do I convert euros to pounds?"],
    ["Does Ann know Bob?", "Does Bob know Ann?"],
    ["What calls Python?", "What does Python call?"],
    ["Must a guest not pay?", "Does a guest not have to pay?"],
    ["How many books are in the box?", "How many books are on the box?"],
    ["Which castle is the oldest of Wales?", "Which castle is the older of Wales?"],
    ["What is the colour of the lid of the box?", "What is the colour of the box of the lid?"],
    ["Who is the founder of Rome?", "Who found Rome?"],
    ["How do I use IT at work?", "How do I use at work?"],
    ["The clock should be green.", "The clock should not be green."],
  ])("%s | %s", (first, second) => {
    expect(areSame(first, second)).toBe(false);
  });
});

describe("what an answer depends on", () => {
  it.each([
    ["What time is it in Oslo?", "time"],
    ["Who is the mayor of Oslo?", "time"],
    ["Is the printer online and ready?", "state"],
    ["How do I open that file?", "context"],
    ["How do I fix it?", "context"],
    ["Where is my key?", "user"],
    ["Should I sell the car?", "user"],
    ["Suggest a name for a dog.", "chance"],
  ])("%s", (question, dependsOn) => {
    expect(readQuestion(question).dependsOn).toBe(dependsOn);
  });

  it.each([
    "How do I list all containers that are running?",
    "How long does it take to boil an egg?",
    "Is it safe to eat raw eggs?",
  ])("on nothing: %s", (question) => expect(readQuestion(question).dependsOn).toBeUndefined());

  it("is not asked of texts that are too long to compare", () => {
    const question = (length: number): string => `Why ${"x".repeat(length - 5)}?`;
    expect(readQuestion(question(maxReusedQuestionLength)).dependsOn).toBeUndefined();
    const tooLong = readQuestion(question(maxReusedQuestionLength + 1));
    expect(tooLong.dependsOn).toBe("length");
    expect(isSameQuestion(tooLong, tooLong)).toBe(false);
  });
});
