import { GrapevineError } from "@grapevine/core";
import { describe, expect, it } from "vitest";
import { parseModelSpec } from "../src/index.ts";

function codeOf(text: string): string {
  try {
    parseModelSpec(text);
    return "none";
  } catch (error) {
    return GrapevineError.is(error) ? error.code : String(error);
  }
}

describe("a model specification", () => {
  it("names the models that this version opens", () => {
    expect(parseModelSpec("auto")).toEqual({ kind: "auto" });
    expect(parseModelSpec("embedded")).toEqual({ kind: "embedded" });
    expect(parseModelSpec("ollama:qwen2.5-coder:0.5b")).toEqual({ kind: "ollama", name: "qwen2.5-coder:0.5b" });
    expect(parseModelSpec("gguf:./a folder/a:b.gguf")).toEqual({ kind: "gguf", path: "./a folder/a:b.gguf" });
  });

  it("names models of later versions, and says which there are", () => {
    for (const text of ["hf:user/model:Q4", "openai:http://127.0.0.1:8000#name"]) {
      expect(() => parseModelSpec(text)).toThrow(
        expect.objectContaining({ code: "MODEL_UNSUPPORTED", hint: expect.stringContaining("ollama:NAME") }),
      );
    }
  });

  it("is refused when it is anything else", () => {
    for (const text of ["", "Auto", "ollama", "ollama:", "ollama:two words", "gguf:", "qwen", ":", "ollama:\n"]) {
      expect(codeOf(text), text).toBe("MODEL_SPEC_INVALID");
    }
  });
});
