/**
 * A word of a question without the endings of number and time. Stricter than the stems by which lessons are compared: those take `state` and `station`, `plan` and
 * `plane` for one word. Where the spelling leaves two bases, one is guessed; a wrong guess parts two forms of a word, and costs a reuse at most.
 */

export function baseOf(word: string): string {
  const plain = word.endsWith("'s") ? word.slice(0, -2) : word;
  return irregular.get(plain) ?? withoutEnding(plain);
}

function withoutEnding(word: string): string {
  if (word.length <= 3 || whole.has(word)) return word;
  if (/(?:ies|ied)$/.test(word)) return `${word.slice(0, -3)}y`;
  if (/(?:sses|shes|ches|xes|oes)$/.test(word)) return word.slice(0, -2);
  if (word.endsWith("s") && !/(?:ss|us|is)$/.test(word)) return withoutEnding(word.slice(0, -1));
  if (!/(?:ing|ed)$/.test(word)) return word;
  const rest = word.replace(/(?:ing|ed)$/, "");
  if (rest.length < 2 || !/[aeiouy]/.test(rest) || (rest.length === 2 && rest !== "us")) return word;
  if (/([bdgkmnprtv])\1$/.test(rest)) return rest.slice(0, -1);
  return mute.test(rest) ? `${rest}e` : rest;
}

/** What ends so has lost an e: `us(ing)`, `stor(ed)`, `merg(ed)`, `creat(ed)`, `disabl(ed)`. */
const mute: RegExp =
  /^(?:[^aeiou]*[aeiou][^aeiouwxy]|creat)$|[^aeio]at$|(?:iz|v|c|u|dg|rg|ng|let|cut|gur|par|nor|stor|plor|[aeiou]s|ns)$|[^aeiourlw]l$/;

/** End like a form of another word. */
const whole: ReadonlySet<string> = new Set(
  "evening morning wedding news series species speed breed bleed exceed proceed".split(" "),
);

/** Forms by the word that they are of. */
export const irregular: ReadonlyMap<string, string> = new Map(
  (
    "write:wrote,written break:broke,broken freeze:froze,frozen take:took,taken eat:ate,eaten drive:drove,driven give:gave,given show:shown choose:chose,chosen hide:hid,hidden " +
    "draw:drew,drawn know:knew,known grow:grew,grown throw:threw,thrown speak:spoke,spoken wear:wore,worn build:built send:sent keep:kept hold:held find:found lose:lost make:made " +
    "run:ran sell:sold buy:bought pay:paid teach:taught catch:caught tell:told say:said see:saw,seen begin:began,begun lead:led spend:spent understand:understood forget:forgot,forgotten " +
    "beat:beaten bite:bit,bitten win:won meet:met mean:meant think:thought bring:brought sleep:slept stand:stood sit:sat fall:fell,fallen child:children man:men woman:women foot:feet " +
    "tooth:teeth mouse:mice die:dying lie:lying tie:tying"
  )
    .split(" ")
    .flatMap((entry) => {
      const [base = "", forms = ""] = entry.split(":");
      return forms.split(",").map((form) => [form, base] as const);
    }),
);
