/**
 * The one table of all settings. From it come the options of `up`, what `grapevine config` lists and takes, the variables of the environment, and
 * docs/SETTINGS.md. What comes first holds: the option, the variable, the node's file, the fallback.
 */
import type { NodeSettings } from "@grapevine/node";
import { InvalidArgumentError } from "commander";
import { answerPolicyNames, logLevels, maxPort, onOrOff, whole, word, yesOrNo } from "./arguments.ts";

export interface Setting {
  /** As the option, without its hyphens. */
  readonly name: string;
  /** What stands behind the option in help. */
  readonly placeholder: string;
  readonly meaning: string;
  /** What holds where nothing is said, in the words of its value or in brackets. */
  readonly fallback: string;
  /** Does what `up` is told hold for later starts as well? */
  readonly isKept: boolean;
  readonly choices?: readonly string[];
  /** Does it take several words? In the environment they are between commas or spaces. */
  readonly isList?: boolean;
  /** @throws InvalidArgumentError */
  read(words: readonly string[]): NodeSettings;
  /** The words of its value; none where the settings do not say. */
  wordsIn(settings: NodeSettings): readonly string[];
  without(settings: NodeSettings): NodeSettings;
}

type Described = Pick<Setting, "name" | "placeholder" | "meaning" | "fallback" | "isKept" | "choices">;

/** A setting with one value. */
function single<Key extends keyof NodeSettings>(
  described: Described & {
    readonly key: Key;
    readonly parse: (word: string) => NonNullable<NodeSettings[Key]>;
    readonly show?: (value: NonNullable<NodeSettings[Key]>) => string;
  },
): Setting {
  const { key, parse, show = String, ...rest } = described;
  return {
    ...rest,
    read: (words) => ({ [key]: parse(only(words)) }),
    wordsIn: ({ [key]: value }) => (value === undefined ? [] : [show(value)]),
    without: (settings) => without(settings, key),
  };
}

function list(described: Described & { readonly key: "listen" | "bootstrap" }): Setting {
  const { key, ...rest } = described;
  return {
    ...rest,
    isList: true,
    read: (words) => ({ [key]: words.map(word) }),
    wordsIn: (settings) => settings[key] ?? [],
    without: (settings) => without(settings, key),
  };
}

/** A way of finding peers: all of them talk to peers whom nobody named, and so are off until they are turned on. */
function way(name: keyof NonNullable<NodeSettings["reach"]>, meaning: string): Setting {
  return {
    name,
    placeholder: "[yes|no]",
    meaning,
    fallback: "no",
    isKept: true,
    read: (words) => ({ reach: { [name]: yesOrNo(only(words)) } }),
    wordsIn: ({ reach = {} }) => (reach[name] === undefined ? [] : [shownYes(reach[name])]),
    without: (settings) => ({ ...settings, reach: without(settings.reach ?? {}, name) }),
  };
}

function without<Whole extends object>(whole: Whole, key: keyof Whole): Omit<Whole, typeof key> {
  return Object.fromEntries(Object.entries(whole).filter(([name]) => name !== key)) as Omit<Whole, typeof key>;
}

function only(words: readonly string[]): string {
  const [first, ...rest] = words;
  if (first === undefined || rest.length > 0) throw new InvalidArgumentError("It takes one value.");
  return word(first);
}

function oneOf<Choice extends string>(choices: readonly Choice[]): (text: string) => Choice {
  return (text) => {
    const found = choices.find((choice) => choice === text);
    if (found === undefined) throw new InvalidArgumentError(`It must be one of ${choices.join(", ")}.`);
    return found;
  };
}

function shownYes(value: boolean): string {
  return value ? "yes" : "no";
}

