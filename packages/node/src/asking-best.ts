/**
 * Which of several nodes is to answer a question: those that are worth a probe say how sure they are, and are asked in the order of that.
 *
 * A peer's figures are its own word, and weigh as much as this node trusts the peer: one that it has no reason to trust is not even shown the question. A
 * peer is asked only when it scores higher than this node itself, which answers where nobody does, and where all who do refuse.
 */
import { type AuthorId, GrapevineError } from "@grapevine/core";
import { type Network, networkErrors, type Sureness } from "@grapevine/network";
import { surenessOf } from "./answering.ts";
import type { AskingComponents, AskSomebody } from "./asking.ts";
import type { Answer, AskRequest, Choice } from "./control/agent-contract.ts";
import type { CallOptions } from "./operations.ts";

interface BestComponents extends Pick<AskingComponents, "self" | "recall" | "trustOf" | "nameOf" | "clock"> {
  readonly network: Pick<Network, "peers" | "probe">;
}

/** Probes cost each peer an embedding, and the question is shown to each: the most trusted ones are enough. */
const maxProbed = 16;

/** @throws what the agent and the network throw; of refusals only that of a peer which had begun to answer */
export async function askBest(
  { question, timeoutMs }: AskRequest,
  onText: (text: string) => void,
  { signal }: CallOptions,
  askSomebody: AskSomebody,
  components: BestComponents,
): Promise<Answer> {
  const { clock, self } = components;
  const giveUpAt = timeoutMs === undefined ? undefined : clock.now() + timeoutMs;
  const candidates = ranked(await considered(question, signal, components), self);
  const refusals = new Map<AuthorId, GrapevineError>();
  for (const { peerId } of candidates) {
    let begun = false;
    const receive = (text: string): void => {
      begun = true;
      onText(text);
    };
    try {
      const patienceMs = giveUpAt === undefined ? undefined : Math.max(1, giveUpAt - clock.now());
      const answer = await askSomebody(peerId, patienceMs, receive);
      return { ...answer, chosen: candidates.map((candidate) => choiceOf(candidate, answer.answeredBy.peerId, refusals)) };
    } catch (error) {
      // Half an answer of one and the whole of another's would read as one text.
      if (peerId === self || begun || !isRefusal(error)) throw error;
      refusals.set(peerId, error);
    }
  }
  throw new Error("this node is always among the candidates");
}

interface Candidate {
  readonly peerId: AuthorId;
  readonly name: string | undefined;
  readonly trust: number;
  readonly sureness: Sureness | undefined;
  /** Why nothing was heard. */
  readonly silence?: GrapevineError;
  readonly score: number;
}

async function considered(question: string, signal: AbortSignal | undefined, components: BestComponents): Promise<Candidate[]> {
  const { self, recall, network, trustOf, nameOf } = components;
  const trusted = network
    .peers()
    .map(({ peerId }) => ({ peerId, trust: trustOf(peerId) }))
    .filter(({ trust }) => trust > 0)
    .sort((a, b) => b.trust - a.trust || (a.peerId < b.peerId ? -1 : 1))
    .slice(0, maxProbed);
  const own = recall({ text: question, limit: 1 }).then(([best]) => candidate(self, 1, best && surenessOf(best)));
  const probed = trusted.map(async ({ peerId, trust }) => {
    const heard = await probe(peerId, question, signal, network);
    return heard instanceof GrapevineError
      ? { ...candidate(peerId, trust, undefined), silence: heard }
      : candidate(peerId, trust, heard);
  });
  return await Promise.all([own, ...probed]);

  function candidate(peerId: AuthorId, trust: number, sureness: Sureness | undefined): Candidate {
    return { peerId, name: nameOf(peerId), trust, sureness, score: scoreOf(trust, sureness) };
  }
}

async function probe(
  peer: AuthorId,
  question: string,
  signal: AbortSignal | undefined,
  network: BestComponents["network"],
): Promise<Sureness | undefined | GrapevineError> {
  try {
    return await network.probe(peer, question, { signal });
  } catch (error) {
    if (isRefusal(error)) return error;
    throw error;
  }
}

/** What it is about decides; what it has been worth counts up to double. */
function scoreOf(trust: number, sureness: Sureness | undefined): number {
  return sureness === undefined ? 0 : (trust * sureness.similarity * (1 + sureness.utility)) / 2;
}

/** Best first; this node before peers that are not better, and after it nobody is asked any more. */
function ranked(candidates: readonly Candidate[], self: AuthorId): Candidate[] {
  return [...candidates].sort((a, b) => b.score - a.score || Number(b.peerId === self) - Number(a.peerId === self));
}

/** Whatever one peer will not or cannot do, another may; only the user's own word ends it all. */
function isRefusal(error: unknown): error is GrapevineError {
  return (
    GrapevineError.is(error) &&
    error.code !== "ASK_CANCELLED" &&
    (error.code in networkErrors.specifications || error.code === "ANSWER_WITHHELD")
  );
}

function choiceOf(candidate: Candidate, answerer: AuthorId, refusals: ReadonlyMap<AuthorId, GrapevineError>): Choice {
  const { peerId, name, trust, sureness, score, silence } = candidate;
  const refusal = refusals.get(peerId) ?? silence;
  const figures =
    sureness === undefined
      ? "no lesson near the question"
      : `similarity ${sureness.similarity.toFixed(2)}, utility ${sureness.utility.toFixed(2)}, trust ${trust.toFixed(2)}`;
  const fate = peerId === answerer ? "answered" : "not asked";
  const reason = refusal === undefined ? `${fate}: ${figures}` : `${refusal.code}: ${refusal.message}`;
  return { peerId, ...(name === undefined ? {} : { name }), score: rounded(score), ...sureness, trust: rounded(trust), reason };
}

/** Three digits, as in every view. */
function rounded(value: number): number {
  return Math.round(value * 1_000) / 1_000;
}
