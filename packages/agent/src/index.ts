/** The agent: recall lessons, prompt, act in an environment, capture the trajectory. */
export { type Agent, type AgentComponents, type AskOptions, type AttemptOptions, createAgent } from "./agent.ts";
export { agentErrors } from "./errors.ts";
export { type AuthorStanding, type RecallComponents, type RecallQuery, recall, recallByVector } from "./recall.ts";