export const settings: readonly Setting[] = [
  single({
    name: "swarm",
    placeholder: "<name>",
    key: "swarm",
    meaning: "the swarm to be in",
    fallback: "grapevine",
    isKept: true,
    parse: word,
  }),
  list({
    name: "listen",
    placeholder: "<multiaddr...>",
    key: "listen",
    meaning: "addresses to listen on, for example /ip4/0.0.0.0/tcp/4001",
    fallback: "(all, at the last port)",
    isKept: false,
  }),
  single({
    name: "api",
    placeholder: "<port>",
    key: "api",
    meaning: "port of the control API",
    fallback: "(a free one)",
    isKept: false,
    parse: whole(0, maxPort),
  }),
  single({
    name: "model",
    placeholder: "<spec>",
    key: "model",
    meaning: "auto, embedded, ollama:NAME[@URL], openai:URL#NAME or gguf:PATH; several between commas: the first that works",
    fallback: "auto",
    isKept: false,
    parse: word,
  }),
  single({
    name: "capacity",
    placeholder: "<lessons>",
    key: "capacity",
    meaning: "most lessons of others that may be used or wait",
    fallback: "20000",
    isKept: true,
    parse: whole(1, 1_000_000),
  }),
  single({
    name: "idle",
    placeholder: "<percent>",
    key: "idleShare",
    meaning: "share of its idle time in which it tries lessons it holds; 0 for never",
    fallback: "25",
    isKept: true,
    parse: (text) => whole(0, 100)(text) / 100,
    show: (share) => String(Math.round(share * 100)),
  }),
  single({
    name: "practise",
    placeholder: "<environment>",
    key: "practise",
    meaning: "practise there by itself in its idle share, for example tools:7",
    fallback: "(nowhere)",
    isKept: false,
    parse: word,
  }),
  single({
    name: "answer",
    placeholder: "<whom>",
    key: "answer",
    meaning: "whose questions it answers: of nobody, of peers you trust, of the swarm",
    fallback: "trusted",
    isKept: true,
    choices: answerPolicyNames,
    parse: oneOf(answerPolicyNames),
  }),
  single({
    name: "keep-asked",
    placeholder: "<yes|no>",
    key: "keepAsked",
    meaning: "keep questions of peers as experiences",
    fallback: "yes",
    isKept: true,
    parse: yesOrNo,
    show: shownYes,
  }),
  single({
    name: "reuse",
    placeholder: "<on|off>",
    key: "reuse",
    meaning: "give verified answers to the same question again without the model",
    fallback: "on",
    isKept: true,
    parse: onOrOff,
    show: (value) => (value ? "on" : "off"),
  }),
  list({
    name: "bootstrap",
    placeholder: "<multiaddr...>",
    key: "bootstrap",
    meaning: "peers to dial at every start, as addresses",
    fallback: "(none)",
    isKept: true,
  }),
  way("lan", "find peers of the swarm on the local network, by multicast DNS"),
  way("exchange", "ask connected peers whom else of the swarm they know, and tell them"),
  way("dht", "take part in the swarm's own table of peers, for large swarms"),
  way("nat", "be reached behind a router: try addresses, use relays, punch holes"),
  way("relay", "pass on for peers of the swarm behind routers, within limits"),
  single({
    name: "log-level",
    placeholder: "<level>",
    key: "logLevel",
    meaning: "how much of its work it logs",
    fallback: "info",
    isKept: false,
    choices: logLevels,
    parse: oneOf(logLevels),
  }),
];

/** The variable of the environment that says it. */
export function variableOf({ name }: Pick<Setting, "name">): string {
  return `GRAPEVINE_${name.toUpperCase().replaceAll("-", "_")}`;
}

/** Words of the environment; none where the variable is not set, or empty. */
export function wordsFrom(environment: Readonly<Record<string, string | undefined>>, setting: Setting): readonly string[] {
  const text = environment[variableOf(setting)] ?? "";
  if (text.trim() === "") return [];
  return setting.isList === true ? text.split(/[\s,]+/).filter((part) => part !== "") : [text];
}

/** The later ones over the earlier. */
export function joined(all: readonly NodeSettings[]): NodeSettings {
  const reach: NodeSettings["reach"] = Object.assign({}, ...all.map((one) => one.reach ?? {}));
  const others: NodeSettings = Object.assign({}, ...all);
  return others.reach === undefined ? others : { ...others, reach };
}
