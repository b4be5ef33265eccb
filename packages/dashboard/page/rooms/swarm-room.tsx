/** Swarm: who is there, who learned from whom, and lessons on their way. */
import type { LessonSummary } from "@grapevine/node";
import type { JSX } from "preact";
import { Empty } from "../parts/empty.tsx";
import { Moment } from "../parts/moment.tsx";
import { PeerCard } from "../parts/peer-card.tsx";
import { SwarmGraph } from "../parts/swarm-graph.tsx";
import { Told } from "../parts/told.tsx";
import { lessonList } from "../state/lessons.ts";
import { calledPeer, swarmMap } from "../state/node.ts";
import { addressOf, route } from "../state/route.ts";
import { travels } from "../state/travels.ts";

export function SwarmRoom(): JSX.Element {
  const map = swarmMap.value;
  const { item } = route.value;
  const chosen = map?.peers.find(({ peerId }) => peerId === item);
  return (
    <div class="swarm">
      <h1 class="unseen">Swarm</h1>
      <section class="swarm-picture" aria-label="The swarm as a graph">
        {map !== undefined && <SwarmGraph map={map} chosen={chosen?.peerId} />}
        {map !== undefined && map.peers.length === 1 && (
          <Empty title="Nobody else is here yet">
            <p>
              Let somebody in: <code>grapevine invite</code> prints a line, and whoever gives it to <code>grapevine join</code>{" "}
              hangs on the same vine.
            </p>
          </Empty>
        )}
        <Legend />
      </section>
      <aside class="swarm-side">
        {chosen === undefined ? <Lately /> : <PeerCard peer={chosen} />}
        <PeerList />
      </aside>
    </div>
  );
}

function Legend(): JSX.Element {
  return (
    <ul class="legend" aria-label="What the graph shows">
      <li>
        <svg class="legend-sample" viewBox="0 0 28 10" aria-hidden="true">
          <path class="link" d="M2 7q12-6 24 0" />
        </svg>
        connected
      </li>
      <li>
        <svg class="legend-sample" viewBox="0 0 28 10" aria-hidden="true">
          <path class="learned" d="M2 7q10-6 18-2" />
          <path class="leaf-head" d="M18 5c3-4 6-4 9-2-2 4-5 5-9 2z" />
        </svg>
        learned from, towards the learner
      </li>
      <li>
        <svg class="legend-sample" viewBox="0 0 10 10" aria-hidden="true">
          <circle class="grape" cx="5" cy="5" r="3" />
        </svg>
        a lesson in use
      </li>
    </ul>
  );
}

/** What came last, newest first; of what came while the page was open it is known who brought it. */
function Lately(): JSX.Element {
  const bringers = new Map(travels.value.map(({ lesson, at }) => [lesson.id, { from: lesson.from, at }]));
  const lately = (lessonList.value?.lessons ?? []).slice(0, 7);
  return (
    <section class="lately" aria-labelledby="lately">
      <h2 id="lately">On the vine</h2>
      {lately.length === 0 ? (
        <p class="quiet">Lessons appear here as they are made and as they arrive.</p>
      ) : (
        <ol>
          {lately.map((lesson) => (
            <TravelLine key={lesson.id} lesson={lesson} travelled={bringers.get(lesson.id)} />
          ))}
        </ol>
      )}
    </section>
  );
}

interface TravelLineProps {
  readonly lesson: LessonSummary;
  readonly travelled: { readonly from: string | undefined; readonly at: number } | undefined;
}

function TravelLine({ lesson, travelled }: TravelLineProps): JSX.Element {
  const { id, state, title, author, authorName, createdAt } = lesson;
  const bringer = travelled?.from === author ? undefined : travelled?.from;
  return (
    <li class={`travel ${travelled === undefined ? "" : "is-fresh"}`}>
      <a href={addressOf("lessons", id)}>
        <Told text={title} />
      </a>
      <span class="quiet">
        {state === "own" ? (
          "made here"
        ) : (
          <>
            by <Told text={authorName ?? calledPeer(author)} />
          </>
        )}
        {bringer !== undefined && (
          <>
            , brought by <Told text={calledPeer(bringer)} />
          </>
        )}
        , <Moment at={travelled?.at ?? createdAt} />
      </span>
    </li>
  );
}

function PeerList(): JSX.Element {
  const map = swarmMap.value;
  if (map === undefined) return <section class="peer-list" />;
  return (
    <section class="peer-list" aria-labelledby="peer-list">
      <h2 id="peer-list">Peers</h2>
      <ul>
        {map.peers.map(({ peerId, standing, connected, lessons }) => (
          <li key={peerId}>
            <a href={addressOf("swarm", peerId)} aria-current={route.value.item === peerId ? "true" : undefined}>
              <span class={`peer-dot peer-${standing} ${connected ? "is-connected" : "is-away"}`} aria-hidden="true" />
              <span class="peer-name">
                <Told text={calledPeer(peerId)} />
              </span>
              <span class="quiet">{describe(standing, connected, lessons)}</span>
            </a>
          </li>
        ))}
      </ul>
    </section>
  );
}

function describe(standing: string, connected: boolean, lessons: number): string {
  const count = lessons === 1 ? "1 lesson" : `${lessons} lessons`;
  if (standing === "self") return `this node, ${count}`;
  return `${standing === "stranger" ? "" : `${standing}, `}${connected ? "connected" : "away"}, ${count}`;
}
