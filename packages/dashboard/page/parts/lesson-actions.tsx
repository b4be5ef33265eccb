/** What the user may do with a lesson: keep it from being pruned, take it back, or delete it. */
import type { LessonDetails } from "@grapevine/node";
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { post } from "../connection/request.ts";
import { perform } from "../state/notices.ts";
import { addressOf } from "../state/route.ts";
import { Confirm } from "./confirm.tsx";

interface Question {
  readonly title: string;
  readonly text: string;
  readonly action: string;
  readonly act: () => Promise<unknown>;
  readonly done: string;
}

export function LessonActions({ lesson, onChange }: { lesson: LessonDetails; onChange: () => Promise<void> }): JSX.Element {
  const [question, setQuestion] = useState<Question>();
  const { id, state, pinned } = lesson;
  const send = (verb: string): Promise<unknown> => post(`/api/lessons/${encodeURIComponent(id)}/${verb}`);
  const pin = async (): Promise<void> => {
    const done = pinned ? "It may be pruned again." : "Pinned: it is never pruned.";
    if (await perform(() => send(pinned ? "unpin" : "pin"), done)) await onChange();
  };
  const answer = async (confirmed: boolean): Promise<void> => {
    setQuestion(undefined);
    if (confirmed && question !== undefined && (await perform(question.act, question.done))) await onChange();
  };
  return (
    <div class="actions">
      <button type="button" class="button" aria-pressed={pinned} onClick={() => void pin()}>
        {pinned ? "Unpin" : "Pin"}
      </button>
      {state === "own" && (
        <button type="button" class="button danger" onClick={() => setQuestion(retraction(() => send("retract")))}>
          Retract
        </button>
      )}
      <button type="button" class="button danger" onClick={() => setQuestion(forgetting(state, () => send("forget")))}>
        Forget
      </button>
      {question !== undefined && <Confirm {...question} onDone={(confirmed) => void answer(confirmed)} />}
    </div>
  );
}

function retraction(act: () => Promise<unknown>): Question {
  return {
    title: "Take the lesson back?",
    text: "It is withdrawn everywhere, also at peers who have it already, and for good. The node keeps it as retracted.",
    action: "Retract it",
    act,
    done: "Taken back. Peers withdraw it as the word reaches them.",
  };
}

function forgetting(state: string, act: () => Promise<unknown>): Question {
  return {
    title: "Delete the lesson here?",
    text:
      state === "own"
        ? "It is deleted on this node for good, and every trace of it. Peers who have it keep their copies: retract it first if they are to drop it."
        : "It is deleted on this node for good, and no peer's copy of it is taken again.",
    action: "Forget it",
    act: async () => {
      await act();
      location.hash = addressOf("lessons");
    },
    done: "Forgotten: it is gone from this node.",
  };
}
