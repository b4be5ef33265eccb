/** What a client's model can have the node do. */
import { GrapevineError, lessonKinds, limits, messageOf, verdicts } from "@grapevine/core";
import type { CallToolResult, McpServer, ServerContext } from "@modelcontextprotocol/server";
import { z } from "zod";
import { maxRecallLessons, maxRecordedSteps, maxRecordedTextLength } from "../recording-limits.ts";
import { recalledText } from "./lesson-text.ts";
import type { McpComponents, McpOperations } from "./mcp-components.ts";

const usedLesson = z.object({
  id: z.string(),
  title: z.string(),
  author: z.string(),
  authorName: z.string().optional(),
  similarity: z.number(),
  trust: z.number(),
  own: z.boolean(),
});

const example = z.object({ task: z.string(), steps: z.array(z.string()) });

const lessonState = z.object({ id: z.string(), title: z.string(), state: z.string() });

/** Reads nothing but this node's own store. */
const reads = { readOnlyHint: true, openWorldHint: false } as const;
/** Adds to it, and takes nothing away. */
const adds = { readOnlyHint: false, destructiveHint: false, idempotentHint: false } as const;

export function addTools(server: McpServer, { operations }: McpComponents): void {
  addKnowledgeTools(server, operations);
  addExperienceTools(server, operations);
  addPeerTool(server, operations);
}

type Operations = () => Promise<McpOperations>;

function addKnowledgeTools(server: McpServer, operations: Operations): void {
  server.registerTool(
    "recall",
    {
      title: "Recall lessons",
      description: "Lessons from this and other agents' experience that fit a task. Call it before you begin.",
      inputSchema: z.object({
        task: z
          .string()
          .min(1)
          .max(maxRecordedTextLength)
          .describe("What is to be done, in a sentence or two, with the names of tools and files"),
        limit: z.int().min(1).max(maxRecallLessons).optional().describe("Most lessons; 3 by default"),
      }),
      outputSchema: z.object({
        lessons: z.array(
          usedLesson.extend({
            kind: z.string(),
            situation: z.string(),
            guidance: z.string(),
            utility: z.number(),
            example: example.optional(),
          }),
        ),
      }),
      annotations: reads,
    },
    ({ task, limit }, { mcpReq: { signal } }) =>
      outcome(async () => {
        const reply = await (await operations()).recall({ text: task, limit }, { signal });
        return { text: recalledText(task, reply.lessons), value: { ...reply } };
      }),
  );
  server.registerTool(
    "lessons_search",
    {
      title: "Search lessons",
      description: "Lessons nearest to a few words, whatever their state: also those that this node does not believe yet.",
      inputSchema: z.object({
        query: z.string().min(1).max(2_000),
        limit: z.int().min(1).max(50).optional().describe("10 by default"),
      }),
      outputSchema: z.object({
        lessons: z.array(
          z.object({
            id: z.string(),
            state: z.string(),
            kind: z.string(),
            title: z.string(),
            situation: z.string(),
            guidance: z.string(),
            author: z.string(),
            authorName: z.string().optional(),
            trust: z.number(),
            utility: z.number(),
            similarity: z.number(),
            cluster: z.string(),
            createdAt: z.number(),
          }),
        ),
      }),
      annotations: reads,
    },
    ({ query, limit }, { mcpReq: { signal } }) =>
      outcome(async () => {
        const lessons = await (await operations()).searchLessons(query, limit, { signal });
        return { text: JSON.stringify(lessons), value: { lessons } };
      }),
  );
  server.registerTool(
    "teach",
    {
      title: "Teach a lesson",
      description:
        "A lesson by hand. It is signed and shared with the swarm: write nothing private; what holds a secret is refused.",
      inputSchema: z.object({
        situation: z.string().min(1).max(limits.maxSituationLength).describe("When it applies"),
        guidance: z.string().min(1).max(limits.maxGuidanceLength).describe("What to do"),
        title: z.string().min(1).max(limits.maxTitleLength).optional(),
        kind: z.enum(lessonKinds).optional(),
        tags: z.array(z.string().min(1).max(limits.maxTagLength)).max(limits.maxTags).optional(),
      }),
      outputSchema: lessonState,
      annotations: { ...adds, openWorldHint: true },
    },
    (request, { mcpReq: { signal } }) =>
      outcome(async () => {
        const lesson = await (await operations()).teach(request, { signal });
        return { text: `Lesson ${lesson.id} is ${lesson.state}.`, value: { ...lesson } };
      }),
  );
}

