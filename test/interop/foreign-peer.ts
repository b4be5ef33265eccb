/** A peer that is not ours, as a process: it takes commands and tells what happens, one JSON object a line. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";

export type Line = Readonly<Record<string, unknown>>;

const patienceMs = 25_000;

export class ForeignPeer {
  readonly #child: ChildProcess;
  readonly #lines: Line[] = [];
  readonly #looking = new Set<() => void>();
  #stderr = "";
  #commands = 0;

  private constructor(command: string, words: readonly string[]) {
    this.#child = spawn(command, words, { stdio: "pipe" });
    this.#child.stderr?.on("data", (chunk: Buffer) => {
      this.#stderr += chunk.toString();
    });
    this.#child.stdin?.on("error", () => undefined); // the peer has ended: whoever waits for its lines is told
    this.#child.on("close", () => this.#look());
    if (this.#child.stdout !== null) {
      createInterface({ input: this.#child.stdout }).on("line", (line) => {
        this.#lines.push(JSON.parse(line) as Line);
        this.#look();
      });
    }
  }

  /** Resolves when the peer is in the swarm. */
  static async join(command: string, words: readonly string[]): Promise<ForeignPeer> {
    const peer = new ForeignPeer(command, words);
    await peer.event({ event: "joined" });
    return peer;
  }

  get peerId(): string {
    return String(this.#find({ event: "joined" })?.["peer"]);
  }

  /** The first line, past ones included, that has all of these fields. Rejects when the peer ended, or after a while. */
  event(fields: Line): Promise<Line> {
    return new Promise((resolve, reject) => {
      const settle = (act: () => void): void => {
        clearTimeout(timer);
        this.#looking.delete(look);
        act();
      };
      const look = (): void => {
        const found = this.#find(fields);
        if (found !== undefined) settle(() => resolve(found));
        else if (this.#child.exitCode !== null) settle(() => reject(this.#missing(fields, "the peer ended")));
      };
      const timer = setTimeout(() => settle(() => reject(this.#missing(fields, `${patienceMs} ms`))), patienceMs);
      this.#looking.add(look);
      look();
    });
  }

  /** Gives a command, and resolves with the reply. Rejects when that is an error of the peer's own. */
  async perform(command: Line): Promise<Line> {
    const number = ++this.#commands;
    this.#child.stdin?.write(`${JSON.stringify({ ...command, number })}\n`);
    const reply = await this.event({ number });
    if (typeof reply["error"] === "string") throw new Error(`the peer could not ${JSON.stringify(command)}: ${reply["error"]}`);
    return reply;
  }

  async end(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const closed = once(this.#child, "close");
    this.#child.kill("SIGKILL");
    await closed;
  }

  #find(fields: Line): Line | undefined {
    return this.#lines.find((line) => Object.entries(fields).every(([name, value]) => line[name] === value));
  }

  #look(): void {
    for (const look of this.#looking) look();
  }

  #missing(fields: Line, when: string): Error {
    const said = this.#lines.map((line) => JSON.stringify(line)).join("\n");
    return new Error(`no ${JSON.stringify(fields)} (${when}). It said:\n${said}\n${this.#stderr}`);
  }
}
