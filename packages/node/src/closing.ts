/** What has been opened, to be closed in the reverse order. */
import { messageOf } from "@grapevine/core";

export class Closing {
  #steps: { name: string; close: () => unknown }[] = [];

  add(name: string, close: () => unknown): void {
    this.#steps.push({ name, close });
  }

  /** Closes everything, also when a step fails; the failures are returned, not thrown, since there is nobody left to mend them. Idempotent. */
  async run(): Promise<string[]> {
    const steps = this.#steps.reverse();
    this.#steps = [];
    const failures: string[] = [];
    for (const { name, close } of steps) {
      try {
        await close();
      } catch (error) {
        failures.push(`${name}: ${messageOf(error)}`);
      }
    }
    return failures;
  }
}
