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
    expect(parseModelSpec("ollama:qwen3:8b@http://gpu:11434")).toEqual({
      kind: "ollama",
      name: "qwen3:8b",
      host: "http://gpu:11434",
    });
    expect(parseModelSpec("openai:http://127.0.0.1:8000/v1/#org/name:7b")).toEqual({
      kind: "openai",
      url: "http://127.0.0.1:8000/v1",
      name: "org/name:7b",
    });
    expect(parseModelSpec("gguf:./a folder/a:b.gguf")).toEqual({ kind: "gguf", path: "./a folder/a:b.gguf" });
  });

  it("names several, between commas that begin another", () => {
    const specs = ["openai:http://a:8000/v1#m", "ollama:m@http://b:1", "gguf:/a,b.gguf", "embedded"];
    expect(parseModelSpec(specs.join(","))).toEqual({ kind: "several", specs });
    expect(codeOf("ollama:a,openai:nowhere")).toBe("MODEL_SPEC_INVALID");
  });

  it("names models of later versions, and says which there are", () => {
    for (const text of ["hf:user/model:Q4"]) {
      expect(() => parseModelSpec(text)).toThrow(
        expect.objectContaining({ code: "MODEL_UNSUPPORTED", hint: expect.stringContaining("ollama:NAME") }),
      );
    }
  });

  it("is refused when it is anything else", () => {
    const servers = [
      "openai:",
      "openai:http://a:1/v1",
      "openai:http://a:1/v1#",
      "openai:a:1#m",
      "openai:ftp://a#m",
      "openai:http://me:pw@a/v1#m",
    ];
    for (const text of [
      ...servers,
      "ollama:m@http://:x",
      "",
      "Auto",
      "ollama",
      "ollama:",
      "ollama:two words",
      "gguf:",
      "qwen",
      ":",
      "ollama:\n",
    ]) {
      expect(codeOf(text), text).toBe("MODEL_SPEC_INVALID");
    }
  });
});
