/** A language model that counts what it is asked. */
import type { Generation, LanguageModel } from "@grapevine/core";
import { isModelFailure } from "./persistent-model.ts";

export interface ModelUse {
  readonly generations: number;
  readonly promptTokens: number;
  readonly generatedTokens: number;
  /** Generations that failed at every try. */
  readonly givenUp: number;
}

export interface MeteredModel extends LanguageModel {
  /** Since it was last asked for. */
  takeUse(): ModelUse;
}

const noUse: ModelUse = { generations: 0, promptTokens: 0, generatedTokens: 0, givenUp: 0 };

export function meteredModel(model: LanguageModel): MeteredModel {
  let use = noUse;
  return {
    id: model.id,
    promptForm: model.promptForm,
    contextTokens: model.contextTokens,
    generate: async (request): Promise<Generation> => {
      let generation: Generation;
      try {
        generation = await model.generate(request);
      } catch (error) {
        if (isModelFailure(error)) use = { ...use, givenUp: use.givenUp + 1 };
        throw error;
      }
      use = {
        ...use,
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
