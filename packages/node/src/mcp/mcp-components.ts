import type { NodeOperations } from "../operations.ts";

export type McpOperations = Pick<
  NodeOperations,
  "recall" | "record" | "teach" | "feedback" | "ask" | "searchLessons" | "lesson" | "lessons"
>;

export interface McpComponents {
  /** The node of the moment; it is asked for with every call, since it may have been started anew. @throws NODE_NOT_RUNNING, NODE_AMBIGUOUS */
  readonly operations: () => Promise<McpOperations>;
}
