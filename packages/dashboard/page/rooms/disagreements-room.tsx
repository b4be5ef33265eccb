/** Disagreements: lessons that say opposite things for one situation, side by side, and what outcomes say of them. */
import type { Conflict, ConflictSide } from "@grapevine/node";
import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { get } from "../connection/request.ts";
import { Empty } from "../parts/empty.tsx";
import { Meter } from "../parts/meter.tsx";
import { Reading } from "../parts/reading.tsx";
import { StateWord } from "../parts/state-word.tsx";
import { Told } from "../parts/told.tsx";
import { lessonChanges } from "../state/lessons.ts";
import { calledPeer } from "../state/node.ts";
import { failed } from "../state/notices.ts";
import { addressOf } from "../state/route.ts";

const pageLength = 50;

export function DisagreementsRoom(): JSX.Element {
  const [conflicts, setConflicts] = useState<readonly Conflict[]>();
  const [limit, setLimit] = useState(pageLength);
  const changes = lessonChanges.value;
  useEffect(() => {
    get<Conflict[]>(`/api/lessons/conflicts?limit=${limit + 1}`)
      .then(setConflicts)
      .catch(failed);
  }, [limit, changes]);
  if (conflicts === undefined) return <Reading room="Disagreements" />;
  if (conflicts.length === 0) {
    return (
      <>
        <h1 class="unseen">Disagreements</h1>
        <Empty title="Nobody contradicts anybody">
          <p>
            Where two lessons say opposite things for one situation, both are kept and stand here side by side. Outcomes decide
            between them.
          </p>
        </Empty>
      </>
    );
  }
  return (
    <div class="page">
      <h1>Disagreements</h1>
      <p class="quiet">Of two lessons that contradict each other only one enters a prompt. Outcomes decide which.</p>
      <ol class="conflicts">
        {conflicts.slice(0, limit).map((conflict) => (
          <ConflictPart key={conflict.sides.map(({ id }) => id).join()} conflict={conflict} />
        ))}
      </ol>
      {conflicts.length > limit && (
        <button type="button" class="button" onClick={() => setLimit(limit + pageLength)}>
          Show more
        </button>
      )}
    </div>
  );
}

function ConflictPart({ conflict: { state, winner, sides } }: { conflict: Conflict }): JSX.Element {
  return (
    <li class="conflict">
      <p class="conflict-state quiet">{state === "open" ? "Open: outcomes do not say yet" : "Decided by outcomes"}</p>
      {sides.map((side) => (
        <Side key={side.id} side={side} standing={winner === undefined ? "open" : winner === side.id ? "ahead" : "behind"} />
      ))}
    </li>
  );
}

function Side({ side, standing }: { side: ConflictSide; standing: "open" | "ahead" | "behind" }): JSX.Element {
  const { id, state, title, situation, guidance, author, authorName, utility, outcomes } = side;
  return (
    <article class={`side side-${standing}`}>
      <p class="quiet">
        <StateWord state={state} /> {state === "own" ? "yours" : <Told text={authorName ?? calledPeer(author)} />}
        {standing === "ahead" && ", ahead"}
      </p>
      <h2>
        <a href={addressOf("lessons", id)}>
          <Told text={title} />
        </a>
      </h2>
      <p class="quiet">
        <Told text={situation} />
      </p>
      <p class="side-guidance">
        <Told text={guidance} />
      </p>
      <Meter label="utility" value={utility} />
      <p class="quiet">
        Here: {outcomes.worked} worked, {outcomes.changed} with changes, {outcomes.failed} failed
      </p>
    </article>
  );
}
