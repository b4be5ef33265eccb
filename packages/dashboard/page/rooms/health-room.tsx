/** Health: what waits, what the node takes of the machine, its limits, and what it said last. */
import type { HealthReport, Status } from "@grapevine/node";
import type { ComponentChildren, JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { get } from "../connection/request.ts";
import { Moment } from "../parts/moment.tsx";
import { Told } from "../parts/told.tsx";
import { status } from "../state/node.ts";
import { failed } from "../state/notices.ts";

const readEveryMs = 5_000;

export function HealthRoom(): JSX.Element {
  const [health, setHealth] = useState<HealthReport>();
  useEffect(() => {
    const read = (): void => void get<HealthReport>("/api/health").then(setHealth).catch(failed);
    read();
    const timer = setInterval(read, readEveryMs);
    return () => clearInterval(timer);
  }, []);
  const current = status.value;
  return (
    <div class="page">
      <h1>Health</h1>
      {current === undefined ? <p class="quiet">Reading…</p> : <Vitals status={current} health={health} />}
      {health !== undefined && <Log health={health} />}
    </div>
  );
}

function Vitals({ status: current, health }: { status: Status; health: HealthReport | undefined }): JSX.Element {
  const { queues, room, model, embedder, addresses, version, startedAt, peers, reachability, answers, rebuilding } = current;
  return (
    <div class="cards">
      <Card title="Waits">
        <Fact name="for admission" value={queues.admission} />
        <Fact name="for its vector" value={queues.embedding} />
        <Fact name="to be distilled" value={queues.distillation} />
        <Fact name="for a peer to take it" value={queues.outbox} />
        {rebuilding !== undefined && <Fact name="index filled again" value={`${rebuilding.done} of ${rebuilding.total}`} />}
      </Card>
      <Card title="Machine">
        <Fact name="memory" value={health === undefined ? "…" : size(health.memoryBytes)} />
        <Fact name="disk, the node's home" value={health === undefined ? "…" : size(health.disk.usedBytes)} />
        <Fact name="disk, left" value={health === undefined ? "…" : size(health.disk.freeBytes)} />
        <Fact name="up since" value={<Moment at={startedAt} />} />
        <Fact name="version" value={version} />
      </Card>
      <Card title="Model">
        <Fact name="answers" value={<Told text={model} />} />
        <Fact name="embeds" value={<Told text={embedder} />} />
        <Fact name="questions of" value={answerWords[answers]} />
      </Card>
      <Card title="Network">
        <Fact name="connected" value={peers} />
        <Fact name="reached" value={reachWords[reachability]} />
        <Fact name="addresses" value={<span class="id">{addresses.join(" ")}</span>} />
      </Card>
      <Card title="Room for lessons of others">
        <Fact name="in use or waiting" value={room.foreign} />
        <Fact name="at most" value={room.capacity} />
        <svg class="bar" viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true">
          <rect class="meter-whole" width="100" height="4" />
          <rect class="meter-part" width={Math.min(100, (100 * room.foreign) / Math.max(1, room.capacity))} height="4" />
        </svg>
      </Card>
    </div>
  );
}

const answerWords: Readonly<Record<Status["answers"], string>> = {
  nobody: "nobody but you",
  trusted: "peers whom you trust",
  swarm: "everybody in the swarm",
};

const reachWords: Readonly<Record<Status["reachability"], string>> = {
  public: "from other networks",
  relayed: "through a relay",
  lan: "from the local network",
  loopback: "from this machine alone",
  nowhere: "from nowhere: it does not listen",
  unknown: "nobody has come yet",
};

function Card({ title, children }: { title: string; children: ComponentChildren }): JSX.Element {
  return (
    <section class="card">
      <h2>{title}</h2>
      <dl class="facts">{children}</dl>
    </section>
  );
}

function Fact({ name, value }: { name: string; value: ComponentChildren }): JSX.Element {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}

function Log({ health: { log } }: { health: HealthReport }): JSX.Element {
  return (
    <section>
      <h2>Log</h2>
      {log.length === 0 ? (
        <p class="quiet">Nothing was written yet.</p>
      ) : (
        <ol class="log" aria-label="Lines of the log, newest first">
          {[...log].reverse().map(({ at, level, text }, index) => (
            <li key={`${at} ${index} ${text}`} class={`log-${level}`}>
              <time dateTime={new Date(at).toISOString()}>{new Date(at).toLocaleTimeString()}</time>
              <span class="log-level">{level}</span>
              <Told text={text} />
            </li>
          ))}
        </ol>
      )}
    </section>
  );
}

/** 1.2 MB, 340 kB. */
function size(bytes: number): string {
  const units = ["B", "kB", "MB", "GB", "TB"];
  const step = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(1, bytes)) / 3));
  const value = bytes / 1_000 ** step;
  return `${value < 10 && step > 0 ? value.toFixed(1) : Math.round(value)} ${units[step]}`;
}
