/** Foreign lessons from their bytes to their verdict on the disk: signatures checked, judged, stored. Not embedded. Beside it: the check of the bytes alone. */
import { rm } from "node:fs/promises";
import { decodeRecord, type LessonBody, type SignedRecord, systemClock } from "@grapevine/core";
import { openStore } from "@grapevine/store";
import { createLedger, type Ledger } from "../../packages/node/src/ledger.ts";
import { openPrincipalBook } from "../../packages/node/src/principals.ts";
import { createRoom } from "../../packages/node/src/room.ts";
import { defaultKeepingLimits } from "../../packages/reconcile/src/index.ts";
import { benchLesson, benchPrincipals, temporaryFolder } from "./data.ts";
import { type Bench, coreMs, figure, interleaved, type Pair } from "./measure.ts";

const lessonsPerRound = 1_000;
const rounds = 7;

export const admission: Bench = {
  name: "admission",
  summary: "foreign lessons verified, judged and stored, embedding apart",
  measure: async () => {
    const folder = await temporaryFolder();
    const store = await openStore({ path: folder, clock: systemClock });
    try {
      await store.lessons.apply(benchPrincipals());
      const principals = await openPrincipalBook(store.lessons);
      const ledger = createLedger({
        store: store.lessons,
        principals,
        self: "",
        clock: systemClock,
        room: createRoom({
          store: store.lessons,
          principals,
          self: "",
          limits: defaultKeepingLimits,
          utilitiesOf: async (lessons) => lessons.map(() => 0),
        }),
        onLessons: () => undefined,
        onOutbox: () => undefined,
      });
      const measured = await measure(ledger);
      const bar = { of: "value", least: 700 } as const;
      return figure({ name: "admission", unit: "lessons/s a core", measured, referenceName: "bare decodeRecord", bar });
    } finally {
      await store.close();
      await rm(folder, { recursive: true, force: true });
    }
  },
};

async function measure(ledger: Ledger): Promise<Pair> {
  const rate = (ms: number): number => (lessonsPerRound / ms) * 1_000;
  return await interleaved(
    rounds,
    async (round) => {
      const frames = framesOf(round);
      return rate(await coreMs(() => ledger.receive(frames.map(decodeRecord))));
    },
    async (round) => {
      const frames = framesOf(rounds + round);
      return rate(await coreMs(() => frames.map(decodeRecord)));
    },
  );
}

/** Never the same ones twice. */
function framesOf(round: number): Uint8Array[] {
  return Array.from(
    { length: lessonsPerRound },
    (_, place): SignedRecord<LessonBody> => benchLesson(round * lessonsPerRound + place),
  ).map(({ frame }) => frame);
}
