import { createHash } from "node:crypto";

/** Sixteen characters of hexadecimal: tells swarms apart, and does not tell their names to the network around. */
export function swarmHash(swarm: string): string {
  return createHash("sha256").update("grapevine/swarm/1\n").update(swarm).digest("hex").slice(0, 16);
}
