import type { JSX } from "preact";

/** A share of one, as a short bar and two digits. */
export function Meter({ label, value }: { label: string; value: number }): JSX.Element {
  const share = Math.max(0, Math.min(1, value));
  return (
    <span class="meter" role="img" aria-label={`${label} ${share.toFixed(2)} of 1`} title={`${label}: ${share.toFixed(2)} of 1`}>
      <span class="meter-label">{label}</span>
      <svg viewBox="0 0 40 4" preserveAspectRatio="none" aria-hidden="true">
        <rect class="meter-whole" width="40" height="4" rx="2" />
        <rect class="meter-part" width={40 * share} height="4" rx="2" />
      </svg>
      <span class="meter-value">{share.toFixed(2)}</span>
    </span>
  );
}
