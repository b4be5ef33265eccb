/** The frame around the rooms: the vine along which they hang, the node's name, and whether it is heard. */
import type { Status } from "@grapevine/node";
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { type LiveState, liveState } from "./connection/live.ts";
import { leave } from "./connection/session.ts";
import { NoticeLine } from "./parts/notice-line.tsx";
import { Told } from "./parts/told.tsx";
import { VineMark } from "./parts/vine-mark.tsx";
import { AskRoom } from "./rooms/ask-room.tsx";
import { DisagreementsRoom } from "./rooms/disagreements-room.tsx";
import { ExperiencesRoom } from "./rooms/experiences-room.tsx";
import { GrowthRoom } from "./rooms/growth-room.tsx";
import { HealthRoom } from "./rooms/health-room.tsx";
import { LessonsRoom } from "./rooms/lessons-room.tsx";
import { SwarmRoom } from "./rooms/swarm-room.tsx";
import { status } from "./state/node.ts";
import { addressOf, type Room, rooms, route } from "./state/route.ts";

const roomParts: Readonly<Record<Room, () => JSX.Element>> = {
  swarm: SwarmRoom,
  lessons: LessonsRoom,
  ask: AskRoom,
  growth: GrowthRoom,
  disagreements: DisagreementsRoom,
  experiences: ExperiencesRoom,
  health: HealthRoom,
};

export function House(): JSX.Element {
  const { room } = route.value;
  const Current = roomParts[room];
  const name = status.value?.name;
  useEffect(() => {
    document.title = `${titleOf(room)} · ${name ?? "Grapevine"}`;
  }, [room, name]);
  return (
    <div class="house">
      <header class="head">
        <a class="skip" href={addressOf(room)} onClick={skipToRoom}>
          Skip to the room
        </a>
        <a class="brand" href={addressOf("swarm")} aria-label="Grapevine, to the swarm">
          <VineMark />
          <span>Grapevine</span>
        </a>
        <NodeLine status={status.value} />
        <Heard state={liveState.value} />
      </header>
      <nav class="vine" aria-label="Rooms">
        <ul>
          {rooms.map((each) => (
            <li key={each}>
              <a href={addressOf(each)} aria-current={each === room ? "page" : undefined}>
                <span class="bud" aria-hidden="true" />
                {titleOf(each)}
              </a>
            </li>
          ))}
        </ul>
      </nav>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, and keys must reach it */}
      <main id="room" class={`room room-${room}`} tabIndex={0}>
        <Current key={room} />
      </main>
      <NoticeLine />
    </div>
  );
}

function titleOf(room: Room): string {
  return room.charAt(0).toUpperCase() + room.slice(1);
}

function skipToRoom(event: Event): void {
  event.preventDefault();
  document.getElementById("room")?.focus();
}

function NodeLine({ status: current }: { status: Status | undefined }): JSX.Element {
  if (current === undefined) return <p class="node-line" />;
  const [swarm = ""] = current.swarm.split("@");
  return (
    <p class="node-line">
      <strong>
        <Told text={current.name} />
      </strong>{" "}
      <span class="quiet">
        in <Told text={swarm} />,{" "}
        {current.peers === 0 ? "alone" : current.peers === 1 ? "with one peer" : `with ${current.peers} peers`}
      </span>
    </p>
  );
}

const heard: Readonly<Record<LiveState, string>> = {
  connecting: "connecting",
  live: "live",
  lost: "node not reached, trying again",
  ended: "session ended: open a new link",
};

function Heard({ state }: { state: LiveState }): JSX.Element {
  return (
    <div class="heard-line">
      <p class={`heard heard-${state}`} role="status">
        <span class="heard-dot" aria-hidden="true" />
        {heard[state]}
      </p>
      <button type="button" class="leave" onClick={() => void leave()}>
        Leave
      </button>
    </div>
  );
}
