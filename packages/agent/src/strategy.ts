/**
 * How lessons enter the prompt of a step: in which form, how many, and where. The default is a text to go on with, also for models that follow chats: they copy the form of a
 * worked example that stands right before their own task, while in a chat half a billion weights answered with the heading of the note as often as with an action
 * (docs/decisions/0030-actions.md). What suits a model better is measured (`grapevine model calibrate`).
 */
import type { LanguageModel } from "@grapevine/core";

type PromptForm = LanguageModel["promptForm"];

export interface PromptStrategy {
  /** For actions that the model writes by itself. Where it chooses among given ones, its own form is used. */
  readonly act: PromptForm;
  /** Most lessons in the prompt of an action. */
  readonly lessons: 1 | 2;
  /** Before or after what the environment said first; the task is always last. */
  readonly place: "before" | "after";
}

/**
 * One lesson: an action is copied from the example, and an example of another kind is copied as readily. With three notes qwen2.5-coder:1.5b did 7 of 12 tasks of the
 * demonstration's world, with the best one alone 10 (docs/decisions/0005-lessons-in-prompts.md).
 */
export const defaultStrategy: PromptStrategy = { act: "completion", lessons: 1, place: "after" };

/** Those that a calibration tries, the default first; each other differs from it in one thing. */
export const promptStrategies: readonly PromptStrategy[] = [
  defaultStrategy,
  { ...defaultStrategy, act: "chat" },
  { ...defaultStrategy, lessons: 2 },
  { ...defaultStrategy, place: "before" },
];
