/**
 * How lessons enter the prompt of a step: in which form. The default is a text to go on with, also for models that follow chats: they copy the form of a worked example that
 * stands right before their own task, while in a chat half a billion weights answered with the heading of the note as often as with an action
 * (docs/decisions/0030-actions.md).
 */
import type { LanguageModel } from "@grapevine/core";

type PromptForm = LanguageModel["promptForm"];

export interface PromptStrategy {
  /** For actions that the model writes by itself. Where it chooses among given ones, its own form is used. */
  readonly act: PromptForm;
}

export const defaultStrategy: PromptStrategy = { act: "completion" };
