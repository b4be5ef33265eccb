/** Words without their endings: enough to count shared words, not to understand them. */

/** Two forms of one word have the same stem in nearly all cases; two words seldom have. */
export function stemOf(word: string): string {
  const plain = word.endsWith("'s") ? word.slice(0, -2) : word;
  const known = irregular.get(plain);
  if (known !== undefined) return known;
  return withoutDerivation(withoutInflection(plain));
}

function withoutInflection(word: string): string {
  if (word.length <= 3) return word;
  if (/(?:ies|ied)$/.test(word)) return `${word.slice(0, -3)}y`;
  if (/(?:sses|shes|ches|xes)$/.test(word)) return word.slice(0, -2);
  if (word.endsWith("s") && !/(?:ss|us|is)$/.test(word)) return withoutInflection(word.slice(0, -1));
  const base = /(?:ing|ed)$/.test(word) ? word.replace(/(?:ing|ed)$/, "") : word;
  if (base === word || base.length < 3 || !/[aeiouy]/.test(base)) return word;
  return /([bdgkmnprtv])\1$/.test(base) ? base.slice(0, -1) : base;
}

function withoutDerivation(word: string): string {
  for (const ending of ["ation", "able", "ible", "ment", "ate", "ion", "ly"]) {
    if (word.length >= ending.length + 4 && word.endsWith(ending)) return word.slice(0, -ending.length);
  }
  return word.length > 3 && word.endsWith("e") ? word.slice(0, -1) : word;
}

/** Forms that lose more than an ending, by their stem. */
const irregular: ReadonlyMap<string, string> = new Map(
  (
    "writ:wrote,written mak:made run:ran send:sent keep:kept hold:held tak:took,taken giv:gave,given get:got,gotten start:begin,begins,beginning,began,begun los:lost build:built " +
    "find:found break:broke,broken hid:hidden,hid show:shown go:went,gone child:children man:men woman:women person:people,persons know:knew,known " +
    "choos:chose,chosen driv:drove,driven rid:rode,ridden sit:sat stand:stood sleep:slept fall:fell,fallen grow:grew,grown throw:threw,thrown " +
    "draw:drew,drawn eat:ate,eaten speak:spoke,spoken wear:wore,worn freez:froze,frozen lead:led mean:meant pay:paid sell:sold buy:bought bring:brought " +
    "think:thought catch:caught teach:taught tell:told say:said see:saw,seen do:did,done be:been,being old:older,oldest new:newer,newest"
  )
    .split(" ")
    .flatMap((entry) => {
      const [stem = "", forms = ""] = entry.split(":");
      return forms.split(",").map((form) => [form, stem] as const);
    }),
);
