/**
 * The kinds of work that a tool can do, apart from how it wants to be told. Tasks name the wanted state and no verb: small models copy an
 * imperative ("Move …") into the command. Nouns are common words, one token each in the vocabularies of small models, so that a miss is a
 * miss of the rule and not of the spelling.
 */

export interface Kind {
  readonly name: string;
  /** What a command of the kind does, for the tool's manual. */
  readonly summary: string;
  readonly subjectName: string;
  readonly valueName: string;
  readonly subjects: readonly string[];
  readonly values: readonly string[];
  /** Ways to put a task; `{subject}` and `{value}` stand for the details. */
  readonly templates: readonly string[];
}

const things: readonly string[] = words(
  "lamp chair table clock mirror basket book bell flag bed stone picture piano guitar statue flower bag coat hat wheel boat cup plate tent",
);

export const kinds: readonly Kind[] = [
  {
    name: "place",
    summary: "set the place of a thing",
    subjectName: "THING",
    valueName: "PLACE",
    subjects: things,
    values: words("kitchen garden hall office library stable tower yard school park church shop market museum castle farm"),
    templates: [
      "The {subject} should be in the {value}.",
      "The {subject} belongs in the {value}.",
      "The {subject} is wanted in the {value}.",
    ],
  },
  {
    name: "colour",
    summary: "set the colour of a thing",
    subjectName: "THING",
    valueName: "COLOUR",
    subjects: things,
    values: words("red blue green yellow black white orange brown gold silver grey"),
    templates: [
      "The {subject} should be {value}.",
      "The colour of the {subject} should be {value}.",
      "The {subject} must be {value}.",
    ],
  },
  {
    name: "holder",
    summary: "set who has a thing",
    subjectName: "THING",
    valueName: "PERSON",
    subjects: things,
    values: words("anna peter maria david laura simon julia martin clara paul john mary thomas robert daniel").map(capitalised),
    templates: ["The {subject} should be with {value}.", "The {subject} belongs to {value}.", "The {subject} is for {value}."],
  },
  {
    name: "heat",
    summary: "set the degrees of a dish",
    subjectName: "DISH",
    valueName: "DEGREES",
    subjects: words("soup milk rice bread tea fish water oil wine coffee meat egg"),
    values: words("25 30 35 40 45 50 55 60 65 70 75 80 85 90"),
    templates: [
      "The {subject} should be at {value} degrees.",
      "The {subject} must reach {value} degrees.",
      "The heat of the {subject} should be {value} degrees.",
    ],
  },
  {
    name: "start",
    summary: "set the hour of a machine",
    subjectName: "MACHINE",
    valueName: "HOUR",
    subjects: words("fan radio motor engine camera robot screen train computer lift watch television"),
    values: words("1 2 3 4 5 6 7 8 9 10 11 12"),
    templates: [
      "The {subject} should start at {value} o'clock.",
      "The {subject} is due at {value} o'clock.",
      "The {subject} must run from {value} o'clock.",
    ],
  },
  {
    name: "stock",
    summary: "set the number of goods",
    subjectName: "GOODS",
    valueName: "NUMBER",
    subjects: words("eggs books cards boxes keys stones flowers trees letters maps balls flags"),
    values: words("13 14 15 16 18 20 24 28 32 36 48 64 72 96"),
    templates: [
      "The number of {subject} should be {value}.",
      "The {subject} should be {value} in number.",
      "The count of {subject} must be {value}.",
    ],
  },
];

function words(text: string): string[] {
  return text.split(" ");
}

function capitalised(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}
