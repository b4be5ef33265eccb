/** Experiences: what the node lived through, and everything about the one that is chosen. They stay on this machine. */
import type { ExperienceSummary } from "@grapevine/node";
import { computed, signal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { get } from "../connection/request.ts";
import { Empty } from "../parts/empty.tsx";
import { ExperienceDetail } from "../parts/experience-detail.tsx";
import { Moment } from "../parts/moment.tsx";
import { Told } from "../parts/told.tsx";
import { VerdictWord } from "../parts/verdict-word.tsx";
import { VirtualList } from "../parts/virtual-list.tsx";
import { experiencesRevision } from "../state/node.ts";
import { failed } from "../state/notices.ts";
import { addressOf, replaceRoute, route } from "../state/route.ts";

const experiences = signal<readonly ExperienceSummary[] | undefined>(undefined);
const words = signal("");
const found = computed(() => {
  const wanted = words.value.toLowerCase().trim();
  return (experiences.value ?? []).filter(({ prompt, answer }) => `${prompt}\n${answer}`.toLowerCase().includes(wanted));
});

const rowHeight = 84;
/** The newest. */
const maxListed = 5_000;

export function ExperiencesRoom(): JSX.Element {
  const { item } = route.value;
  const revision = experiencesRevision.value;
  useEffect(() => void read(), [revision]);
  return (
    <div class={`lessons ${item === undefined ? "" : "has-item"}`}>
      <h1 class="unseen">Experiences</h1>
      <section class="lessons-list" aria-label="Experiences">
        <List />
      </section>
      <section class="lessons-detail" aria-label="The chosen experience">
        {item === undefined ? (
          <p class="quiet choose">Choose an experience to see it step by step. They never leave this machine.</p>
        ) : (
          <ExperienceDetail key={item} id={item} />
        )}
      </section>
    </div>
  );
}

async function read(): Promise<void> {
  try {
    experiences.value = await get<ExperienceSummary[]>(`/api/experiences?limit=${maxListed}`);
  } catch (error) {
    failed(error);
  }
}

function List(): JSX.Element {
  const all = experiences.value;
  const shown = found.value;
  const { item } = route.value;
  if (all === undefined) return <p class="quiet choose">Reading…</p>;
  if (all.length === 0) {
    return (
      <Empty title="Nothing lived through yet">
        <p>
          <a href={addressOf("ask")}>Ask something</a>, or let the node practise: <code>grapevine practise tools</code>.
        </p>
      </Empty>
    );
  }
  const current = shown.findIndex(({ id }) => id === item);
  return (
    <>
      <search class="sieve">
        <label class="unseen" for="sieve-experiences">
          Words in a question or an answer
        </label>
        <div class="sieve-words">
          <input
            id="sieve-experiences"
            type="search"
            autocomplete="off"
            placeholder="Words in a question or an answer"
            value={words.value}
            onInput={({ currentTarget }) => {
              words.value = currentTarget.value;
            }}
          />
        </div>
      </search>
      <p class="quiet found" role="status">
        {shown.length === all.length ? `${all.length} experiences` : `${shown.length} of ${all.length} experiences`}
      </p>
      <VirtualList
        label="Experiences"
        count={shown.length}
        rowHeight={rowHeight}
        keyOf={(index) => shown[index]?.id ?? String(index)}
        current={current === -1 ? undefined : current}
        onMove={(index) => replaceRoute("experiences", shown[index]?.id)}
        row={(index) => {
          const experience = shown[index];
          return experience === undefined ? null : <Row experience={experience} isChosen={index === current} />;
        }}
      />
    </>
  );
}

function Row({ experience, isChosen }: { experience: ExperienceSummary; isChosen: boolean }): JSX.Element {
  const { id, prompt, answer, verdict, lessons, createdAt } = experience;
  return (
    <a class="lesson-row experience-row" href={addressOf("experiences", id)} aria-current={isChosen ? "true" : undefined}>
      <span class="lesson-row-title">
        <Told text={firstLine(prompt)} />
      </span>
      <span class="lesson-row-text">
        <Told text={firstLine(answer)} />
      </span>
      <span class="lesson-row-foot quiet">
        <VerdictWord verdict={verdict} />
        <span>{lessons === 1 ? "1 lesson used" : `${lessons} lessons used`}</span>
        <Moment at={createdAt} />
      </span>
    </a>
  );
}

function firstLine(text: string): string {
  const [line = ""] = text.trim().split("\n");
  return line;
}
