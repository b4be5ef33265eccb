/**
 * The kinds of work in an order world: three works on one thing, of which one sets a value. In which order they have to be done no name and no task tells;
 * each world has orders of its own. Nouns are common words, one token each in the vocabularies of small models.
 */

export interface Work {
  /** What it does, for the manual: `clean a THING`. */
  readonly summary: string;
  /** What was done then: `cleaned`. */
  readonly done: string;
  readonly setsValue: boolean;
}

export interface Craft {
  readonly name: string;
  /** What all three works together do, for the manual. */
  readonly summary: string;
  readonly valueName: string;
  readonly values: readonly string[];
  readonly works: readonly Work[];
  /** Ways to put a task; `{subject}` and `{value}` stand for the details. */
  readonly templates: readonly string[];
}

/** Things of one group are spoken of alike; the rules of a craft hold for all groups. */
export interface Group {
  readonly name: string;
  readonly subjects: readonly string[];
}

export const groups: readonly Group[] = [
  { name: "furniture", subjects: words("lamp chair table clock mirror bed") },
  { name: "music", subjects: words("piano guitar drum bell flute horn") },
  { name: "clothes", subjects: words("coat hat boot belt shirt dress") },
];

export const crafts: readonly Craft[] = [
  {
    name: "paint",
    summary: "finish a thing in a colour",
    valueName: "COLOUR",
    values: words("red blue green yellow black white"),
    works: [work("clean a thing", "cleaned"), value("give a thing a colour", "coloured"), work("heat a thing", "heated")],
    templates: [
      "The {subject} should be finished in {value}.",
      "A {value} finish is wanted for the {subject}.",
      "The {subject} is to end up {value}.",
    ],
  },
  {
    name: "send",
    summary: "send a thing to a person",
    valueName: "PERSON",
    values: words("anna peter maria david laura simon"),
    works: [work("pack a thing", "packed"), value("write a name on a thing", "addressed"), work("weigh a thing", "weighed")],
    templates: [
      "The {subject} should go out to {value}.",
      "The {subject} is to be sent to {value}.",
      "{value} should get the {subject} by post.",
    ],
  },
  {
    name: "store",
    summary: "store a thing in a place",
    valueName: "PLACE",
    values: words("kitchen garden hall office library stable"),
    works: [work("list a thing", "listed"), value("carry a thing to a place", "carried"), work("cover a thing", "covered")],
    templates: [
      "The {subject} should be stored in the {value}.",
      "The {subject} is to be kept in the {value}.",
      "The {value} should hold the {subject} from now on.",
    ],
  },
  {
    name: "sell",
    summary: "offer a thing for a price",
    valueName: "PRICE",
    values: words("15 20 25 30 40 50"),
    works: [work("test a thing", "tested"), value("put a price on a thing", "priced"), work("show a thing", "shown")],
    templates: [
      "The {subject} should be on sale for {value}.",
      "The {subject} is to be offered for {value}.",
      "The price of the {subject} on offer should be {value}.",
    ],
  },
  {
    name: "lend",
    summary: "lend a thing until a day",
    valueName: "DAY",
    values: words("monday tuesday thursday friday saturday sunday"),
    works: [work("note a thing", "noted"), value("set the last day of a thing", "dated"), work("hand a thing out", "handed out")],
    templates: [
      "The {subject} should be lent until {value}.",
      "The {subject} is to be on loan until {value}.",
      "The loan of the {subject} should end on {value}.",
    ],
  },
  {
    name: "mark",
    summary: "mark a thing with a sign",
    valueName: "SIGN",
    values: words("star moon sun heart cross ring"),
    works: [work("smooth a thing", "smoothed"), value("cut a sign into a thing", "cut"), work("oil a thing", "oiled")],
    templates: [
      "The {subject} should have a {value} on it.",
      "The {subject} is to bear a {value}.",
      "A {value} should be seen on the {subject}.",
    ],
  },
];

function work(summary: string, done: string): Work {
  return { summary, done, setsValue: false };
}

function value(summary: string, done: string): Work {
  return { summary, done, setsValue: true };
}

function words(text: string): string[] {
  return text.split(" ");
}
