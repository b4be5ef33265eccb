import { readFileSync } from "node:fs";
import { loadLlamaRuntime } from "./embedded/llama-runtime.ts";

const rt = await loadLlamaRuntime({ path: process.argv[2]!, contextTokens: 2048 });
const { model, sequence } = rt;
const bos = model.tokens.bos!;
const useBos = model.tokens.shouldPrependBosToken;
type S = { lps: number[]; term: number; bytes: number };
async function scores(prompt: string, choices: string[]): Promise<{ s: S[]; greedy: number }> {
  const p = model.tokenize(prompt, false, useBos ? "trimLeadingSpace" : undefined);
  const head = useBos ? [bos, ...p] : p;
  const toks = choices.map((c) => model.tokenize(" " + c, false, "trimLeadingSpace"));
  const nl = model.tokenize("\n", false, "trimLeadingSpace");
  const out: S[] = [];
  const table: Map<string, number> = new Map();
  for (const [i, t] of toks.entries()) {
    const full = [...head, ...t, ...nl.slice(0, 1)];
    await sequence.adaptStateToTokens(head.slice(0, -1), false);
    const base = sequence.nextTokenIndex;
    const input = full
      .slice(base, -1)
      .map((tok, k) =>
        base + k < head.length - 1
          ? tok
          : ([
              tok,
              {
                generateNext: { logits: { filter: { tokens: [full[base + k + 1]!], includeMax: true } }, totalLogitWeight: true },
              },
            ] as any),
      );
    const res = await sequence.controlledEvaluate(input);
    const lps: number[] = [];
    res.forEach((r: any, k: number) => {
      if (!r) return;
      const next = full[base + k + 1]!;
      const max = Math.max(...r.next.logits.values());
      lps.push(r.next.logits.get(next) - max - Math.log(r.next.totalLogitWeight));
    });
    const term = lps.pop()!;
    out.push({ lps, term, bytes: choices[i]!.length });
    let key = "";
    t.forEach((tok, k) => {
      key += `${tok},`;
      table.set(key, lps[k]!);
    });
    table.set(`${key}end,`, term);
  }
  let key = "";
  let alive = choices.map((_, i) => i);
  let depth = 0;
  while (alive.length > 1) {
    const opts = new Map<string, number[]>();
    for (const i of alive) {
      const t = toks[i]!;
      const k = depth < t.length ? `${t[depth]},` : "end,";
      opts.set(k, [...(opts.get(k) ?? []), i]);
    }
    let best = "";
    let bl = -Infinity;
    for (const k of opts.keys()) {
      const l = table.get(key + k)!;
      if (l > bl) {
        bl = l;
        best = k;
      }
    }
    key += best;
    alive = opts.get(best)!;
    depth++;
    if (best === "end,") break;
  }
  return { s: out, greedy: alive[0]! };
}
const argmax = (x: number[]) => x.indexOf(Math.max(...x));
const sum = (x: number[]) => x.reduce((a, b) => a + b, 0);
const tally: Record<string, number> = {};
function count(cond: string, r: { s: S[]; greedy: number }, right: number) {
  const m: Record<string, number> = {
    sum: argmax(r.s.map((x) => sum(x.lps))),
    mean: argmax(r.s.map((x) => sum(x.lps) / x.lps.length)),
    sumTerm: argmax(r.s.map((x) => sum(x.lps) + x.term)),
    meanTerm: argmax(r.s.map((x) => (sum(x.lps) + x.term) / (x.lps.length + 1))),
    byte: argmax(r.s.map((x) => sum(x.lps) / x.bytes)),
    sqrt: argmax(r.s.map((x) => sum(x.lps) / Math.sqrt(x.lps.length))),
    greedy: r.greedy,
  };
  for (const [k, v] of Object.entries(m)) tally[`${cond} ${k}`] = (tally[`${cond} ${k}`] ?? 0) + Number(v === right);
  tally[`${cond} n`] = (tally[`${cond} n`] ?? 0) + 1;
}
const seeded = (() => {
  let x = 7;
  return () => (x = (x * 1103515245 + 12345) % 2147483648) / 2147483648;
})();
const pick = <T>(a: T[]): T => a[Math.floor(seeded() * a.length)]!;
const boxes = ["tin", "crate", "drawer", "basket", "shelf"];
const fields = ["size", "weight", "age", "price"];
const items = ["nail", "rope", "lamp", "coin"];
const kinds = [
  () => {
    const b = pick(boxes),
      f = pick(fields);
    return [`List ${b} in order of ${f}`, `stash peek ${b} --by ${f}`];
  },
  () => {
    const b = pick(boxes),
      i = pick(items);
    return [`Put a ${i} into ${b}`, `stash tuck ${i} @${b}`];
  },
  () => {
    const b = pick(boxes),
      i = pick(items);
    return [`Take the ${i} out of ${b}`, `stash yank ${i} from:${b}`];
  },
  () => {
    const b = pick(boxes);
    return [`Count what is in ${b}`, `stash tally ${b} --all`];
  },
];
for (let n = 0; n < 16; n++) {
  const [task, cmd] = kinds[n % 4]!();
  const ex = kinds.map((k) => k()).filter(([t]) => t !== task);
  const cands = new Set([cmd!]);
  while (cands.size < 8) cands.add(kinds[Math.floor(seeded() * 4)]!()[1]!);
  const list = [...cands].sort();
  count(
    "tools",
    await scores(ex.map(([t, c]) => `Task: ${t}\nCommand: ${c}\n\n`).join("") + `Task: ${task}\nCommand:`, list),
    list.indexOf(cmd!),
  );
}
console.log(JSON.stringify(tally));
const all = readFileSync("/work/shared/data/qa/mmlu-redux.jsonl", "utf8")
  .trim()
  .split("\n")
  .map((l) => JSON.parse(l))
  .filter((q) => q.question.length < 100 && q.choices.every((c: string) => c.length < 40));
const step = Math.floor(all.length / 20);
const qs = all.filter((_: unknown, i: number) => i % step === 3).slice(0, 20);
for (const [i, q] of qs.entries()) {
  const note = `Note: When asked "${q.question}", answer "${q.choices[q.answer]}".\n\n`;
  const o = qs[(i + 7) % 20];
  const other = `Note: When asked "${o.question}", answer "${o.choices[o.answer]}".\n\n`;
  count("lesson unlisted", await scores(`${note}Question: ${q.question}\nAnswer:`, q.choices), q.answer);
  count(
    "lessons listed",
    await scores(`${other}${note}Question: ${q.question}\nOptions: ${q.choices.join("; ")}\nAnswer:`, q.choices),
    q.answer,
  );
  if (i % 5 === 4) console.log(JSON.stringify(tally));
}
process.exit(0);
