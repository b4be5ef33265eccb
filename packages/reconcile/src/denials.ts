/** Which words deny, and how far. */
import type { Token } from "./tokens.ts";
import { traits } from "./traits.ts";

/** `clause`: all of it, `it must not be cached`. `rest`: what follows, `never cache it`. `phrase`: what follows up to the next verb or pronoun, `with no hat`. */
export type Reach = "clause" | "rest" | "phrase";

/** May the word deny anything, itself or together with others? Most texts have none such, and nothing more has to be asked of those. */
export function mayDeny(text: string): boolean {
  return isDenying(text) || text.startsWith(preferring);
}

/** Does the token deny something, where it stands? */
export function denialAt(tokens: readonly Token[], index: number): Reach | undefined {
  const { text, traits: its } = tokens[index] as Token;
  const isOverOther = text === "over" || text === "to";
  if (!isOverOther && (its & traits.denying) === 0) return undefined;
  const previous = tokens[index - 1]?.text ?? "";
  const next = tokens[index + 1]?.text ?? "";
  if (text === "nothing" && (previous === "almost" || previous === "nearly")) return undefined;
  if ((text === "not" || text === "no") && previous === "or") return undefined;
  if (text === "not" && next === "only") return undefined;
  if (clauseDeniers.has(text) || text.endsWith("n't")) return index === 0 || restarts.has(previous) ? "rest" : "clause";
  if (text === "no" && (index === 0 || next === "longer" || tokens[0]?.text === "there")) return "rest";
  // `a request without a timeout waits`: that is a case, and not what is wanted.
  if (text === "without" && index <= maxSubjectWords && articles.has(tokens[0]?.text ?? "")) return undefined;
  if (isOverOther && tokens.some((token, at) => at < index && token.text.startsWith(preferring))) return "rest";
  if (phraseDeniers.has(text)) return "phrase";
  if (leaving.has(text) && leadsOut(tokens, index)) return "rest";
  if (restDeniers.has(text)) return "rest";
  return pairedStarts.has(text) && pairedDeniers.has(`${text} ${next}`) ? "rest" : undefined;
}

const clauseDeniers: ReadonlySet<string> = new Set("not never cannot nobody none nothing hardly neither nowhere".split(" "));
const phraseDeniers: ReadonlySet<string> = new Set(["no", "without", "nor"]);
const restDeniers: ReadonlySet<string> = new Set(
  (
    "avoid avoids avoiding avoided skip skips skipping skipped omit omits omitting omitted ignore ignores ignoring forget forgets forgetting neglect refrain " +
    "refrains prevent prevents preventing lack lacks lacking unable"
  ).split(" "),
);
/** Deny with the word behind them only. */
const pairedDeniers: ReadonlySet<string> = new Set([
  "instead of",
  "rather than",
  "better than",
  "fail to",
  "fails to",
  "failed to",
  "failing to",
]);
const pairedStarts: ReadonlySet<string> = new Set([...pairedDeniers].map((pair) => pair.split(" ")[0] ?? ""));
/** After them a denial is of what follows only: `white and not black`. */
const restarts: ReadonlySet<string> = new Set(["and", "or", "but"]);

/** Deny when `out` follows: `keep passwords out of the log`, `leave it out`. */
const leaving: ReadonlySet<string> = new Set(["keep", "keeps", "leave", "leaves", "stay", "stays"]);
/** Words between `keep` and `out of`. */
const leavingReach = 6;

function leadsOut(tokens: readonly Token[], from: number): boolean {
  for (let index = from + 1; index < Math.min(from + leavingReach, tokens.length); index++) {
    const text = tokens[index]?.text;
    if (text === "and" || text === "or") return false;
    if (text === "out") return tokens[index + 1]?.text !== "of" || tokens[index + 2]?.text !== "date";
  }
  return false;
}

const articles: ReadonlySet<string> = new Set(["a", "an", "the"]);
/** Words of a short subject with its article. */
const maxSubjectWords = 3;

function isDenying(text: string): boolean {
  return denying.has(text) || text.endsWith("n't");
}

const denying: ReadonlySet<string> = new Set([...clauseDeniers, ...phraseDeniers, ...restDeniers, ...pairedStarts, ...leaving]);
/** How `prefer A over B` and its forms begin. */
const preferring = "prefer";
