/** One peer with strangers all round it who lie to it in syncs, and the one honest peer that its user named, which comes when they are all there. */
import type { SignedRecord } from "@grapevine/core";
import { createSwarmInTime, identityOf } from "./swarm-in-time.ts";
import { type Lie, Sybil } from "./sybil.ts";
import { writeSomething } from "./writing.ts";

export interface EclipseInit {
  readonly seed: number;
  /** Of each stranger. */
  readonly lies: readonly Lie[];
  /** Records that there are before the honest peer comes, and as many that are written while it is there. */
  readonly records: number;
  readonly graceMs: number;
}

/** From the coming of the honest peer until the victim has everything, milliseconds; undefined when it has not in time. */
export async function eclipse({ seed, lies, records, graceMs }: EclipseInit): Promise<number | undefined> {
  const swarm = createSwarmInTime({ seed, loss: 0.05 });
  const { time, network, random } = swarm;
  const [victim, honest, author] = [swarm.add(), swarm.add(), swarm.add()];
  const written: SignedRecord[] = [];
  const write = async (): Promise<void> => {
    await writeSomething(author, random);
    for (const id of await author.accepted()) {
      const record = written.some((known) => known.id === id) ? undefined : await author.store.record(id);
      if (record !== undefined) written.push(record);
    }
  };
  const failures: unknown[] = [];
  const failed = (error: unknown): void => void failures.push(error);
  const sybils = lies.map(
    (lie, index) =>
      new Sybil({ identity: identityOf(`sybil ${index}`, seed), network, victim: victim.address, lie, records: () => written }),
  );

  void author.start([]).catch(failed);
  for (let count = 0; count < records; count++) time.after(1000 + count, () => void write().catch(failed));
  void victim.start([honest.address]).catch(failed);
  for (const sybil of sybils) void sybil.start().catch(failed);
  await time.pass(siegeMs);
  void honest.start([author.address, victim.address]).catch(failed);
  for (let count = 0; count < records; count++) {
    time.after((writingMs * (count + 1)) / records, () => void write().catch(failed));
  }
  let passedMs = 0;
  let haveAll = false;
  for (; !haveAll && passedMs < graceMs; passedMs += lookEveryMs) {
    await time.pass(lookEveryMs);
    const [theirs, all] = [await victim.accepted(), await author.accepted()];
    haveAll = passedMs >= writingMs && theirs.join() === all.join();
  }
  for (const sybil of sybils) await sybil.stop();
  if (failures.length > 0) throw failures[0];
  return haveAll ? passedMs : undefined;
}

/** Before the honest peer comes. */
const siegeMs = 20_000;
/** For so long records are written after it has come. */
const writingMs = 10_000;
const lookEveryMs = 500;
