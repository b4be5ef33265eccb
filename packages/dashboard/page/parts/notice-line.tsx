import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { notice } from "../state/notices.ts";
import { Told } from "./told.tsx";

/** Long enough to be read; what failed stays until it is put away. */
const shownForMs = 5_000;

export function NoticeLine(): JSX.Element {
  const current = notice.value;
  useEffect(() => {
    if (current?.kind !== "done") return;
    const timer = setTimeout(putAway, shownForMs);
    return () => clearTimeout(timer);
  }, [current?.key]);
  return (
    <div class="notices" role="status" aria-live="polite">
      {current !== undefined && (
        <p key={current.key} class={`notice notice-${current.kind}`}>
          <Told text={current.text} />
          <button type="button" class="plain" aria-label="Put away" onClick={putAway}>
            ×
          </button>
        </p>
      )}
    </div>
  );
}

function putAway(): void {
  notice.value = undefined;
}