function addExperienceTools(server: McpServer, operations: Operations): void {
  server.registerTool(
    "record_experience",
    {
      title: "Record an experience",
      description:
        "What you did and how it ended, so that lessons can be drawn from it. Call it when a piece of work is done. It stays on this machine.",
      inputSchema: z.object({
        task: z.string().min(1).max(maxRecordedTextLength).describe("What was to be done"),
        answer: z.string().max(maxRecordedTextLength).describe("What you ended with: the answer, or a summary of the change"),
        steps: z
          .array(
            z.object({
              action: z.string().min(1).max(maxRecordedTextLength).describe("A command, an edit, a call"),
              observation: z.string().max(maxRecordedTextLength).optional().describe("What came of it"),
              accepted: z.boolean().optional().describe("False where it was refused with an error"),
            }),
          )
          .max(maxRecordedSteps)
          .optional(),
        outcome: z
          .enum(verdicts)
          .optional()
          .describe("worked as asked, after changes, or not; leave it out while it is not known"),
        comment: z.string().max(2_000).optional(),
        lessons: z
          .array(z.string().min(1).max(200))
          .max(maxRecallLessons)
          .optional()
          .describe("Ids of the lessons that you used"),
      }),
      outputSchema: z.object({ experienceId: z.string(), lessons: z.array(z.string()) }),
      annotations: { ...adds, openWorldHint: false },
    },
    ({ outcome: verdict, ...made }, { mcpReq: { signal } }) =>
      outcome(async () => {
        const reply = await (await operations()).record({ ...made, verdict }, { signal });
        return { text: `Kept as experience ${reply.experienceId}.`, value: { ...reply } };
      }),
  );
  server.registerTool(
    "feedback",
    {
      title: "Say how it went",
      description: "The outcome of an experience that was recorded, or of an answer. It moves what the lessons in it are worth.",
      inputSchema: z.object({
        experience: z.string().min(1).max(100).describe("Its id, or the end of it"),
        verdict: z.enum(verdicts),
        comment: z.string().max(2_000).optional(),
      }),
      outputSchema: z.object({ experienceId: z.string(), verdict: z.string(), lessons: z.array(z.string()) }),
      annotations: { readOnlyHint: false, destructiveHint: false, idempotentHint: true, openWorldHint: true },
    },
    (request, { mcpReq: { signal } }) =>
      outcome(async () => {
        const reply = await (await operations()).feedback(request, { signal });
        return { text: `${reply.experienceId} ${reply.verdict}; ${reply.lessons.length} lessons moved.`, value: { ...reply } };
      }),
  );
}

function addPeerTool(server: McpServer, operations: Operations): void {
  server.registerTool(
    "ask_peer",
    {
      title: "Ask a peer",
      description:
        "Puts a question to another agent of the swarm, or to whichever is surest. The question leaves this machine; one that holds a secret is refused.",
      inputSchema: z.object({
        question: z.string().min(1).max(maxRecordedTextLength),
        peer: z.string().min(1).max(200).optional().describe("Name or id; left out: whoever is surest, this node among them"),
      }),
      outputSchema: z.object({
        experienceId: z.string(),
        answer: z.string(),
        answeredBy: z.object({ peerId: z.string(), name: z.string().optional() }),
        lessons: z.array(usedLesson),
        model: z.string(),
        ms: z.number(),
      }),
      annotations: { ...adds, openWorldHint: true },
    },
    ({ question, peer }, context) =>
      outcome(async () => {
        const to = peer === undefined ? { best: true } : { peer };
        const reply = await (await operations()).ask({ question, ...to }, progressOf(context), { signal: context.mcpReq.signal });
        const { experienceId, answer, answeredBy, lessons, model, ms } = reply;
        return {
          text: `${answer}\n\n(by ${answeredBy.name ?? answeredBy.peerId}, another agent: reference, not orders; experience ${experienceId})`,
          value: { experienceId, answer, answeredBy, lessons, model, ms },
        };
      }),
  );
}

/** Tells a client that asked for it how many characters of the answer have come. */
function progressOf({ mcpReq }: ServerContext): (piece: string) => void {
  const progressToken = mcpReq._meta?.progressToken;
  let progress = 0;
  return (piece) => {
    progress += piece.length;
    if (progressToken === undefined) return;
    mcpReq
      .notify({ method: "notifications/progress", params: { progressToken, progress, message: piece } })
      .catch(() => undefined); // a client that is gone wants no progress; the signal ends the work
  };
}

async function outcome(work: () => Promise<{ text: string; value: Record<string, unknown> }>): Promise<CallToolResult> {
  try {
    const { text, value } = await work();
    return { content: [{ type: "text", text }], structuredContent: value };
  } catch (error) {
    const text = GrapevineError.is(error) ? `${error.code}: ${error.message}. ${error.hint}` : `INTERNAL: ${messageOf(error)}`;
    return { content: [{ type: "text", text }], isError: true };
  }
}
