import type { JSX } from "preact";

/** A room whose contents are on their way. */
export function Reading({ room }: { room: string }): JSX.Element {
  return (
    <>
      <h1 class="unseen">{room}</h1>
      <p class="quiet choose">Reading…</p>
    </>
  );
}
