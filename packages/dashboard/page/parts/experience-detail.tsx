/** One experience, step by step, with what was used, how it ended, and what became of it. */
import type { ExperienceDetails } from "@grapevine/node";
import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { get, post, wordsOf } from "../connection/request.ts";
import { calledPeer, experiencesRevision } from "../state/node.ts";
import { perform } from "../state/notices.ts";
import { addressOf } from "../state/route.ts";
import { Confirm } from "./confirm.tsx";
import { duration, Moment } from "./moment.tsx";
import { Told } from "./told.tsx";
import { UsedLessons } from "./used-lessons.tsx";
import { VerdictWord } from "./verdict-word.tsx";

export function ExperienceDetail({ id }: { id: string }): JSX.Element {
  const [experience, setExperience] = useState<ExperienceDetails>();
  const [problem, setProblem] = useState<string>();
  const revision = experiencesRevision.value;
  useEffect(() => {
    get<ExperienceDetails>(`/api/experiences/${encodeURIComponent(id)}`)
      .then(setExperience)
      .catch((error: unknown) => setProblem(wordsOf(error)));
  }, [id, revision]);
  if (problem !== undefined) {
    return (
      <p class="problem" role="alert">
        <Told text={problem} />
      </p>
    );
  }
  return experience === undefined ? <p class="quiet choose">Reading…</p> : <Lived experience={experience} />;
}

function Lived({ experience }: { experience: ExperienceDetails }): JSX.Element {
  const { prompt, answer, verdict, createdAt, model, ms, task, askedBy, answeredBy, usedLessons, comment } = experience;
  return (
    <article class="lesson">
      <a class="back" href={addressOf("experiences")}>
        ← all experiences
      </a>
      <header>
        <p class="quiet">
          <VerdictWord verdict={verdict} /> <Moment at={createdAt} />
        </p>
        <h2 class="asked">
          <Told text={prompt} />
        </h2>
        <p class="quiet">
          <Told text={model} /> in {duration(ms)}
          {task !== undefined && (
            <>
              , in the environment <Told text={task.environment} />
            </>
          )}
          {askedBy !== undefined && (
            <>
              , asked by <Told text={calledPeer(askedBy)} />
            </>
          )}
          {answeredBy !== undefined && (
            <>
              , answered by <Told text={calledPeer(answeredBy)} />
            </>
          )}
        </p>
      </header>
      {answer !== "" && (
        <div class="lesson-words">
          <Told text={answer} />
        </div>
      )}
      <Steps steps={experience.steps} />
      <h3>Lessons in the prompt</h3>
      <UsedLessons lessons={usedLessons} />
      <h3>What became of it</h3>
      <p>{distillationWords[experience.distillation] ?? experience.distillation}</p>
      {comment !== undefined && (
        <p class="quiet">
          You said: <Told text={comment} />
        </p>
      )}
      <Actions experience={experience} />
    </article>
  );
}

const distillationWords: Readonly<Record<string, string>> = {
  waiting: "It waits for somebody to say how it ended.",
  queued: "It waits to be distilled, as soon as the node is idle.",
  distilled: "A lesson was drawn from it.",
  "nothing-new": "It held nothing that was not known.",
  failed: "No lesson could be drawn from it.",
};

function Steps({ steps }: { steps: ExperienceDetails["steps"] }): JSX.Element | null {
  if (steps.length === 0) return null;
  return (
    <>
      <h3>Step by step</h3>
      <ol class="trajectory">
        {steps.map(({ action, observation, accepted }, index) => (
          <li key={`${index} ${action}`} class={accepted ? "is-accepted" : "is-refused"}>
            <code>
              <Told text={action} />
            </code>
            <p class="quiet">
              {!accepted && "refused: "}
              <Told text={observation} />
            </p>
          </li>
        ))}
      </ol>
    </>
  );
}

const verdicts = [
  ["worked", "Worked"],
  ["changed", "With changes"],
  ["failed", "Did not work"],
] as const;

function Actions({ experience: { id, verdict } }: { experience: ExperienceDetails }): JSX.Element {
  const [asks, setAsks] = useState(false);
  const forget = async (confirmed: boolean): Promise<void> => {
    setAsks(false);
    if (!confirmed) return;
    const isDone = await perform(
      () => post(`/api/experiences/${encodeURIComponent(id)}/forget`),
      "Forgotten: it is gone from this node.",
    );
    if (isDone) location.hash = addressOf("experiences");
  };
  const judge = (chosen: string) => (): void => {
    void perform(
      () => post("/api/feedback", { experience: id, verdict: chosen }),
      "Noted. It counts for the lessons that were used.",
    );
  };
  return (
    <>
      <fieldset class="feedback">
        <legend>How did it end?</legend>
        {verdicts.map(([each, word]) => (
          <button key={each} type="button" class={`button verdict-${each}`} aria-pressed={verdict === each} onClick={judge(each)}>
            {word}
          </button>
        ))}
      </fieldset>
      <div class="actions">
        <button type="button" class="button danger" onClick={() => setAsks(true)}>
          Forget
        </button>
      </div>
      {asks && (
        <Confirm
          title="Delete the experience?"
          text="It is deleted on this node for good, and every trace of it. Lessons that were drawn from it stay."
          action="Forget it"
          onDone={(confirmed) => void forget(confirmed)}
        />
      )}
    </>
  );
}
