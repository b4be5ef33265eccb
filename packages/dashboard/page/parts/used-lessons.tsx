import type { UsedLesson } from "@grapevine/node";
import type { JSX } from "preact";
import { calledPeer } from "../state/node.ts";
import { addressOf } from "../state/route.ts";
import { Told } from "./told.tsx";

/** The lessons that were in a prompt, and whose they are. */
export function UsedLessons({ lessons }: { lessons: readonly UsedLesson[] }): JSX.Element {
  if (lessons.length === 0) return <p class="quiet">No lesson was near enough to be used.</p>;
  return (
    <ul class="used-lessons" aria-label="Lessons that were used">
      {lessons.map(({ id, title, author, authorName, similarity, own }) => (
        <li key={id}>
          <a href={addressOf("lessons", id)}>
            <Told text={title} />
          </a>
          <span class="quiet">
            {own ? (
              "made here"
            ) : (
              <>
                by <Told text={authorName ?? calledPeer(author)} />
              </>
            )}
            , {Math.round(similarity * 100)} % near
          </span>
        </li>
      ))}
    </ul>
  );
}
