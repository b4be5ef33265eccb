/** Two connected networks, of which one answers questions as a test says. */
import { lpStream } from "@libp2p/utils";
import { multiaddr } from "@multiformats/multiaddr";
import type { Answering, AskReply, NetworkComponents } from "../src/index.ts";
import { startLiar } from "./liar.ts";
import { createNode, type TestNode, withNodes } from "./swarm.ts";

export const reply: AskReply = {
  answer: "Use stash peek.",
  lessons: [
    {
      id: "bafyreigh2akiscaildcqabsyg3dfr6chu3fgpregiymsck7e7aqa4s52zy",
      title: "List a box",
      author: "12D3KooW",
      similarity: 0.75,
    },
  ],
  model: "scripted",
  ms: 12,
};

export type AnswerQuestion = Answering["answer"];

export function answeringWith(answer: AnswerQuestion, more: Partial<Answering> = {}): Answering {
  return { permission: () => "known", answer, probe: async () => undefined, ...more };
}

export async function asking(
  answering: AnswerQuestion | Answering | undefined,
  run: (here: TestNode, peer: string, there: TestNode) => Promise<void>,
  components: Partial<NetworkComponents> = {},
): Promise<void> {
  const given = typeof answering === "function" ? answeringWith(answering) : answering;
  const [here, there] = [createNode(), createNode({}, given === undefined ? {} : { answering: given, ...components })];
  await withNodes([here, there], async () => {
    const { peerId } = await here.network.join(await there.network.createInvite());
    await run(here, peerId, there);
  });
}

/** Ends with its signal. */
export const never: AnswerQuestion = (_question, { signal }) =>
  new Promise((_resolve, reject) => signal.addEventListener("abort", () => reject(new Error("stopped")), { once: true }));

/** A stream of the ask protocol from a peer that is no network of ours. */
export async function raw(victim: TestNode): Promise<{ frames: ReturnType<typeof lpStream>; stop: () => Promise<void> }> {
  const liar = await startLiar(victim, "test", () => ({ same: true, count: 0 }));
  const stream = await liar.dialProtocol(multiaddr(victim.network.addresses()[0]), "/grapevine/ask/1");
  return { frames: lpStream(stream), stop: async () => liar.stop() };
}
