import { describe, expect, it } from "vitest";
import { retoldExample, wordingLikeness } from "../src/wording.ts";

const situation =
  'You want to say where a thing is kept; tasks are put as "The THING belongs in the ROOM." or "Keep the THING in the ROOM."';
const example = { task: "The kettle belongs in the kitchen.", steps: ["place kettle @ kitchen"] };
const lesson = { situation, example };

describe("the likeness of a task's wording to a lesson", () => {
  it("is greatest for tasks that are put alike, whatever names they hold", () => {
    const other = { situation: 'You want to give a thing to somebody; tasks are put as "The THING belongs to PERSON."', example };
    const task = "The lamp belongs in the cellar.";
    expect(wordingLikeness(task, lesson)).toBeGreaterThan(wordingLikeness(task, other));
    expect(wordingLikeness(task, lesson)).toBeCloseTo((2 * 4) / 12);
  });

  it("tells what is a number or a proper name from what is neither, by the example's values", () => {
    const colour = {
      situation: '"The THING must be COLOUR"',
      example: { task: "The kettle must be red.", steps: ["paint kettle red"] },
    };
    const stock = {
      situation: '"The THING should number NUMBER"',
      example: { task: "The kettles should number 14.", steps: ["count kettles 14"] },
    };
    const person = {
      situation: '"The THING should be with PERSON"',
      example: { task: "The kettle should be with Anna.", steps: ["give kettle Anna"] },
    };
    const likeness = (task: string): number[] => [colour, stock, person].map((each) => wordingLikeness(task, each));
    const [toColour = 0, toStock = 0, toPerson = 0] = likeness("The lamp is 20.");
    expect(toStock).toBeGreaterThan(Math.max(toColour, toPerson));
    const [ofColour = 0, ofStock = 0, ofPerson = 0] = likeness("The lamp is Peter.");
    expect(ofPerson).toBeGreaterThan(Math.max(ofColour, ofStock));
  });

  it("is that to the example where the lesson quotes no wording, and none where it has no example either", () => {
    expect(wordingLikeness(example.task, { situation: "Things have places", example })).toBe(1);
    expect(wordingLikeness(example.task, { situation: "Things have places" })).toBe(0);
  });
});

describe("the example, retold", () => {
  it("is put as the task at hand, with its own names", () => {
    expect(retoldExample("Keep the lamp in the cellar.", lesson)).toBe("Keep the kettle in the kitchen.");
    expect(retoldExample("The lamp belongs in the cellar.", lesson)).toBe(example.task);
  });

  it("is put in what others say of such tasks, where that is nearer and has the same names", () => {
    const further = ["The ROOM is where the THING is kept", "Let OWNER keep the THING"];
    expect(retoldExample("The cellar is where the lamp is kept.", lesson, further)).toBe(
      "The kitchen is where the kettle is kept.",
    );
    expect(retoldExample("Let Anna keep the lamp.", lesson, further)).toBe("Keep the kettle in the kitchen.");
    expect(retoldExample("The lamp belongs in the cellar.", lesson, further)).toBe(example.task);
  });

  it("stays as it is where no wording of the lesson is that of its example", () => {
    const elsewhere = { ...lesson, example: { ...example, task: "Put the kettle into the kitchen." } };
    expect(retoldExample("Keep the lamp in the cellar.", elsewhere)).toBe("Put the kettle into the kitchen.");
  });

  it("takes a name with what stands around it in its word", () => {
    const owned = {
      situation: '"Set THING\'s heat to NUMBER." or "The heat of THING must be NUMBER."',
      example: { ...example, task: "Set oven's heat to 60." },
    };
    expect(retoldExample("The heat of soup must be 70.", owned)).toBe("The heat of oven must be 60.");
  });

  it("does not depend on patterns that somebody made to be slow", () => {
    const names = Array.from({ length: 40 }, (_, at) => `N${String.fromCharCode(65 + (at % 26))}`);
    const slow = { situation: `"${names.join("/")}!" or "TH"`, example: { ...example, task: "/".repeat(400) } };
    expect(retoldExample("anything", slow)).toBe(slow.example.task);
  });
});
