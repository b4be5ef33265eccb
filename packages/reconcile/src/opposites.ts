/** Words that exclude each other: opposites by list and by prefix, and names of which a lesson means one and not another. */
import { Remembered } from "./remembered.ts";
import { stemOf } from "./stem.ts";

/** What a stem can be the opposite of, or another one of its kind; worked out once, since every text is held against many. */
export interface Contrast {
  readonly stem: string;
  readonly opposites: ReadonlySet<string> | undefined;
  readonly kinds: readonly number[] | undefined;
  /** Its last letters as a number; stems that differ by a prefix have the same. Not a number where it has fewer. */
  readonly tail: number;
}

export function contrastOf(stem: string): Contrast {
  return contrasts.of(stem);
}

/** Do the two turn a meaning round when one stands where the other stood? */
export function areOpposite(first: Contrast, second: Contrast): boolean {
  if (first.opposites?.has(second.stem)) return true;
  // Nearly all pairs end differently.
  return first.tail === second.tail && (differByPrefix(first.stem, second.stem) || differByPrefix(second.stem, first.stem));
}

/** Do the two name different things of one kind, such as days, editors' keys or units? */
export function areAlternatives(first: Contrast, second: Contrast): boolean {
  const others = second.kinds;
  if (first.kinds === undefined || others === undefined || first.stem === second.stem) return false;
  return first.kinds.some((kind) => others.includes(kind));
}

const contrasts: Remembered<Contrast> = new Remembered((stem) => {
  return { stem, opposites: listed.get(stem), kinds: kinds.get(stem), tail: tailOf(stem) };
});

function tailOf(stem: string): number {
  if (stem.length < minRest) return Number.NaN;
  let tail = 0;
  for (let at = stem.length - minRest; at < stem.length; at++) tail = 31 * tail + stem.charCodeAt(at);
  return tail;
}

const denyingPrefixes = ["un", "dis", "in", "im", "ir", "il", "non", "de", "mis", "anti"];
/** Both stand before the same rest: upload and download, import and export. */
const turnedPrefixes = [
  ["up", "down"],
  ["in", "out"],
  ["in", "ex"],
  ["im", "ex"],
  ["en", "de"],
  ["en", "dis"],
  ["in", "de"],
  ["over", "under"],
  ["pre", "post"],
  ["inter", "intra"],
  ["fore", "back"],
  ["at", "de"],
  ["as", "de"],
  ["ac", "de"],
  ["con", "dis"],
  ["a", "de"],
  ["uni", "multi"],
  ["mono", "multi"],
  ["hyper", "hypo"],
  ["max", "min"],
] as const;
/** Begin like an opposite and are none. */
const innocent: ReadonlySet<string> = new Set(
  (
    "inform input install instal import display discover discuss index inside into intend design demand deliver delay depend declar detail default decide " +
    "dispatch dispos impos impress improv infer instanc insur interest unit union until under inner incom intern include invest invent insert inspect " +
    "despit deposit derive describ deserv devic imag impact imply important inch illustr island iron distanc district dish disk disc mission mistak missing"
  ).split(" "),
);

/** Letters behind a prefix, at least. */
const minRest = 3;

function differByPrefix(longer: string, other: string): boolean {
  if (innocent.has(longer)) return false;
  const denies = denyingPrefixes.some((prefix) => longer.length === prefix.length + other.length && longer === prefix + other);
  if (denies) return other.length >= minRest;
  return turnedPrefixes.some(([one, two]) => {
    const rest = longer.slice(one.length);
    return rest.length >= minRest && longer.startsWith(one) && other === two + rest;
  });
}

