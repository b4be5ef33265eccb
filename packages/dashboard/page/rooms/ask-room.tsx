/** Ask: a question, the answer as it is written, the lessons that were in it, and how it went in one click. */
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { Empty } from "../parts/empty.tsx";
import { duration } from "../parts/moment.tsx";
import { Told } from "../parts/told.tsx";
import { UsedLessons } from "../parts/used-lessons.tsx";
import { ask, type Exchange, exchanges, giveFeedback, stopAsking } from "../state/asking.ts";
import { calledPeer, peers, status } from "../state/node.ts";
import { addressOf } from "../state/route.ts";

export function AskRoom(): JSX.Element {
  const end = useRef<HTMLDivElement>(null);
  const count = exchanges.value.length;
  useEffect(() => {
    if (count > 0) end.current?.scrollIntoView({ block: "end" });
  }, [count]);
  return (
    <div class="ask">
      <h1 class="unseen">Ask</h1>
      <div class="exchanges">
        {count === 0 && (
          <Empty title="What would you like to know?">
            <p>
              {modelName()} answers, with the lessons that are near your question. Say afterwards how it went: that is what the
              swarm learns from.
            </p>
          </Empty>
        )}
        {exchanges.value.map((exchange) => (
          <ExchangePart key={exchange.key} exchange={exchange} />
        ))}
        <div ref={end} />
      </div>
      <QuestionForm />
    </div>
  );
}

function modelName(): string {
  const model = status.value?.model;
  return model === undefined ? "This node" : `${status.value?.name ?? "This node"} (${model})`;
}

function QuestionForm(): JSX.Element {
  const text = useRef<HTMLTextAreaElement>(null);
  const target = useRef<HTMLSelectElement>(null);
  const lessons = useRef<HTMLInputElement>(null);
  const isBusy = exchanges.value.some(({ state }) => state === "answering");
  const connected = (peers.value ?? []).filter(({ connected: isConnected, standing }) => isConnected && standing !== "blocked");
  const submit = (event: Event): void => {
    event.preventDefault();
    const question = text.current?.value.trim() ?? "";
    if (question === "" || isBusy) return;
    ask({ question, to: target.current?.value ?? "", lessons: lessons.current?.checked ?? true });
    if (text.current !== null) text.current.value = "";
  };
  const submitByKey = (event: KeyboardEvent): void => {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) submit(event);
  };
  return (
    <form class="question" onSubmit={submit}>
      <label class="unseen" for="question">
        Your question
      </label>
      <textarea
        id="question"
        ref={text}
        rows={3}
        placeholder="Ask anything. Enter sends, Shift and Enter begins a line."
        onKeyDown={submitByKey}
      />
      <div class="question-foot">
        <label>
          <span class="quiet">Who answers</span>
          <select ref={target}>
            <option value="">{status.value?.name ?? "this node"}</option>
            <option value="best">whoever is surest</option>
            {connected.map(({ peerId }) => (
              <option key={peerId} value={peerId}>
                {calledPeer(peerId)}
              </option>
            ))}
          </select>
        </label>
        <label class="tick">
          <input type="checkbox" ref={lessons} defaultChecked /> <span>with lessons</span>
        </label>
        {isBusy ? (
          <button type="button" class="button" onClick={stopAsking}>
            Stop
          </button>
        ) : (
          <button type="submit" class="button primary">
            Ask
          </button>
        )}
      </div>
    </form>
  );
}

function ExchangePart({ exchange }: { exchange: Exchange }): JSX.Element {
  const { question, text, state, answer, problem } = exchange;
  return (
    <article class="exchange">
      <h2 class="asked">
        <Told text={question} />
      </h2>
      <div class={`answer answer-${state}`} aria-live="polite" aria-busy={state === "answering"}>
        <Told text={answer?.answer ?? text} />
        {state === "answering" && <span class="caret" role="img" aria-label="still writing" />}
      </div>
      {problem !== undefined && (
        <p class="problem" role="alert">
          <Told text={problem} />
        </p>
      )}
      {answer !== undefined && <AnswerFoot exchange={exchange} />}
    </article>
  );
}

function AnswerFoot({ exchange }: { exchange: Exchange }): JSX.Element {
  const { answer, verdict } = exchange;
  if (answer === undefined) return <footer />;
  const { answeredBy, lessons, reused, model, ms, experienceId, chosen } = answer;
  return (
    <footer class="answer-foot">
      <p class="quiet">
        <Told text={calledPeer(answeredBy.peerId)} /> answered with <Told text={model} /> in {duration(ms)}
        {reused && ", by giving a verified answer again"}. <a href={addressOf("experiences", experienceId)}>See the experience</a>
      </p>
      {chosen !== undefined && chosen.length > 1 && (
        <details>
          <summary>Who was considered</summary>
          <ul class="chosen">
            {chosen.map((choice) => (
              <li key={choice.peerId}>
                <Told text={choice.name ?? calledPeer(choice.peerId)} />: <Told text={choice.reason} />
              </li>
            ))}
          </ul>
        </details>
      )}
      <UsedLessons lessons={lessons} />
      <fieldset class="feedback">
        <legend>Did it work?</legend>
        {verdictWords.map(([each, word]) => (
          <button
            key={each}
            type="button"
            class={`button verdict-${each}`}
            aria-pressed={verdict === each}
            onClick={() => giveFeedback(exchange, each)}
          >
            {word}
          </button>
        ))}
        {verdict !== undefined && <span class="quiet thanks">Noted. It counts for the lessons that were used.</span>}
      </fieldset>
    </footer>
  );
}

const verdictWords = [
  ["worked", "Worked"],
  ["changed", "With changes"],
  ["failed", "Did not work"],
] as const;
