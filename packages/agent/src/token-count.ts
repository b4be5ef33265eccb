/** How many tokens a model took for one experience, as it counts them itself. */
import type { Experience, Generation } from "@grapevine/core";

export class TokenCount {
  #prompt = 0;
  #generated = 0;

  add({ promptTokens, generatedTokens }: Pick<Generation, "promptTokens" | "generatedTokens">): void {
    this.#prompt += promptTokens;
    this.#generated += generatedTokens;
  }

  /** Nothing where no model was asked. */
  counted(): Pick<Experience, "tokens"> {
    const tokens = { prompt: this.#prompt, generated: this.#generated };
    return tokens.prompt + tokens.generated === 0 ? {} : { tokens };
  }
}
