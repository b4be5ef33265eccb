/** Starts nodes in processes of their own, in a namespace or on this machine's loopback, and gives them orders. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { expect } from "vitest";
import type { HostInit, Order, Sight } from "./host-process.ts";
import type { Namespace } from "./lab.ts";

const program = fileURLToPath(new URL("host-process.ts", import.meta.url));

export class Host {
  readonly name: string;
  readonly process: ChildProcess;
  readonly #replies: AsyncIterator<string>;

  private constructor(name: string, child: ChildProcess, replies: AsyncIterator<string>) {
    this.name = name;
    this.process = child;
    this.#replies = replies;
  }

  static async start(init: HostInit, namespace?: Namespace): Promise<Host> {
    const words = [process.execPath, "--conditions=grapevine-source", program, JSON.stringify(init)];
    const command = namespace === undefined ? words : ["ip", "netns", "exec", namespace.name, ...words];
    const child = spawn(command[0] ?? "", command.slice(1), { stdio: ["pipe", "pipe", "inherit"] });
    const replies = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    const host = new Host(init.name, child, replies);
    await host.#reply();
    return host;
  }

  async invite(): Promise<string> {
    return String(await this.#give({ do: "invite" }));
  }

  async join(host: Host): Promise<void> {
    await this.#give({ do: "join", invite: await host.invite() });
  }

  async teach(text: string): Promise<void> {
    await this.#give({ do: "teach", text });
  }

  async look(): Promise<Sight> {
    return (await this.#give({ do: "look" })) as Sight;
  }

  /** Resolves with the milliseconds that it took until what it sees is as it should be. */
  async sees(what: (sight: Sight) => unknown, expected: unknown, timeoutMs: number): Promise<number> {
    const startedAt = Date.now();
    await expect
      .poll(async () => what(await this.look()), { timeout: timeoutMs, interval: 100, message: this.name })
      .toEqual(expected);
    return Date.now() - startedAt;
  }

  async kill(): Promise<void> {
    if (this.process.exitCode !== null || this.process.signalCode !== null) return;
    const gone = once(this.process, "exit");
    this.process.kill("SIGKILL");
    await gone;
  }

  async #give(order: Order): Promise<unknown> {
    this.process.stdin?.write(`${JSON.stringify(order)}\n`);
    return await this.#reply();
  }

  async #reply(): Promise<unknown> {
    const { value, done } = await this.#replies.next();
    if (done === true) throw new Error(`${this.name} has ended`);
    const { reply, error } = JSON.parse(String(value)) as { reply?: unknown; error?: string };
    if (error !== undefined) throw new Error(`${this.name}: ${error}`);
    return reply;
  }
}
