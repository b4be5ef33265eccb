/**
 * A language model that is asked again when a generation fails: a run of many hours must not end because a server stumbled once. Greedy generation fails the same way as
 * often as it is asked, so that a failure is also an answer: whoever asked gets it after the last try. A model that fails time after time is gone, and the run ends.
 */
import { type Generation, type GenerationRequest, GrapevineError, type LanguageModel } from "@grapevine/core";
import { evalErrors } from "../errors.ts";

export interface PersistentModelComponents {
  readonly wait: (ms: number) => Promise<void>;
  /** Told of every failure that is followed by another try. */
  readonly say: (text: string) => void;
}

/** Tries of one generation: a server that is being restarted is there again within half a minute. */
export const maxTries = 3;
const waitsMs: readonly number[] = [2_000, 20_000];
/** Generations one after the other that failed at every try: what comes after would say nothing. */
export const maxGivenUpInRow = 3;

const failures: readonly string[] = ["MODEL_FAILED", "MODEL_SERVER_UNREACHABLE"];

/** Did the model fail at this, so that the run may go on without it? */
export function isModelFailure(error: unknown): error is GrapevineError {
  return GrapevineError.is(error) && (failures.includes(error.code) || error.code === "MODEL_PROMPT_TOO_LONG");
}

/** @throws from `generate`: EVAL_MODEL_GONE from the third generation in a row on that failed at every try */
export function persistentModel(model: LanguageModel, { wait, say }: PersistentModelComponents): LanguageModel {
  let givenUpInRow = 0;
  const generate = async (request: GenerationRequest): Promise<Generation> => {
    for (let tried = 1; ; tried++) {
      try {
        const generation = await model.generate(request);
        givenUpInRow = 0;
        return generation;
      } catch (error) {
        if (!GrapevineError.is(error) || !failures.includes(error.code)) throw error;
        if (tried < maxTries) {
          say(`the model failed (${error.message}); asked again`);
          await wait(waitsMs[tried - 1] ?? 0);
          continue;
        }
        givenUpInRow += 1;
        if (givenUpInRow < maxGivenUpInRow) throw error;
        throw evalErrors.create(
          "EVAL_MODEL_GONE",
          `${givenUpInRow} generations in a row failed, the last of them: ${error.message}`,
          {
            cause: error,
          },
        );
      }
    }
  };
  return { id: model.id, promptForm: model.promptForm, contextTokens: model.contextTokens, generate, close: () => model.close() };
}
