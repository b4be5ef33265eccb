/** The way back from a lesson to what was lived through: where it comes from, and where it was used. */
import type { ExperienceOfLesson, ExperiencesOfLesson } from "@grapevine/node";
import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { get } from "../connection/request.ts";
import { experiencesRevision } from "../state/node.ts";
import { failed } from "../state/notices.ts";
import { addressOf } from "../state/route.ts";
import { Moment } from "./moment.tsx";
import { Told } from "./told.tsx";
import { VerdictWord } from "./verdict-word.tsx";

export function LessonExperiences({ id }: { id: string }): JSX.Element | null {
  const [found, setFound] = useState<ExperiencesOfLesson>();
  const revision = experiencesRevision.value;
  useEffect(() => {
    get<ExperiencesOfLesson>(`/api/lessons/${encodeURIComponent(id)}/experiences`)
      .then(setFound)
      .catch(failed);
  }, [id, revision]);
  if (found === undefined) return null;
  return (
    <>
      <Lived title="Drawn from" experiences={found.source} />
      <Lived title="Used in" experiences={found.used} />
    </>
  );
}

function Lived({ title, experiences }: { title: string; experiences: readonly ExperienceOfLesson[] }): JSX.Element | null {
  if (experiences.length === 0) return null;
  return (
    <>
      <h3>{title}</h3>
      <ul class="references">
        {experiences.map(({ id, prompt, verdict, createdAt }) => (
          <li key={id}>
            <a href={addressOf("experiences", id)}>
              <Told text={prompt} />
            </a>{" "}
            <span class="quiet">
              <VerdictWord verdict={verdict} /> <Moment at={createdAt} />
            </span>
          </li>
        ))}
      </ul>
    </>
  );
}
