/** Growth: whether lessons help, over time, and what became of them. */
import type { EndedCounts, GrowthPeriod, GrowthReport } from "@grapevine/node";
import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { get } from "../connection/request.ts";
import { Empty } from "../parts/empty.tsx";
import { GrowthCharts } from "../parts/growth-charts.tsx";
import { duration } from "../parts/moment.tsx";
import { Reading } from "../parts/reading.tsx";
import { Told } from "../parts/told.tsx";
import { experiencesRevision, status } from "../state/node.ts";
import { failed } from "../state/notices.ts";
import { addressOf } from "../state/route.ts";

/** A report reads many experiences: what changes in a row is waited for. */
const restMs = 1_500;

export function GrowthRoom(): JSX.Element {
  const [report, setReport] = useState<GrowthReport>();
  const revision = experiencesRevision.value;
  const lessons = JSON.stringify(status.value?.lessons);
  useEffect(() => {
    const read = (): void => void get<GrowthReport>("/api/growth").then(setReport).catch(failed);
    const timer = setTimeout(read, report === undefined ? 0 : restMs);
    return () => clearTimeout(timer);
  }, [revision, lessons]);
  if (report === undefined) return <Reading room="Growth" />;
  if (report.periods.length === 0) {
    return (
      <>
        <h1 class="unseen">Growth</h1>
        <Empty title="It has only just been planted">
          <p>
            Growth shows as soon as something was tried and came out one way or the other.{" "}
            <a href={addressOf("ask")}>Ask something</a> and say how it went.
          </p>
        </Empty>
      </>
    );
  }
  return <Grown report={report} />;
}

function Grown({ report }: { report: GrowthReport }): JSX.Element {
  const { periods, time, reused, experiences } = report;
  const withLessons = sumOf(periods.map((period) => period.withLessons));
  const withoutLessons = sumOf(periods.map((period) => period.withoutLessons));
  const made = periods.reduce((sum, period) => sum + period.made, 0);
  const received = periods.reduce((sum, period) => sum + period.received, 0);
  return (
    <div class="page">
      <h1>Growth</h1>
      <dl class="figures">
        <Figure name="worked with lessons" value={shareOf(withLessons)} more={ofAll(withLessons)} />
        <Figure name="worked without" value={shareOf(withoutLessons)} more={ofAll(withoutLessons)} />
        <Figure name="lessons made here" value={String(made)} more={`${received} received`} />
        <Figure
          name="to an answer with lessons"
          value={time.withLessonsMs === undefined ? "–" : duration(time.withLessonsMs)}
          more={time.withoutLessonsMs === undefined ? "the median" : `without: ${duration(time.withoutLessonsMs)}`}
        />
        <Figure
          name="answers given again"
          value={String(reused.answers)}
          more={`${duration(reused.savedMs)} and ${reused.savedTokens.toLocaleString()} tokens saved`}
        />
      </dl>
      <GrowthCharts report={report} />
      <Unused report={report} />
      <Made />
      <PeriodTable periods={periods} />
      <p class="quiet">
        From the newest {experiences} experiences. What was never said to have worked or not counts for neither.
      </p>
    </div>
  );
}

function Figure({ name, value, more }: { name: string; value: string; more: string }): JSX.Element {
  return (
    <div class="figure">
      <dt>{name}</dt>
      <dd>
        <strong>{value}</strong>
        <span class="quiet">{more}</span>
      </dd>
    </div>
  );
}

function Unused({ report: { unused } }: { report: GrowthReport }): JSX.Element | null {
  if (unused.length === 0) return null;
  return (
    <section>
      <h2>Not used, and why</h2>
      <table class="counts">
        <thead>
          <tr>
            <th scope="col">State and rule</th>
            <th scope="col" class="reason">
              Reason, of one of them
            </th>
            <th scope="col">lessons</th>
          </tr>
        </thead>
        <tbody>
          {unused.map(({ state, rule, example, lessons }) => (
            <tr key={`${state} ${rule}`}>
              <th scope="row">
                {state}, {rule}
              </th>
              <td class="reason">
                <Told text={example} />
              </td>
              <td>{lessons}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

/** What the node did since its start, in a sentence each. */
function Made(): JSX.Element | null {
  const current = status.value;
  if (current === undefined) return null;
  const { distilled, refined } = current;
  const { trials, consolidations } = refined;
  return (
    <section>
      <h2>Since the start</h2>
      <ul class="sentences">
        <li>
          Finished experiences gave {distilled.lessons} lessons; {distilled.refused} drafts were refused, {distilled.failed}{" "}
          failed.
        </li>
        <li>
          Trials of held lessons admitted {trials.admitted} and refused {trials.refused}, with {trials.generations} generations.
        </li>
        <li>
          {consolidations.drafted} lessons were drafted for clusters, {consolidations.refused} refused.
        </li>
      </ul>
    </section>
  );
}

function PeriodTable({ periods }: { periods: readonly GrowthPeriod[] }): JSX.Element {
  return (
    <details>
      <summary>The same as a table</summary>
      <table class="counts">
        <thead>
          <tr>
            <th scope="col">from</th>
            <th scope="col">worked with lessons</th>
            <th scope="col">worked without</th>
            <th scope="col">made</th>
            <th scope="col">received</th>
          </tr>
        </thead>
        <tbody>
          {periods.map(({ from, withLessons, withoutLessons, made, received }) => (
            <tr key={from}>
              <th scope="row">{new Date(from).toLocaleString()}</th>
              <td>{ofAll(withLessons)}</td>
              <td>{ofAll(withoutLessons)}</td>
              <td>{made}</td>
              <td>{received}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </details>
  );
}

function sumOf(counts: readonly EndedCounts[]): EndedCounts {
  return counts.reduce(
    (sum, { worked, changed, failed: lost }) => ({
      worked: sum.worked + worked,
      changed: sum.changed + changed,
      failed: sum.failed + lost,
    }),
    { worked: 0, changed: 0, failed: 0 },
  );
}

function shareOf({ worked, changed, failed: lost }: EndedCounts): string {
  const all = worked + changed + lost;
  return all === 0 ? "–" : `${Math.round((100 * worked) / all)} %`;
}

function ofAll({ worked, changed, failed: lost }: EndedCounts): string {
  return `${worked} of ${worked + changed + lost}`;
}
