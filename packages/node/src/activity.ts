/** Who waits for an answer just now: background work asks here before it takes the model, and gives it back when somebody comes. */
export interface Activity {
  /** Runs `work` as something that somebody waits for. */
  during<T>(work: () => Promise<T>): Promise<T>;
  /** Runs `work` once nobody waits; its signal fires as soon as somebody does, or when the activity is closed. */
  background<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T>;
  /** Background work that runs is interrupted, and none begins any more. */
  close(): void;
}

export function createActivity(): Activity {
  let active = 0;
  let closed = false;
  let waiting: (() => void)[] = [];
  const background = new Set<AbortController>();

  const interrupt = (): void => {
    for (const controller of background) controller.abort();
  };
  const release = (): void => {
    for (const resume of waiting) resume();
    waiting = [];
  };
  const idle = async (): Promise<void> => {
    while (active > 0 && !closed) await new Promise<void>((resume) => waiting.push(resume));
  };

  return {
    during: async (work) => {
      active += 1;
      interrupt();
      try {
        return await work();
      } finally {
        active -= 1;
        if (active === 0) release();
      }
    },
    background: async (work) => {
      await idle();
      const controller = new AbortController();
      if (closed) controller.abort();
      background.add(controller);
      try {
        return await work(controller.signal);
      } finally {
        background.delete(controller);
      }
    },
    close: () => {
      closed = true;
      interrupt();
      release();
    },
  };
}
