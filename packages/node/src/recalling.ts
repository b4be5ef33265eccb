/** The lessons that the agent would be given for a task, for agents that are not ours. */
import { questionFallOff, type RecallQuery } from "@grapevine/agent";
import type { RecalledLesson } from "@grapevine/core";
import type { RecalledLessonSummary, RecallReply, RecallRequest } from "./control/lesson-contract.ts";
import type { PromptBar } from "./prompt-bar.ts";
import { usedLesson, type ViewComponents } from "./views.ts";

export interface RecallingComponents extends ViewComponents {
  readonly recall: (query: RecallQuery) => Promise<RecalledLesson[]>;
  readonly promptBar: Pick<PromptBar, "minSimilarity">;
  readonly identity: { readonly author: string };
}

/** As many as a prompt of our own agent holds. */
const defaultLessons = 3;

/** Near enough, proved and not contradicted, as for a question of our own. @throws what the embedder and the store throw */
export async function recallLessons(
  { text, limit = defaultLessons }: RecallRequest,
  components: RecallingComponents,
): Promise<RecallReply> {
  const { minSimilarity } = components.promptBar;
  const recalled = await components.recall({ text, limit, maxFallOff: questionFallOff, minSimilarity });
  return { lessons: recalled.map((each) => summary(each, components)) };
}

function summary({ lesson, similarity, trust, utility }: RecalledLesson, components: RecallingComponents): RecalledLessonSummary {
  const { id, body } = lesson.record;
  const { author, title, kind, situation, guidance, example } = body;
  const use = { id, title, author, similarity, trust, own: author === components.identity.author };
  return { ...usedLesson(use, components), kind, situation, guidance, ...(example && { example }), utility };
}
