/** An honest peer as a process: `defended` or, by its first word, `undefended`. */
import { setTimeout as wait } from "node:timers/promises";
import type { AuthorId, RecordId } from "@grapevine/core";
import { openEmbedder } from "@grapevine/model";
import { type Commands, serve } from "./child.ts";
import { openDefendedNode } from "./defended-node.ts";
import { openUndefendedNode } from "./undefended-node.ts";

const sampleEveryMs = 200;

const node = process.argv[2] === "undefended" ? await openUndefendedNode() : await openDefendedNode(await openEmbedder());
let mostBytes = 0;
setInterval(() => {
  mostBytes = Math.max(mostBytes, process.memoryUsage.rss());
}, sampleEveryMs);

export interface HonestReport {
  readonly arrivedAt: ReadonlyMap<RecordId, number>;
  readonly graylistedAt: ReadonlyMap<AuthorId, number>;
  /** The most that was resident since `rest`, bytes. */
  readonly mostBytes: number;
  readonly counters: Readonly<Record<string, number>>;
}

interface Person {
  readonly address: string;
  readonly author: AuthorId;
}

export interface HonestCommands extends Commands {
  readonly whois: (input: undefined) => Person;
  readonly befriend: (person: Person) => Promise<void>;
  readonly fill: (input: undefined) => Promise<void>;
  /** Throws away what is garbage, and gives what is resident then, bytes. */
  readonly rest: (input: undefined) => number;
  /** Teaches a lesson every so often; when each was about to be taught, milliseconds since the epoch. */
  readonly teach: (lessons: Lessons) => Promise<ReadonlyMap<RecordId, number>>;
  readonly report: (input: undefined) => HonestReport;
  readonly share: (author: AuthorId) => Promise<{ readonly kept: number; readonly capacity: number }>;
}

interface Lessons {
  readonly first: number;
  readonly count: number;
  readonly everyMs: number;
}

const commands: HonestCommands = {
  whois: () => ({ address: node.address, author: node.author }),
  befriend: ({ address, author }) => node.befriend(address, author),
  fill: () => node.fill(),
  rest: () => {
    globalThis.gc?.();
    mostBytes = process.memoryUsage.rss();
    return mostBytes;
  },
  teach: async ({ first, count, everyMs }) => {
    const taughtAt = new Map<RecordId, number>();
    const startedAt = Date.now();
    for (let number = 0; number < count; number++) {
      const at = Date.now();
      taughtAt.set((await node.teach(first + number)).id, at);
      await wait(Math.max(0, startedAt + (number + 1) * everyMs - Date.now()));
    }
    return taughtAt;
  },
  report: () => ({
    arrivedAt: node.arrivedAt,
    graylistedAt: node.graylistedAt,
    mostBytes,
    counters: node.counters(),
  }),
  share: (author) => node.share(author),
};

serve(commands);
