/** Everything about one lesson: what it says, why it is in its state, on what evidence, where it comes from, and what may be done with it. */
import type { LessonDetails } from "@grapevine/node";
import type { ComponentChildren, JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { get, wordsOf } from "../connection/request.ts";
import { lessonChanges } from "../state/lessons.ts";
import { calledPeer } from "../state/node.ts";
import { addressOf } from "../state/route.ts";
import { LessonActions } from "./lesson-actions.tsx";
import { LessonExperiences } from "./lesson-experiences.tsx";
import { Meter } from "./meter.tsx";
import { Moment } from "./moment.tsx";
import { StateWord } from "./state-word.tsx";
import { Told } from "./told.tsx";

export function LessonDetail({ id }: { id: string }): JSX.Element {
  const [lesson, setLesson] = useState<LessonDetails>();
  const [problem, setProblem] = useState<string>();
  const changes = lessonChanges.value.get(id) ?? 0;
  const read = async (): Promise<void> => {
    try {
      setLesson(await get<LessonDetails>(`/api/lessons/${encodeURIComponent(id)}`));
      setProblem(undefined);
    } catch (error) {
      setProblem(wordsOf(error));
    }
  };
  useEffect(() => void read(), [id, changes]);
  if (problem !== undefined) {
    return (
      <div class="lesson">
        <BackToList />
        <p class="problem" role="alert">
          <Told text={problem} />
        </p>
      </div>
    );
  }
  return lesson === undefined ? <p class="quiet choose">Reading…</p> : <Lesson lesson={lesson} onChange={read} />;
}

function Lesson({ lesson, onChange }: { lesson: LessonDetails; onChange: () => Promise<void> }): JSX.Element {
  const { state, kind, title, situation, guidance, example, author, authorName, createdAt, explanation, trust, utility, pinned } =
    lesson;
  return (
    <article class="lesson">
      <BackToList />
      <header>
        <p class="quiet">
          <StateWord state={state} /> {kind}
          {pinned && ", pinned"}
        </p>
        <h2>
          <Told text={title} />
        </h2>
        <p class="quiet">
          {state === "own" ? (
            "made by you"
          ) : (
            <>
              by <Told text={authorName ?? calledPeer(author)} />
            </>
          )}
          , <Moment at={createdAt} />
        </p>
      </header>
      <div class="lesson-words">
        <Part title="When">
          <Told text={situation} />
        </Part>
        <Part title="Do">
          <Told text={guidance} />
        </Part>
        {example !== undefined && (
          <Part title="As seen">
            <Told text={example.task} />
            <ol class="steps">
              {example.steps.map((step, index) => (
                <li key={index}>
                  <code>
                    <Told text={step} />
                  </code>
                </li>
              ))}
            </ol>
          </Part>
        )}
      </div>
      <LessonActions lesson={lesson} onChange={onChange} />
      <h3>Why it is {state}</h3>
      <ul class="sentences">
        {explanation.map((sentence) => (
          <li key={sentence}>
            <Told text={sentence} />
          </li>
        ))}
      </ul>
      <div class="meters">
        <Meter label="utility" value={utility} />
        <Meter label="trust" value={trust} />
      </div>
      <Evidence lesson={lesson} />
      <Disagreements lesson={lesson} />
      <Provenance lesson={lesson} />
      <LessonExperiences id={lesson.id} />
      <History lesson={lesson} />
    </article>
  );
}

function BackToList(): JSX.Element {
  return (
    <a class="back" href={addressOf("lessons")}>
      ← all lessons
    </a>
  );
}

function Part({ title, children }: { title: string; children: ComponentChildren }): JSX.Element {
  return (
    <div class="part">
      <h3>{title}</h3>
      <div>{children}</div>
    </div>
  );
}

function Evidence({ lesson }: { lesson: LessonDetails }): JSX.Element {
  const { evidence, outcomes, attestations, trial } = lesson;
  return (
    <>
      <h3>Evidence</h3>
      <table class="counts">
        <thead>
          <tr>
            <th scope="col">Whose</th>
            <th scope="col">worked</th>
            <th scope="col">changed</th>
            <th scope="col">failed</th>
          </tr>
        </thead>
        <tbody>
          <CountRow whose={`its author's, seen by ${evidence.verifiedBy}`} counts={evidence} />
          <CountRow whose="yours" counts={outcomes} />
          {attestations.map((attestation) => (
            <CountRow key={attestation.author} whose={calledPeer(attestation.author)} counts={attestation} />
          ))}
        </tbody>
      </table>
      {trial !== undefined && (
        <p>
          Tried here on stored tasks <Moment at={trial.at} />: {trial.wins} done only with it, {trial.losses} only without it,{" "}
          {trial.bothRight} either way. It was {trial.verdict}.
        </p>
      )}
    </>
  );
}

interface Counts {
  readonly worked: number;
  readonly changed: number;
  readonly failed: number;
}

function CountRow({ whose, counts }: { whose: string; counts: Counts }): JSX.Element {
  return (
    <tr>
      <th scope="row">
        <Told text={whose} />
      </th>
      <td>{counts.worked}</td>
      <td>{counts.changed}</td>
      <td>{counts.failed}</td>
    </tr>
  );
}

function Disagreements({ lesson: { conflicts } }: { lesson: LessonDetails }): JSX.Element | null {
  if (conflicts.length === 0) return null;
  return (
    <>
      <h3>Says the opposite</h3>
      <ul class="references">
        {conflicts.map(({ id, title, author, authorName }) => (
          <li key={id}>
            <a href={addressOf("lessons", id)}>
              <Told text={title} />
            </a>{" "}
            <span class="quiet">
              by <Told text={authorName ?? calledPeer(author)} />
            </span>
          </li>
        ))}
      </ul>
    </>
  );
}

function Provenance({ lesson }: { lesson: LessonDetails }): JSX.Element {
  const { id, author, model, derivedFrom, supersedes, environment, tags, cluster, receivedAt } = lesson;
  const facts = Object.entries(environment);
  return (
    <>
      <h3>Where it comes from</h3>
      <dl class="facts">
        <dt>Author</dt>
        <dd>
          <Told text={calledPeer(author)} /> <span class="id">{author}</span>
        </dd>
        <dt>Received</dt>
        <dd>
          <Moment at={receivedAt} />
        </dd>
        {model !== undefined && (
          <>
            <dt>Model</dt>
            <dd>
              <Told text={model} />
            </dd>
          </>
        )}
        {derivedFrom.length > 0 && (
          <>
            <dt>Drawn from</dt>
            <dd>
              <LessonLinks ids={derivedFrom} />
            </dd>
          </>
        )}
        {supersedes !== undefined && (
          <>
            <dt>In place of</dt>
            <dd>
              <LessonLinks ids={[supersedes]} />
            </dd>
          </>
        )}
        {cluster !== id && (
          <>
            <dt>Says the same as</dt>
            <dd>
              <LessonLinks ids={[cluster]} />
            </dd>
          </>
        )}
        {facts.map(([name, value]) => (
          <FactLine key={name} name={name} value={value} />
        ))}
        {tags.length > 0 && (
          <>
            <dt>Tags</dt>
            <dd>
              <Told text={tags.join(", ")} />
            </dd>
          </>
        )}
        <dt>Id</dt>
        <dd class="id">{id}</dd>
      </dl>
    </>
  );
}

function FactLine({ name, value }: { name: string; value: string }): JSX.Element {
  return (
    <>
      <dt>
        <Told text={name} />
      </dt>
      <dd>
        <Told text={value} />
      </dd>
    </>
  );
}

function LessonLinks({ ids }: { ids: readonly string[] }): JSX.Element {
  return (
    <ul class="plain-list">
      {ids.map((id) => (
        <li key={id}>
          <a class="id" href={addressOf("lessons", id)}>
            …{id.slice(-8)}
          </a>
        </li>
      ))}
    </ul>
  );
}

function History({ lesson: { history } }: { lesson: LessonDetails }): JSX.Element {
  return (
    <>
      <h3>History</h3>
      <ol class="history">
        {[...history].reverse().map(({ state, reason, since }) => (
          <li key={`${since} ${state} ${reason}`}>
            <span class={`history-state state-${state}`}>{state}</span> <Moment at={since} />
            <p class="quiet">
              <Told text={reason} />
            </p>
          </li>
        ))}
      </ol>
    </>
  );
}
