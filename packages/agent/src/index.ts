/** The agent: recall lessons, prompt, act in an environment, capture the trajectory. */
export {
  type Agent,
  type AgentComponents,
  type AskOptions,
  type AttemptOptions,
  createAgent,
  type KnownAnswer,
  type Rehearsal,
  type RehearsalOptions,
} from "./agent.ts";
export type { Conversation, ConverseOptions, Turn } from "./conversing.ts";
export { agentErrors } from "./errors.ts";
export { PostingIndex } from "./posting-index.ts";
export { calibratedMinSimilarity, type JudgedPrompt } from "./prompt-bar.ts";
export {
  type AuthorStanding,
  type LeftOutLesson,
  type LeftOutReason,
  leftOutReasons,
  questionFallOff,
  type RecallComponents,
  type RecallQuery,
  recall,
  recallByVector,
} from "./recall.ts";
export { relevanceOf, relevantLabels } from "./relevance.ts";
export { defaultStrategy, type PromptStrategy, promptStrategies } from "./strategy.ts";
