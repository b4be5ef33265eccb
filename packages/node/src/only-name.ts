/** Which node of a home is meant when none is named. */
import { nodeErrors } from "./errors.ts";
import { nodeNames } from "./home.ts";

const defaultName = "node";

/** The home's only node, or the name for a first one. @throws NODE_AMBIGUOUS */
export async function onlyName(home: string): Promise<string> {
  const names = await nodeNames(home);
  if (names.length > 1) {
    throw nodeErrors.create("NODE_AMBIGUOUS", `${home} holds ${names.join(", ")}`, {
      hint: "Say which with --node NAME, or --name NAME for `grapevine up`.",
    });
  }
  return names[0] ?? defaultName;
}
