/** Specifications of models and environments (`ollama:NAME`, `gguf:PATH`, `questions:FILE`, `command:FILE`) as others may see them. */

/** Kinds whose detail is a path on this machine. */
const kindsWithPaths: readonly string[] = ["gguf", "questions", "command"];

/** The specification without the folders of this machine: `gguf:/models/small.gguf` becomes `gguf:small.gguf`. Others come back as they are. */
export function publicSpecification(specification: string): string {
  const colon = specification.indexOf(":");
  if (!kindsWithPaths.includes(specification.slice(0, colon))) return specification;
  const path = specification.slice(colon + 1);
  return specification.slice(0, colon + 1) + path.slice(Math.max(path.lastIndexOf("/"), path.lastIndexOf("\\")) + 1);
}
