import { expect, it } from "vitest";
import { publicSpecification } from "../src/index.ts";

it.each([
  ["gguf:/home/someone/models/small.gguf", "gguf:small.gguf"],
  ["gguf:C:\\models\\small.gguf", "gguf:small.gguf"],
  ["gguf:small.gguf", "gguf:small.gguf"],
  ["questions:/home/someone/exam.jsonl", "questions:exam.jsonl"],
  ["command:/home/someone/checks/sums.json", "command:sums.json"],
  ["ollama:registry/name:7b", "ollama:registry/name:7b"],
  ["embedded", "embedded"],
  ["tools:7", "tools:7"],
])("shows %s to others as %s", (specification, shown) => {
  expect(publicSpecification(specification)).toBe(shown);
});
