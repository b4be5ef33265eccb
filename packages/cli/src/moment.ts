/** Times as people type them. */
import { cliErrors } from "./errors.ts";

const unitsMs: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 };

/** `30d` from now, in the given direction, or a date. Milliseconds since the epoch. @throws CLI_USAGE */
export function momentOf(text: string, now: number, direction: 1 | -1): number {
  const [, count, unit] = /^(\d{1,6})([mhd])$/.exec(text) ?? [];
  if (count !== undefined && unit !== undefined) return now + direction * Number(count) * (unitsMs[unit] ?? 0);
  const at = /^\d{4}-\d\d-\d\d/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isFinite(at) && at >= 0) return at;
  throw cliErrors.create("CLI_USAGE", `"${text}" is neither a time span nor a date`, {
    hint: "Write 45m, 12h or 30d, or a date such as 2026-12-24 or 2026-12-24T18:00.",
  });
}
