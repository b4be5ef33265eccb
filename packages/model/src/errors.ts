import { defineErrors, type ErrorTable } from "@grapevine/core";

export const modelErrors: ErrorTable<
  | "MODEL_SPEC_INVALID"
  | "MODEL_UNSUPPORTED"
  | "MODEL_SERVER_UNREACHABLE"
  | "MODEL_MISSING"
  | "MODEL_FILE_MISSING"
  | "MODEL_FILE_INVALID"
  | "MODEL_WEIGHTS_UNAVAILABLE"
  | "MODEL_PROMPT_TOO_LONG"
  | "MODEL_WITHOUT_TOOLS"
  | "MODEL_ABORTED"
  | "MODEL_FAILED"
  | "EMBEDDER_FAILED"
> = defineErrors({
  MODEL_SPEC_INVALID: {
    summary: "A text does not name a model.",
    hint: "Give auto, ollama:NAME, openai:URL#NAME, embedded or gguf:PATH.",
  },
  MODEL_UNSUPPORTED: {
    summary: "The kind of model is known, but this version cannot open it.",
    hint: "Give auto, ollama:NAME, openai:URL#NAME, embedded or gguf:PATH.",
  },
  MODEL_SERVER_UNREACHABLE: {
    summary: "No model server answers where one was expected.",
    hint: "Start it (`ollama serve`), set OLLAMA_HOST if it runs elsewhere, or use the model `embedded`.",
  },
  MODEL_MISSING: {
    summary: "The server does not have the model.",
    hint: "Fetch it with `ollama pull NAME`; `ollama list` shows the models that are there.",
  },
  MODEL_FILE_MISSING: {
    summary: "There is no readable file at the path of a gguf: model.",
    hint: "Check the path; it is relative to the folder in which the program was started.",
  },
  MODEL_FILE_INVALID: {
    summary: "A model file is not GGUF, is cut short, or holds a model that cannot be loaded.",
    hint: "Fetch the file again; a whole GGUF file begins with the letters GGUF.",
  },
  MODEL_WEIGHTS_UNAVAILABLE: {
    summary: "The packaged weights could not be joined and checked in the cache folder.",
    hint: "Install again, see that 400 MB are free in the cache folder (GRAPEVINE_CACHE moves it), or use another model.",
  },
  MODEL_PROMPT_TOO_LONG: {
    summary: "A prompt does not fit into the model's context.",
    hint: "Shorten the question, or use a model with a longer context.",
  },
  MODEL_WITHOUT_TOOLS: {
    summary: "A model was given tools, or told to use one, and cannot be.",
    hint: "Ask without tools, or give the node a model that takes them: `ollama show NAME` lists tools among its capabilities.",
  },
  MODEL_ABORTED: {
    summary: "A generation was given up at the caller's wish.",
    hint: "Nothing needs doing; ask again if the answer is still wanted.",
  },
  MODEL_FAILED: {
    summary: "The model did not give an answer: it was closed, ran out of memory, or failed inside.",
    hint: "Try again; if it happens again, use another model and report it with the log of the node.",
  },
  EMBEDDER_FAILED: {
    summary: "The embedder gave no vectors, or vectors that are none.",
    hint: "Try again; if it happens again, install again or use the embedder `embedded`.",
  },
});
