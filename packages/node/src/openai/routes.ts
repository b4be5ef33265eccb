/** `/v1`: what clients of OpenAI's API expect, on the control API's port and with its token as the key. */
import type { Clock, Embedder } from "@grapevine/core";
import type { FastifyInstance } from "fastify";
import type { Logger } from "pino";
import { named } from "../control/failures.ts";
import type { Refuse } from "../control/methods.ts";
import type { Converse } from "../conversing.ts";
import { nodeErrors } from "../errors.ts";
import type { NodeOperations } from "../operations.ts";
import { chat } from "./chat.ts";
import { embeddings } from "./embeddings.ts";
import { openAiRefusal, openAiStatus } from "./refusals.ts";
import { listServedModels, type ModelList } from "./served-models.ts";

export interface OpenAiComponents {
  readonly operations: Pick<NodeOperations, "ask" | "peers" | "status">;
  readonly converse: Converse;
  readonly embedder: Embedder;
  readonly clock: Clock;
}

/** What the routes have in common with all others. */
export interface OpenAiSurroundings {
  readonly log: Pick<Logger, "error">;
  /** What becomes of requests that no route takes. */
  readonly refuse: Refuse;
}

/** A conversation is sent whole with every turn: four characters a token, and a million tokens, are more than local models take. */
export const maxConversationBytes: number = 4 * 1024 * 1024;

export function addOpenAiRoutes(
  server: FastifyInstance,
  components: OpenAiComponents,
  { log, refuse }: OpenAiSurroundings,
): void {
  void server.register(
    async (v1) => {
      v1.setErrorHandler((thrown, request, reply) => {
        const error = named(thrown, request.url, request.routeOptions.bodyLimit);
        if (error.code === "INTERNAL") log.error({ err: error }, "a request failed unexpectedly");
        void reply.status(openAiStatus(error)).send(openAiRefusal(error));
      });
      v1.setNotFoundHandler(refuse);
      v1.get(
        "/models",
        async (): Promise<ModelList> => ({ object: "list", data: await listServedModels(components.operations) }),
      );
      // A peer's model has a slash in its name, which clients may or may not encode.
      v1.get("/models/*", async ({ params }) => {
        const { "*": id } = params as { "*": string };
        const model = (await listServedModels(components.operations)).find((each) => each.id === id);
        if (model === undefined) throw nodeErrors.create("SERVED_MODEL_UNKNOWN", `no model "${id}" is served here`);
        return model;
      });
      v1.post("/chat/completions", { bodyLimit: maxConversationBytes }, async (request, reply) => {
        await chat(request, reply, components);
        return reply;
      });
      v1.post("/embeddings", { bodyLimit: maxConversationBytes }, ({ body }) => embeddings(body, components.embedder));
    },
    { prefix: "/v1" },
  );
}
