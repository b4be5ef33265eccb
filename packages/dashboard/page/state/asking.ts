/** Questions of this visit, and what became of them. What was asked before is in the experiences. */
import type { Answer, ErrorReply, FeedbackRequest } from "@grapevine/node";
import { type Signal, signal } from "@preact/signals";
import { post, postForLines, Refusal, wordsOf } from "../connection/request.ts";
import { failed } from "./notices.ts";

export type Verdict = FeedbackRequest["verdict"];

export interface Exchange {
  readonly key: number;
  readonly question: string;
  /** What has come of the answer so far. */
  readonly text: string;
  readonly state: "answering" | "answered" | "failed";
  readonly answer?: Answer;
  readonly problem?: string;
  readonly verdict?: Verdict;
}

type AskLine = { type: "text"; text: string } | ({ type: "answer" } & Answer) | ({ type: "error" } & ErrorReply);

/** Oldest first. */
export const exchanges: Signal<readonly Exchange[]> = signal([]);

let nextKey = 1;
let asking: AbortController | undefined;

/** `to`: empty for this node, `best`, or a peer id. */
export function ask({ question, to, lessons }: { question: string; to: string; lessons: boolean }): void {
  const key = nextKey++;
  exchanges.value = [...exchanges.value, { key, question, text: "", state: "answering" }];
  asking = new AbortController();
  const request = { question, lessons, ...(to === "best" ? { best: true } : to === "" ? {} : { peer: to }) };
  void answer(key, request, asking.signal);
}

export function stopAsking(): void {
  asking?.abort();
}

export function giveFeedback({ key, answer: given }: Exchange, verdict: Verdict): void {
  if (given === undefined) return;
  post("/api/feedback", { experience: given.experienceId, verdict })
    .then(() => change(key, (exchange) => ({ ...exchange, verdict })))
    .catch(failed);
}

async function answer(key: number, request: unknown, signal: AbortSignal): Promise<void> {
  try {
    await postForLines<AskLine>(
      "/api/ask",
      request,
      (line) => {
        if (line.type === "error") throw new Refusal(line);
        if (line.type === "text") change(key, (exchange) => ({ ...exchange, text: exchange.text + line.text }));
        else change(key, (exchange) => ({ ...exchange, state: "answered", answer: line }));
      },
      signal,
    );
    change(key, (exchange) =>
      exchange.state === "answering"
        ? { ...exchange, state: "failed", problem: "The node stopped before it had answered." }
        : exchange,
    );
  } catch (error) {
    const problem = signal.aborted ? "Stopped." : wordsOf(error);
    change(key, (exchange) => ({ ...exchange, state: "failed", problem }));
  }
}

function change(key: number, make: (exchange: Exchange) => Exchange): void {
  exchanges.value = exchanges.value.map((exchange) => (exchange.key === key ? make(exchange) : exchange));
}
