/** Specifications of models and environments (`ollama:NAME`, `gguf:PATH`, `questions:FILE`, `command:FILE`) as others may see them. */

/** Kinds whose detail is a path on this machine. */
const kindsWithPaths: readonly string[] = ["gguf", "questions", "command"];

/**
 * The specification without the folders of this machine and the addresses of its servers: `gguf:/models/small.gguf` becomes `gguf:small.gguf`,
 * `openai:http://10.0.0.5:8000/v1#qwen` becomes `openai:qwen`. Of several, each name once. Others come back as they are.
 */
export function publicSpecification(specification: string): string {
  const several = specification.split(/,(?=(?:ollama|openai|gguf):|embedded(?:,|$))/);
  return [...new Set(several.map(publicName))].join(",");
}

function publicName(specification: string): string {
  const colon = specification.indexOf(":");
  const kind = specification.slice(0, colon);
  const detail = specification.slice(colon + 1);
  if (kind === "openai") return `openai:${detail.slice(detail.indexOf("#") + 1)}`;
  if (kind === "ollama") return `ollama:${detail.replace(/@https?:\/\/.*$/, "")}`;
  if (!kindsWithPaths.includes(kind)) return specification;
  return `${kind}:${detail.slice(Math.max(detail.lastIndexOf("/"), detail.lastIndexOf("\\")) + 1)}`;
}
