/**
 * What `POST /v1/chat/completions` takes, and what becomes of it. Fields that other servers know and this one does not are passed over, as clients expect; what would
 * change the answer and cannot be done is refused by name.
 */
import type { Conversation } from "@grapevine/agent";
import type { JsonSchema, Message, Tool } from "@grapevine/core";
import { z } from "zod";
import { parseOpenAi } from "./refusals.ts";

export interface ChatRequest {
  readonly model: string;
  readonly stream: boolean;
  /** With a stream: a last piece that says how many tokens there were. */
  readonly includesUsage: boolean;
  readonly conversation: Conversation;
}

const onlyText = "only parts of type text can be read here: no images, sound or files";

const text = z.union([
  z.string(),
  z
    .array(z.looseObject({ type: z.literal("text", onlyText), text: z.string() }))
    .transform((parts) => parts.map((part) => part.text).join("\n")),
]);

const toolCall = z.looseObject({
  id: z.string().min(1),
  type: z.literal("function"),
  function: z.looseObject({ name: z.string().min(1), arguments: z.string() }),
});

const message = z.discriminatedUnion("role", [
  z.looseObject({ role: z.enum(["system", "developer"]), content: text }),
  z.looseObject({ role: z.literal("user"), content: text }),
  z.looseObject({ role: z.literal("assistant"), content: text.nullish(), tool_calls: z.array(toolCall).nullish() }),
  z.looseObject({ role: z.literal("tool"), content: text, tool_call_id: z.string().min(1) }),
]);

const schema = z.record(z.string(), z.unknown());

const tool = z.looseObject({
  type: z.literal("function", "only tools of type function can be called here"),
  function: z.looseObject({ name: z.string().min(1).max(64), description: z.string().nullish(), parameters: schema.nullish() }),
});

const toolChoice = z.union([
  z.enum(["none", "auto", "required"]),
  z.looseObject({ type: z.literal("function"), function: z.looseObject({ name: z.string().min(1) }) }),
]);

const responseFormat = z.discriminatedUnion("type", [
  z.looseObject({ type: z.literal("text") }),
  z.looseObject({ type: z.literal("json_object") }),
  z.looseObject({ type: z.literal("json_schema"), json_schema: z.looseObject({ schema: schema.nullish() }) }),
]);

const bodySchema = z.looseObject({
  model: z.string().min(1).max(300),
  messages: z.array(message).min(1),
  stream: z.boolean().nullish(),
  stream_options: z.looseObject({ include_usage: z.boolean().nullish() }).nullish(),
  max_tokens: z.int().min(1).nullish(),
  max_completion_tokens: z.int().min(1).nullish(),
  temperature: z.number().min(0).max(2).nullish(),
  top_p: z.number().gt(0).max(1).nullish(),
  seed: z.int().nullish(),
  frequency_penalty: z.number().min(-2).max(2).nullish(),
  presence_penalty: z.number().min(-2).max(2).nullish(),
  stop: z.union([z.string(), z.array(z.string()).max(4)]).nullish(),
  tools: z.array(tool).max(128).nullish(),
  tool_choice: toolChoice.nullish(),
  response_format: responseFormat.nullish(),
  n: z.literal(1, "one answer is made at a time").nullish(),
  logprobs: z.literal(false, "the probabilities of tokens are not known here").nullish(),
  functions: z.undefined("functions are called tools by now: give tools").optional(),
});

/** What the body of a request is checked by, for the description of the API. */
export const chatBody: z.ZodType = bodySchema;

type Body = z.infer<typeof bodySchema>;

/** @throws API_REQUEST_INVALID */
export function readChatRequest(value: unknown): ChatRequest {
  const body = parseOpenAi(bodySchema, value);
  return {
    model: body.model,
    stream: body.stream ?? false,
    includesUsage: body.stream_options?.include_usage ?? false,
    conversation: {
      messages: body.messages.map(messageOf),
      ...known({
        maxTokens: body.max_completion_tokens ?? body.max_tokens,
        temperature: body.temperature,
        topP: body.top_p,
        seed: body.seed,
        frequencyPenalty: body.frequency_penalty,
        presencePenalty: body.presence_penalty,
        stop: typeof body.stop === "string" ? [body.stop] : body.stop,
        format: formatOf(body.response_format),
        ...toolsOf(body),
      }),
    },
  };
}

function messageOf(given: Body["messages"][number]): Message {
  switch (given.role) {
    case "assistant": {
      const toolCalls = given.tool_calls?.map(({ id, function: { name, arguments: text } }) => ({ id, name, arguments: text }));
      return { role: "assistant", content: given.content ?? "", ...known({ toolCalls }) };
    }
    case "tool":
      return { role: "tool", content: given.content, callId: given.tool_call_id };
    case "user":
      return { role: "user", content: given.content };
    default:
      // What was `system` is `developer` by a newer name.
      return { role: "system", content: given.content };
  }
}

function toolsOf({ tools, tool_choice: choice }: Body): Pick<Conversation, "tools" | "toolChoice"> {
  if (choice === "none" || tools === undefined || tools === null || tools.length === 0) return {};
  const named = typeof choice === "object" && choice !== null ? { name: choice.function.name } : choice;
  return {
    tools: tools.map(
      ({ function: { name, description, parameters } }): Tool => ({ name, ...known({ description, parameters }) }),
    ),
    ...known({ toolChoice: named }),
  };
}

function formatOf(format: Body["response_format"]): Conversation["format"] {
  if (format === undefined || format === null || format.type === "text") return undefined;
  const schema: JsonSchema = (format.type === "json_schema" ? format.json_schema.schema : undefined) ?? { type: "object" };
  return { schema };
}

/** The fields that were given: clients write null for what they leave to the server. */
function known<Fields extends object>(fields: Fields): { [Field in keyof Fields]?: NonNullable<Fields[Field]> } {
  const given = Object.entries(fields).filter(([, value]) => value !== undefined && value !== null);
  return Object.fromEntries(given) as { [Field in keyof Fields]?: NonNullable<Fields[Field]> };
}
