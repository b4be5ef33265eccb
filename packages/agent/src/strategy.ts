/**
 * How lessons enter the prompt of a step: in which form. Which serves a model best depends on the model; `grapevine model calibrate` finds it out for one, and without that the
 * default holds: a text to go on with, as every model measured so far copies the form of a worked example that stands right before its own task, while a chat of half a
 * billion weights answers with the heading of the note as often as with an action (docs/decisions).
 */
import type { LanguageModel } from "@grapevine/core";

type PromptForm = LanguageModel["promptForm"];

export interface PromptStrategy {
  /** For actions that the model writes by itself. Where it chooses among given ones, its own form is used. */
  readonly act: PromptForm;
}

export const defaultStrategy: PromptStrategy = { act: "completion" };
