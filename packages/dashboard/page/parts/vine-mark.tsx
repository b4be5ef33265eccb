import type { JSX } from "preact";

/** The mark: a leaf and five grapes. */
export function VineMark(): JSX.Element {
  return (
    <svg class="vine-mark" viewBox="0 0 32 32" aria-hidden="true">
      <path class="stem" d="M16 3c0 4-1 6-4 8" />
      <path class="leaf" d="M16 7c3-5 8-5 11-3-1 5-6 7-11 3z" />
      <g class="grapes">
        <circle cx="9.5" cy="14" r="4" />
        <circle cx="17" cy="14" r="4" />
        <circle cx="13.2" cy="20.2" r="4" />
        <circle cx="20.6" cy="19.6" r="4" />
        <circle cx="16.8" cy="26.2" r="4" />
      </g>
    </svg>
  );
}
