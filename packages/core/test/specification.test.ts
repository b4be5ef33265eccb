import { expect, it } from "vitest";
import { publicSpecification } from "../src/index.ts";

it.each([
  ["gguf:/home/someone/models/small.gguf", "gguf:small.gguf"],
  ["gguf:C:\\models\\small.gguf", "gguf:small.gguf"],
  ["gguf:small.gguf", "gguf:small.gguf"],
  ["questions:/home/someone/exam.jsonl", "questions:exam.jsonl"],
  ["command:/home/someone/checks/sums.json", "command:sums.json"],
  ["ollama:registry/name:7b", "ollama:registry/name:7b"],
  ["ollama:qwen3:8b@http://10.0.0.5:11434", "ollama:qwen3:8b"],
  ["openai:http://10.0.0.5:8000/v1#org/qwen", "openai:org/qwen"],
  [
    "openai:http://a:1/v1#m,openai:http://b:1/v1#m,ollama:m@http://c:1,gguf:/a/b.gguf,embedded",
    "openai:m,ollama:m,gguf:b.gguf,embedded",
  ],
  ["embedded", "embedded"],
  ["tools:7", "tools:7"],
])("shows %s to others as %s", (specification, shown) => {
  expect(publicSpecification(specification)).toBe(shown);
});
