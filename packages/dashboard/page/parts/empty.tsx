import type { ComponentChildren, JSX } from "preact";

/** Nothing is here yet: what would be, and what to do so that it is. */
export function Empty({ title, children }: { title: string; children: ComponentChildren }): JSX.Element {
  return (
    <div class="empty">
      <svg viewBox="0 0 120 40" aria-hidden="true">
        <path class="tendril" d="M2 30c20 0 24-22 40-22s14 20 28 20 12-14 4-14-8 10 4 12 22-6 40-6" />
      </svg>
      <h2>{title}</h2>
      <div class="quiet">{children}</div>
    </div>
  );
}
