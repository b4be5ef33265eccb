/** The words of questions: what is left out, what means the same, what says where a thing belongs. Whatever is not named here counts as it stands. */
import { baseOf, irregular } from "./base-form.ts";

/** Hold a sentence together and tell no two questions apart. */
export const droppedWords: ReadonlySet<string> = wordSet(
  "a an the is are am was were be been being do does did has have had having there i you we any that who which just really actually exactly please",
);

/** What follows belongs to what stands in front in the way they say. Those on the right of a stroke count as the one on its left. */
export const roles: ReadonlyMap<string, string> = classes(
  "in/inside,within on/onto,upon to/into with/using,via at of for from by through during without against between among amongst under over above below behind " +
    "beside beneath near off out up down like except than as per about across along around toward/towards before after until/till unless since while/whilst because when if",
);

/** Say the same wherever they stand. Deliberately few: a word that is missing here costs a reuse, one that is wrong costs a wrong answer. */
const sameWords: ReadonlyMap<string, string> = classes(
  "delete/remove create/make show/display,see,view,find_out large/big largest/biggest fast/quick,quickly begin/start buy/purchase allow/permit forbid/prohibit " +
    "enable/turn_on,switch_on,activate disable/turn_off,switch_off,deactivate folder/directory,dir film/movie fix/repair increase/raise decrease/reduce " +
    "change/modify,alter exclude/leave_out,omit need/require choose/select check/verify convert/transform often/frequently maximum/max minimum/min app/application " +
    "configuration/config repository/repo database/db javascript/js typescript/ts postgresql/postgres kubernetes/k8s colour/color metre/meter litre/liter " +
    "centre/center grey/gray child/kid happen/occur,take_place exit/quit",
  phrasal,
);

/** What a word counts as. */
export function sameWord(stem: string): string {
  return sameWords.get(stem) ?? stem;
}

/** Verbs that mean another thing together with a small word, which may stand behind the object: `turn the light off`. */
const phrasalVerbs: ReadonlySet<string> = new Set(
  (
    "turn_on turn_off switch_on switch_off shut_down log_in log_out sign_in sign_out sign_up set_up back_up clean_up look_up find_out leave_out break_down build_up " +
    "start_up take_off take_out put_on put_off take_place pick_up slow_down speed_up fill_in fill_out check_in check_out roll_back"
  )
    .split(" ")
    .map(phrasal),
);

function phrasal(joined: string): string {
  const [verb = "", particle] = joined.split("_");
  return particle === undefined ? baseOf(verb) : `${baseOf(verb)}_${particle}`;
}

export function phrasalVerb(stem: string, particle: string): string | undefined {
  const joined = `${stem}_${particle}`;
  return phrasalVerbs.has(joined) ? joined : undefined;
}

/** Where a thing is done: said in front of a noun or behind, `a git branch` or `a branch in git`. */
export const tools: ReadonlySet<string> = wordSet(
  "git github gitlab docker podman bash zsh fish vim emacs nano ssh scp rsync curl tar npm pnpm yarn pip python ruby rust java javascript typescript perl php kotlin " +
    "swift linux windows macos android ubuntu debian fedora excel word gimp krita systemd cron postgresql mysql sqlite redis kubernetes ufw iptables powershell",
);
export const toolRoles: ReadonlySet<string> = wordSet("in on with under");

/** Who did a thing is asked by the name of the doer, too: `the author of`, `who wrote`. */
export const doers: ReadonlyMap<string, string> = new Map(
  (
    "author/write writer/write painter/paint inventor/invent composer/compose creator/create discoverer/discover designer/design director/direct translator/translate " +
    "illustrator/illustrate"
  )
    .split(" ")
    .map((entry) => {
      const [doer = "", deed = ""] = entry.split("/");
      return [baseOf(doer), sameWord(baseOf(deed))] as const;
    }),
);

/** May the word stand at the end of `can the file be …`? */
export function isParticiple(word: string): boolean {
  return (word.length > 4 && word.endsWith("ed")) || irregular.has(word);
}

export function wordSet(text: string): ReadonlySet<string> {
  return new Set(text.split(" "));
}

function classes(text: string, form: (word: string) => string = (word) => word): ReadonlyMap<string, string> {
  return new Map(
    text.split(" ").flatMap((entry) => {
      const [first = "", others] = entry.split("/");
      return [first, ...(others?.split(",") ?? [])].map((word) => [form(word), form(first)] as const);
    }),
  );
}
