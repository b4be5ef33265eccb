/**
 * How chat turns become a prompt.
 *
 * Ollama does it by the model's template. A model that was made from a bare GGUF file has the template `{{ .Prompt }}`: the server then drops the system
 * message and runs the other turns together without a word on who speaks. For such models the turns are rendered here: in ChatML where the vocabulary
 * has its tokens (the Qwen family and many others were trained on it), else as a plain transcript.
 */
import type { Message } from "@grapevine/core";

export type ChatRendering = "server" | "chatml" | "transcript";

/** The token that begins a turn in ChatML. */
export const chatmlBeginning = "<|im_start|>";
const chatmlEnd = "<|im_end|>";

/** Does the template lose the turns' roles? */
export function isBareTemplate(template: string): boolean {
  return /^\s*(\{\{-?\s*\.Prompt\s*-?\}\})?\s*$/.test(template);
}

export interface RenderedChat {
  readonly prompt: string;
  /** Texts that end the answer's turn. */
  readonly stop: readonly string[];
}

export function renderChat(rendering: Exclude<ChatRendering, "server">, messages: readonly Message[]): RenderedChat {
  if (rendering === "chatml") {
    const turns = messages.map(
      ({ role, content }) => `${chatmlBeginning}${role === "tool" ? "user" : role}\n${withoutTurnTokens(content)}${chatmlEnd}\n`,
    );
    return { prompt: `${turns.join("")}${chatmlBeginning}assistant\n`, stop: [chatmlEnd, chatmlBeginning] };
  }
  const turns = messages.map(({ role, content }) => `${transcriptNames[role]}: ${content.trim()}\n\n`);
  return { prompt: `${turns.join("")}${transcriptNames.assistant}:`, stop: [`\n${transcriptNames.user}:`] };
}

const transcriptNames: Readonly<Record<Message["role"], string>> = {
  system: "Instructions",
  user: "User",
  assistant: "Assistant",
  tool: "Result",
};

/** What somebody wrote must not begin or end a turn. */
function withoutTurnTokens(content: string): string {
  return content.replaceAll("<|im_", "<| im_");
}