/** Each word against each on the other side of the stroke. */
const pairs =
  "open,opened/close,closed,shut,seal always/sometimes,seldom,rarely enable,activate/disable,deactivate allow,permit/deny,forbid,block,disallow,prohibit " +
  "accept,approve/reject,decline,refuse add,append,insert,create,include,keep,retain,preserve/remove,delete,drop,discard,exclude,erase,purge keep,retain/give " +
  "grant/revoke,withdraw start,begin,launch,resume/stop,end,halt,pause,finish,quit increase,raise,grow,gain/decrease,lower,reduce,shrink,lose " +
  "push/pull lock/unlock show,visible/hide,hidden expand/collapse attach/detach connect/disconnect mount/unmount,eject left/right top/bottom front/back,behind " +
  "ascending,asc/descending,desc largest,biggest,largest/smallest bigger,larger/smaller longer/shorter maximum,max,maximal/minimum,min,minimal " +
  "more/less,fewer most/least,fewest atleast/atmost high/low higher/lower highest/lowest long/short big,large,huge/small,tiny,little full/empty near,close/far,distant " +
  "same,equal,identical/different,other true/false safe,secure/unsafe,dangerous,insecure local/remote public,open/private required,mandatory/optional " +
  "valid/invalid faster/slower fast,quick,quickly/slow,slowly early/late earlier/later hot,warm/cold,cool wet/dry old,stale/new,fresh,young upper/lower " +
  "uppercase/lowercase write,writable/read,readonly single/multiple,several,many positive/negative succeed,success,pass,passes,work,works/fail,failure " +
  "correct,right/incorrect,wrong all,every/some man,woman/child man/woman boy/girl father/mother brother/sister husband/wife inside,indoors/outside,outdoors " +
  "buy/sell borrow/lend hire/fire win/lose love/hate laugh/cry freeze/thaw,melt,defrost fill/empty,drain write/empty load/unload pack/unpack fold/unfold compress,zip/extract,unzip,decompress " +
  "encrypt/decrypt encode/decode serialise,serialize/deserialise,deserialize sign/unsign commit/rollback upgrade/downgrade grow/shrink rise/fall,sink ascend/descend " +
  "climb/descend stand/sit,lie asleep/awake sleep/wake alive/dead strong/weak hard/soft,easy difficult/easy simple/complex,complicated thick/thin wide/narrow " +
  "deep/shallow heavy/light dark/light,bright clean/dirty rich/poor cheap/expensive noisy,loud/quiet,silent busy/idle,quiet sharp/blunt,dull smooth/rough tight/loose " +
  "odd/even inner/outer internal/external inclusive/exclusive implicit/explicit static/dynamic synchronous,sync/asynchronous,async serial,sequential/parallel,concurrent " +
  "manual,manually/automatic,automatically temporary/permanent constant,fixed/variable source/target,destination sender/receiver,recipient client/server " +
  "request/response question/answer parent/child ancestor/descendant master,primary,main/replica,secondary,slave staging/production plain,plaintext/hashed,encrypted " +
  "relative/absolute shallow/deep strict/lenient,loose greedy/lazy eager/lazy mutable/immutable nullable/required horizontal,horizontally/vertical,vertically " +
  "row/column portrait/landscape north/south east/west morning/evening,night day/night summer/winter beginning,start/end first/last next,following/previous,preceding " +
  "prefix/suffix leading/trailing head/tail stdout/stderr credit/debit income/expense profit/loss deposit/withdraw import/export upload,send/download,receive,fetch " +
  "encourage/discourage agree/disagree trust/distrust remember/forget include/exclude appear/disappear arrive/depart,leave enter,join/leave,exit " +
  "salted/unsalted raw/cooked sweet/sour,bitter peel/unpeel boil/freeze heat/cool exact,exactly/approximate,approximately,roughly conservative/aggressive " +
  "trusted/untrusted expected/unexpected known/unknown used/unused,new modify,change,alter/keep,leave multiply/divide plus/minus sum/difference subtract/add " +
  "online/offline dense/sparse cached/uncached follow/lead backward,backwards/forward,forwards clockwise/anticlockwise,counterclockwise " +
  "interactive/batch horizontal/vertical superset/subset major/minor numerator/denominator begin/end hit,catch,strike/miss put,place,pour/remove follow/shun,avoid go,move,run/stop come/go part,partial/whole,entire,complete set/clear,unset select/deselect good/bad,poor better/worse best/worst merge,join,combine/split,separate optimistic/pessimistic crisp/soft narrow/broad general/specific abstract/concrete singular/plural domestic/foreign physical/virtual gross/net producer/consumer publisher/subscriber reader/writer buyer/seller host/guest save/discard proceed,continue/wait,abort together/separate borrow,take/return,lend praise,compliment/criticise,criticize attack/defend";

const listed: ReadonlyMap<string, ReadonlySet<string>> = opposites(pairs);

function opposites(text: string): Map<string, Set<string>> {
  const found = new Map<string, Set<string>>();
  const note = (one: string, other: string): void => void found.set(one, (found.get(one) ?? new Set()).add(other));
  for (const entry of text.split(" ")) {
    const [ones = [], others = []] = entry.split("/").map((side) => side.split(",").map(stemOf));
    for (const one of ones)
      for (const other of others) {
        if (one === other) continue;
        note(one, other);
        note(other, one);
      }
  }
  return found;
}

/** A line for each kind. Words may belong to several. */
const alternatives = [
  "monday tuesday wednesday thursday friday saturday sunday weekend",
  "january february april june july august september october november december",
  "minute hour day week month year",
  "morning noon afternoon evening night",
  "daily weekly monthly yearly hourly nightly",
  "red green blue yellow black white orange purple brown grey gray pink",
  "npm yarn pnpm bun",
  "apt dnf yum brew apk pacman zypper",
  "bash zsh fish powershell",
  "postgresql postgres mysql sqlite mariadb oracle",
  "linux windows macos android",
  "python ruby java javascript typescript rust perl php kotlin swift",
  "merge rebase squash",
  "soft hard mixed",
  "inner outer cross",
  "json yaml xml csv toml",
  "spaces tabs",
  "comma semicolon point",
  "teaspoon tablespoon cup",
  "salt sugar flour pepper",
  "butter oil margarine",
  "string integer boolean float",
  "english german french spanish italian japanese chinese",
  "euro dollar pound yen",
  "alt ctrl shift",
  "sit stand lying walk run ride sleep swim",
  "dog cat horse cow bird monkey rabbit",
  "guitar piano flute violin drum trumpet",
  "soccer football basketball baseball tennis hockey",
];

const kinds: ReadonlyMap<string, readonly number[]> = alternatives.reduce((found, line, kind) => {
  for (const word of line.split(" ")) found.set(stemOf(word), [...(found.get(stemOf(word)) ?? []), kind]);
  return found;
}, new Map<string, readonly number[]>());
