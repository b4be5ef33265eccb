/** Lessons: all that are here, by state and words or by meaning, and everything about the one that is chosen. */
import type { LessonHit, LessonSummary } from "@grapevine/node";
import { computed, signal } from "@preact/signals";
import type { JSX } from "preact";
import { get } from "../connection/request.ts";
import { Empty } from "../parts/empty.tsx";
import { LessonDetail } from "../parts/lesson-detail.tsx";
import { Moment } from "../parts/moment.tsx";
import { StateWord, stateMeanings } from "../parts/state-word.tsx";
import { Told } from "../parts/told.tsx";
import { VirtualList } from "../parts/virtual-list.tsx";
import { lessonList } from "../state/lessons.ts";
import { calledPeer } from "../state/node.ts";
import { failed } from "../state/notices.ts";
import { addressOf, replaceRoute, route } from "../state/route.ts";
import { type ShownState, shownStates, wordsMatch } from "../state/sifting.ts";

const words = signal("");
const shown = signal<ShownState>("all");
/** Found by meaning for these words; nearest first. */
const near = signal<{ readonly query: string; readonly hits: readonly LessonHit[] } | undefined>(undefined);

const matching = computed<readonly LessonSummary[]>(() => {
  const state = shown.value;
  const inState = (lesson: LessonSummary): boolean => state === "all" || lesson.state === state;
  if (near.value !== undefined) return near.value.hits.filter(inState);
  const all = lessonList.value?.lessons ?? [];
  const matches = wordsMatch(words.value);
  return all.filter((lesson) => inState(lesson) && matches(lesson));
});

const rowHeight = 84;
const nearLimit = 50;

export function LessonsRoom(): JSX.Element {
  const { item } = route.value;
  return (
    <div class={`lessons ${item === undefined ? "" : "has-item"}`}>
      <h1 class="unseen">Lessons</h1>
      <section class="lessons-list" aria-label="Lessons">
        <Sieve />
        <Found />
      </section>
      <section class="lessons-detail" aria-label="The chosen lesson">
        {item === undefined ? (
          <p class="quiet choose">Choose a lesson to see where it comes from and what came of it.</p>
        ) : (
          <LessonDetail key={item} id={item} />
        )}
      </section>
    </div>
  );
}

function Sieve(): JSX.Element {
  const counts = computed(() => countByState(lessonList.value?.lessons ?? []));
  const change = (event: Event): void => {
    words.value = (event.currentTarget as HTMLInputElement).value;
    near.value = undefined;
  };
  const submit = (event: Event): void => {
    event.preventDefault();
    void findNear(words.value.trim());
  };
  return (
    <search>
      <form class="sieve" onSubmit={submit}>
        <div class="sieve-words">
          <label class="unseen" for="sieve">
            Words in a lesson
          </label>
          <input
            id="sieve"
            type="search"
            autocomplete="off"
            spellcheck={false}
            placeholder="Words, or a situation"
            value={words.value}
            onInput={change}
          />
          <button type="submit" class="button" disabled={words.value.trim() === ""}>
            By meaning
          </button>
        </div>
        <fieldset class="chips">
          <legend class="unseen">State</legend>
          {shownStates.map((state) => (
            <label key={state} class="chip" title={state === "all" ? "whatever its state" : stateMeanings[state]}>
              <input
                type="radio"
                name="state"
                value={state}
                checked={shown.value === state}
                onChange={() => (shown.value = state)}
              />
              <span>
                {state} <span class="count">{counts.value.get(state) ?? 0}</span>
              </span>
            </label>
          ))}
        </fieldset>
      </form>
    </search>
  );
}

async function findNear(query: string): Promise<void> {
  if (query === "") return;
  try {
    const hits = await get<LessonHit[]>(`/api/lessons/search?limit=${nearLimit}&q=${encodeURIComponent(query)}`);
    near.value = { query, hits };
  } catch (error) {
    failed(error);
  }
}

function Found(): JSX.Element {
  const list = lessonList.value;
  const lessons = matching.value;
  const { item } = route.value;
  if (list === undefined) return <p class="quiet">Reading…</p>;
  if (list.lessons.length === 0) {
    return (
      <Empty title="No lessons yet">
        <p>
          They grow out of what works. <a href={addressOf("ask")}>Ask something</a> and say how it went, teach one with{" "}
          <code>grapevine teach</code>, or let the node practise with <code>grapevine practise tools</code>.
        </p>
      </Empty>
    );
  }
  const current = item === undefined ? -1 : lessons.findIndex(({ id }) => id === item);
  const go = (index: number): void => {
    const lesson = lessons[index];
    if (lesson !== undefined) replaceRoute("lessons", lesson.id);
  };
  return (
    <>
      <p class="quiet found" role="status">
        {foundWords(lessons.length, list.lessons.length)}
      </p>
      <VirtualList
        label="Lessons"
        count={lessons.length}
        rowHeight={rowHeight}
        keyOf={(index) => lessons[index]?.id ?? String(index)}
        current={current === -1 ? undefined : current}
        onMove={go}
        row={(index) => {
          const lesson = lessons[index];
          return lesson === undefined ? null : <LessonRow lesson={lesson} isChosen={index === current} />;
        }}
      />
    </>
  );
}

function foundWords(found: number, all: number): string {
  if (near.value !== undefined) return `${found} nearest in meaning`;
  return found === all ? `${all} lessons` : `${found} of ${all} lessons`;
}

function LessonRow({ lesson, isChosen }: { lesson: LessonSummary; isChosen: boolean }): JSX.Element {
  const { id, title, guidance, state, author, authorName, createdAt } = lesson;
  return (
    <a class="lesson-row" href={addressOf("lessons", id)} aria-current={isChosen ? "true" : undefined}>
      <span class="lesson-row-title">
        <Told text={title} />
      </span>
      <span class="lesson-row-text">
        <Told text={guidance} />
      </span>
      <span class="lesson-row-foot quiet">
        <StateWord state={state} />
        <span>{state === "own" ? "you" : <Told text={authorName ?? calledPeer(author)} />}</span>
        {"similarity" in lesson && <span>{Math.round((lesson as LessonHit).similarity * 100)} % near</span>}
        <Moment at={createdAt} />
      </span>
    </a>
  );
}

function countByState(lessons: readonly LessonSummary[]): ReadonlyMap<ShownState, number> {
  const counts = new Map<ShownState, number>([["all", lessons.length]]);
  for (const { state } of lessons) counts.set(state, (counts.get(state) ?? 0) + 1);
  return counts;
}
