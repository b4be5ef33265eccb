/** Prompts that a person picks from the client's menu. */
import type { GetPromptResult, McpServer } from "@modelcontextprotocol/server";
import { z } from "zod";
import { recalledText } from "./lesson-text.ts";
import type { McpComponents } from "./mcp-components.ts";

export function addPrompts(server: McpServer, { operations }: McpComponents): void {
  server.registerPrompt(
    "before_you_start",
    {
      title: "Before you start",
      description: "A task, together with what this and other agents learned that fits it.",
      argsSchema: z.object({ task: z.string().min(1).max(2_000).describe("What is to be done") }),
    },
    async ({ task }) => {
      const { lessons } = await (await operations()).recall({ text: task });
      return said(`${recalledText(task, lessons)}\n\nThe task: ${task}`);
    },
  );
  server.registerPrompt(
    "when_you_finish",
    { title: "When you finish", description: "Has the agent keep what it lived through, so that lessons can be drawn from it." },
    () =>
      said(
        "The piece of work is done. Call record_experience once: the task in a sentence or two; the steps that mattered, each with what came of it, also those that were refused; what you ended with; the " +
          "outcome, if it is known by a test or by my word; the ids of the lessons that you used. Leave out secrets and names of people. If the outcome becomes known later, call feedback with the experience's id.",
      ),
  );
}

function said(text: string): GetPromptResult {
  return { messages: [{ role: "user", content: { type: "text", text } }] };
}
