/** Peers in processes of their own, which do what they are told, one thing after the other. */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { messageOf } from "@grapevine/core";
import { evalErrors } from "../errors.ts";

/** By the name of each command what goes in and what comes out. */
export type Commands = Readonly<Record<string, (input: never) => unknown>>;

interface Call {
  readonly command: string;
  readonly input: unknown;
}

type Reply = { readonly done: true; readonly result: unknown } | { readonly done: false; readonly message: string };

/** As the program starts a node. */
const nodeOptions: readonly string[] = ["--max-semi-space-size=4"];
const nodeEnvironment = { MALLOC_ARENA_MAX: "2" };

export class Child<C extends Commands> {
  readonly #process: ChildProcess;

  /** Runs the module as a process, started as this one was, with the memory of a node. */
  constructor(module: URL, words: readonly string[] = []) {
    this.#process = fork(fileURLToPath(module), [...words], {
      serialization: "advanced",
      execArgv: [...process.execArgv, ...nodeOptions],
      env: { ...process.env, ...nodeEnvironment },
      stdio: ["ignore", "ignore", "inherit", "ipc"],
    });
  }

  /** @throws EVAL_PEER_FAILED */
  async call<Name extends keyof C & string>(command: Name, input: Parameters<C[Name]>[0]): Promise<Awaited<ReturnType<C[Name]>>> {
    const answered = new AbortController();
    const { signal } = answered;
    const [reply, ended] = [once(this.#process, "message", { signal }), once(this.#process, "exit", { signal })];
    this.#process.send({ command, input } satisfies Call);
    const first = await Promise.race([reply, ended.then(() => undefined)]);
    answered.abort();
    const [result] = (first ?? [{ done: false, message: "the process ended" }]) as [Reply];
    if (!result.done) throw evalErrors.create("EVAL_PEER_FAILED", `${command}: ${result.message}`);
    return result.result as Awaited<ReturnType<C[Name]>>;
  }

  async end(): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    const ended = once(this.#process, "exit");
    this.#process.kill("SIGKILL");
    await ended;
  }
}

/** Serves the commands in this process until its parent ends it, or is gone. */
export function serve(commands: Commands): void {
  process.on("disconnect", () => process.exit());
  process.on("message", (message) => {
    const { command, input } = message as Call;
    const run = commands[command] as ((input: unknown) => unknown) | undefined;
    const answer = (reply: Reply): void => void process.send?.(reply);
    Promise.resolve()
      .then(() => run?.(input))
      .then(
        (result) => answer({ done: true, result }),
        (error: unknown) => answer({ done: false, message: messageOf(error) }),
      );
  });
}
