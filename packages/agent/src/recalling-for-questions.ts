/** Which lessons stand in the prompt of a plain question, or of a turn of a conversation. */
import type { LanguageModel, RecalledLesson } from "@grapevine/core";
import { type LeftOutLesson, questionFallOff, type RecallQuery } from "./recall.ts";

export interface QuestionRecallComponents {
  readonly recall: (query: RecallQuery) => Promise<RecalledLesson[]>;
  /** Least similarity, as outcomes say; recall's own where it is absent. */
  readonly minSimilarity?: () => number;
}

export interface QuestionRecallOptions {
  /** True: lessons that contradict each other may both be in the prompt. */
  readonly bothSides?: boolean;
  /** Told which lessons were considered and left out, before the model is asked. */
  readonly onLeftOut?: (leftOut: readonly LeftOutLesson[]) => void;
}

/** Weak models go on with what they see last, better ones choose among a few. */
const maxLessonsToAsk: Readonly<Record<LanguageModel["promptForm"], number>> = { completion: 1, chat: 3 };

export async function recallForQuestion(
  question: string,
  model: Pick<LanguageModel, "promptForm">,
  { bothSides = false, onLeftOut }: QuestionRecallOptions,
  { recall, minSimilarity }: QuestionRecallComponents,
): Promise<RecalledLesson[]> {
  // Two sides need room for two, also in the prompt of a weak model.
  const limit = Math.max(maxLessonsToAsk[model.promptForm], bothSides ? 2 : 0);
  return await recall({
    text: question,
    limit,
    bothSides,
    maxFallOff: questionFallOff,
    ...(minSimilarity === undefined ? {} : { minSimilarity: minSimilarity() }),
    ...(onLeftOut === undefined ? {} : { onLeftOut }),
  });
}
