/** `eval flood`: what attackers on the network cost honest peers, with the defences and without. */
import { openEmbedder } from "@grapevine/model";
import { armAttackers, type Battle, fight } from "../flood/battle.ts";
import { mutate, refuseOversized } from "../flood/bytes.ts";
import { eclipse } from "../flood/eclipse.ts";
import type { Scenario, ScenarioContext, ScenarioResult } from "../scenario.ts";

const mutationCount = 100_000;
const mutationSeed = 19;

export const flood: Scenario = {
  name: "flood",
  summary: "what floods, forged bytes and an eclipse cost honest peers on real sockets",
  details: [
    "Two honest peers, each a process, exchange lessons: first alone, then while one attacker sends each of them 1,000 valid",
    "lessons a second and another 1,000 forged ones. Every honest lesson is timed from its making to its being kept. elsewhere:",
    "the same while the attackers send as much to somebody else on this machine, which is what the machine alone costs.",
    "defended: network, ledger, room, store and index of a node. undefended: bare libp2p and gossipsub that keep what is",
    "signed and drop the oldest. flood memory is what the resident memory of a peer grows by at most. The attacker's quota is",
    "a twentieth of the room. graylisted: seconds until nothing is heard any more of who forges, 20 where that does not happen.",
    "altered: share of frames with one bit turned that is taken for records; undefended checks form alone, of every tenth.",
    "oversized: 64 KiB + 1 to 100 MiB, nested 20,000 deep, a list of 8,000,000 items; undefended is a decoder of CBOR.",
    "eclipse: 8 strangers who lie in syncs, each in its own way, and 2 honest peers, one of which the user named; seconds until",
    "all lessons are here, 60 at most.",
  ],
  options: [],
  requires: [],
  run: runFlood,
};

interface FloodRow {
  readonly attack: string;
  readonly unit: string;
  readonly defended: number;
  readonly undefended: number;
  readonly bar: number;
  readonly holds: boolean;
  /** Of honest delivery: what `defended` was while the flood went to somebody else on the same machine. */
  readonly elsewhere?: number;
}

async function runFlood({ say }: ScenarioContext): Promise<ScenarioResult> {
  const document = [...(await rowsOfFlood(say)), ...rowsOfBytes(say), await rowOfEclipse(say)];
  return {
    document,
    table: {
      head: ["attack", "unit", "defended", "undefended", "bar", "holds"],
      rows: document.map(({ attack, unit, defended, undefended, bar, holds }) => [
        attack,
        unit,
        String(defended),
        String(undefended),
        String(bar),
        holds ? "yes" : "no",
      ]),
    },
  };
}

async function rowsOfFlood(say: (text: string) => void): Promise<FloodRow[]> {
  say("making what the attackers send");
  const attacker = await armAttackers();
  try {
    say("the flood, with the defences");
    const defended = await fight("defended", attacker);
    say(described(defended));
    say("the flood, without them");
    const undefended = await fight("undefended", attacker);
    say(described(undefended));
    const of = (measure: (battle: Battle) => number): [number, number] => [measure(defended), measure(undefended)];
    return [
      {
        ...rowOf("flood: honest delivery", "p95 over the quiet p95", ...of((battle) => battle.floodP95Ms / battle.quietP95Ms), 2),
        elsewhere: rounded(defended.elsewhereP95Ms / defended.quietP95Ms),
      },
      rowOf("flood: forger graylisted", "seconds", ...of((battle) => battle.graylistedSeconds), 10),
      rowOf("flood: memory", "MB grown", ...of((battle) => battle.grownMegabytes), 50),
      rowOf("flood: attacker's lessons", "share of the room", ...of((battle) => battle.attackerShare), 0.05),
    ];
  } finally {
    await attacker.end();
  }
}

function rowsOfBytes(say: (text: string) => void): FloodRow[] {
  say(`${mutationCount} altered frames`);
  const mutations = mutate(mutationCount, mutationSeed);
  say("oversized messages");
  const oversized = refuseOversized();
  return [
    rowOf("altered frames", `share taken of ${mutations.tried}`, mutations.taken, mutations.takenByForm, 0),
    rowOf("oversized messages", "ms until refused", oversized.defended.mostMs, oversized.undefended.mostMs, 5),
    rowOf("oversized messages: memory", "MB grown", oversized.defended.grownMegabytes, oversized.undefended.grownMegabytes, 50),
  ];
}

async function rowOfEclipse(say: (text: string) => void): Promise<FloodRow> {
  say("the eclipse");
  const embedder = await openEmbedder();
  try {
    const { defended, undefended } = await eclipse(embedder);
    return rowOf("eclipse", "seconds until all honest lessons", defended, undefended, 60, defended < 60);
  } finally {
    await embedder.close();
  }
}

function rowOf(
  attack: string,
  unit: string,
  defended: number,
  undefended: number,
  bar: number,
  holds = defended <= bar,
): FloodRow {
  return { attack, unit, defended: rounded(defended), undefended: rounded(undefended), bar, holds };
}

function rounded(value: number): number {
  return Number(value.toPrecision(3));
}

function described({ quietP95Ms, elsewhereP95Ms, floodP95Ms, sentPerSecond }: Battle): string {
  const sent = `${Math.round(sentPerSecond)} records a second of each attacker`;
  return `an honest lesson took ${quietP95Ms} ms in quiet, ${elsewhereP95Ms} ms with the flood elsewhere, ${floodP95Ms} ms in the flood of ${sent} (p95)`;
}
