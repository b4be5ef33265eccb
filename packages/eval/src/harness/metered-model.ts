/** A language model that counts what it is asked. */
import type { LanguageModel } from "@grapevine/core";

export interface ModelUse {
  readonly generations: number;
  readonly promptTokens: number;
  readonly generatedTokens: number;
}

export interface MeteredModel extends LanguageModel {
  /** Since it was last asked for. */
  takeUse(): ModelUse;
}

const noUse: ModelUse = { generations: 0, promptTokens: 0, generatedTokens: 0 };

export function meteredModel(model: LanguageModel): MeteredModel {
  let use = noUse;
  return {
    id: model.id,
    promptForm: model.promptForm,
    contextTokens: model.contextTokens,
    generate: async (request) => {
      const generation = await model.generate(request);
      use = {
        generations: use.generations + 1,
        promptTokens: use.promptTokens + generation.promptTokens,
        generatedTokens: use.generatedTokens + generation.generatedTokens,
      };
      return generation;
    },
    close: () => model.close(),
    takeUse: () => {
      const taken = use;
      use = noUse;
      return taken;
    },
  };
}
