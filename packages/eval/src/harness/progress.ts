/** How far a run is, and how long it will take: a line that changes while somebody watches, else a line now and then. */
import type { Clock } from "@grapevine/core";
import ora, { type Ora } from "ora";

export interface Progress {
  /** One more piece of work is done. `wasThere`: an earlier run had done it, so that it says nothing of the pace. */
  advance(text: string, wasThere?: boolean): void;
  stop(): void;
}

export interface ProgressInit {
  readonly total: number;
  readonly clock: Clock;
  readonly say: (text: string) => void;
  /** True where a line can be written over. */
  readonly watched: boolean;
}

const sayIntervalMs = 15_000;

export function startProgress({ total, clock, say, watched }: ProgressInit): Progress {
  const startedAt = clock.now();
  const spinner: Ora | undefined = watched ? ora({ discardStdin: false }).start() : undefined;
  let [done, fresh, saidAt] = [0, 0, startedAt];
  return {
    advance: (text, wasThere = false) => {
      done += 1;
      if (!wasThere) fresh += 1;
      const now = clock.now();
      const left = fresh === 0 ? undefined : ((now - startedAt) / fresh) * (total - done);
      const line = `${done} of ${total}${left === undefined ? "" : `, ${duration(left)} left`}: ${text}`;
      if (spinner !== undefined) spinner.text = line;
      else if (!wasThere && (now - saidAt >= sayIntervalMs || done === total)) {
        say(line);
        saidAt = now;
      }
    },
    stop: () => {
      spinner?.stop();
    },
  };
}

/** `1 h 5 min`, `12 min`, `40 s`. */
export function duration(ms: number): string {
  const seconds = Math.round(ms / 1_000);
  if (seconds < 90) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 90 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
