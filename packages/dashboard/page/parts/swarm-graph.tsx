/** The swarm as a picture: each peer a bunch of its lessons, tendrils between those that are connected, leaves where one has learned from another. */
import type { LearnedLink, MapPeer, SwarmMap } from "@grapevine/node";
import type { JSX } from "preact";
import { useEffect, useLayoutEffect, useReducer, useRef, useState } from "preact/hooks";
import { calledPeer } from "../state/node.ts";
import { addressOf, route } from "../state/route.ts";
import { grapeSpacing, maxGrapes, type Place, type Size, SwarmLayout, scaleOf, tendril } from "./swarm-layout.ts";
import { TravellingLessons } from "./travelling-lessons.tsx";
import { visibleText } from "./visible-text.ts";

const linkBend = 0.1;
const learnedBend = -0.22;
/** The golden angle: what is laid out by it fills a circle evenly, as seeds do. */
const goldenAngle: number = Math.PI * (3 - Math.sqrt(5));

export function SwarmGraph({ map, chosen }: { map: SwarmMap; chosen: string | undefined }): JSX.Element {
  const box = useRef<HTMLDivElement>(null);
  const [size, setSize] = useState<Size>();
  const [, redraw] = useReducer((times: number) => times + 1, 0);
  const [layout] = useState(() => new SwarmLayout(() => redraw(undefined)));
  useLayoutEffect(() => watchSize(box.current, setSize), []);
  const shape = map.peers.map(({ peerId, connected, lessons }) => `${peerId} ${connected} ${lessons}`).join();
  useEffect(() => {
    if (size !== undefined) layout.show(map, size, isStill());
    // What else is in the map does not move anybody.
  }, [layout, size, shape, map.learned.length]);
  useEffect(() => () => layout.stop(), [layout]);
  const { places } = layout;
  const scale = scaleOf(map.peers.length);
  return (
    <div class="swarm-graph" ref={box}>
      {size !== undefined && (
        <svg viewBox={`${-size.width / 2} ${-size.height / 2} ${size.width} ${size.height}`} aria-label="Peers, as links">
          <defs>
            <marker
              id="leaf"
              viewBox="0 0 12 10"
              refX="10"
              refY="5"
              markerWidth="12"
              markerHeight="10"
              markerUnits="userSpaceOnUse"
              orient="auto"
            >
              <path class="leaf-head" d="M0 5C3 0 8 0 12 5 8 10 3 10 0 5z" />
            </marker>
          </defs>
          <g>
            {map.peers.map((peer) => (
              <Connection key={peer.peerId} peer={peer} self={places.get(map.self)} place={places.get(peer.peerId)} />
            ))}
            {map.learned.map((link) => (
              <Learned
                key={`${link.from} ${link.by}`}
                link={link}
                from={places.get(link.from)}
                by={places.get(link.by)}
                chosen={chosen}
              />
            ))}
          </g>
          <TravellingLessons places={places} self={map.self} peers={map.peers} bend={linkBend} isStill={isStill()} />
          {map.peers.map((peer) => {
            const place = places.get(peer.peerId);
            return place === undefined ? null : (
              <g key={peer.peerId} transform={`translate(${place.x.toFixed(1)} ${place.y.toFixed(1)})`}>
                <Bunch peer={peer} radius={place.radius} scale={scale} isChosen={peer.peerId === chosen} />
              </g>
            );
          })}
        </svg>
      )}
    </div>
  );
}

function Connection({
  peer,
  self,
  place,
}: {
  peer: MapPeer;
  self: Place | undefined;
  place: Place | undefined;
}): JSX.Element | null {
  if (!peer.connected || peer.standing === "self" || self === undefined || place === undefined) return null;
  return <path class="link" d={tendril(place, self, linkBend).d} />;
}

interface LearnedProps {
  readonly link: LearnedLink;
  readonly from: Place | undefined;
  readonly by: Place | undefined;
  readonly chosen: string | undefined;
}

function Learned({ link, from, by, chosen }: LearnedProps): JSX.Element | null {
  if (from === undefined || by === undefined) return null;
  const isApart = chosen !== undefined && chosen !== link.from && chosen !== link.by;
  const width = Math.min(5, 1.2 + Math.log2(link.lessons));
  return (
    <path
      class={`learned ${isApart ? "is-apart" : ""}`}
      d={tendril(from, by, learnedBend).d}
      stroke-width={width}
      marker-end="url(#leaf)"
    />
  );
}

interface BunchProps {
  readonly peer: MapPeer;
  readonly radius: number;
  readonly scale: number;
  readonly isChosen: boolean;
}

/** Drawn round the origin: it is moved as a whole, and is not drawn again while it moves. */
function Bunch({ peer, radius, scale, isChosen }: BunchProps): JSX.Element {
  const { peerId, standing, connected, lessons } = peer;
  const name = visibleText(calledPeer(peerId));
  const isOpen = route.value.item === peerId;
  return (
    <a
      href={isOpen ? addressOf("swarm") : addressOf("swarm", peerId)}
      class={`bunch peer-${standing} ${connected ? "is-connected" : "is-away"} ${isChosen ? "is-chosen" : ""}`}
      aria-label={`${name}, ${lessons} lessons in use`}
      aria-current={isOpen ? "true" : undefined}
    >
      <circle class="bunch-skin" r={radius} />
      <Grapes count={Math.min(lessons, maxGrapes)} scale={scale} />
      {lessons > maxGrapes && (
        <text class="bunch-count" dy="4">
          {lessons}
        </text>
      )}
      <text class="bunch-name" y={radius + 18}>
        {name.length > 20 ? `${name.slice(0, 19)}…` : name}
      </text>
    </a>
  );
}

/** Drawn as one path: a picture of many peers has thousands of them. */
function Grapes({ count, scale }: { count: number; scale: number }): JSX.Element {
  const radius = 2.7 * scale;
  const parts = Array.from({ length: count }, (_, index) => {
    const distance = scale * grapeSpacing * Math.sqrt(index + 0.5);
    const angle = index * goldenAngle;
    const [x, y] = [distance * Math.cos(angle) - radius, distance * Math.sin(angle)];
    return `M${x.toFixed(1)} ${y.toFixed(1)}a${radius} ${radius} 0 1 0 ${2 * radius} 0a${radius} ${radius} 0 1 0 ${-2 * radius} 0z`;
  });
  return <path class="grape" d={parts.join("")} />;
}

function watchSize(box: HTMLElement | null, onSize: (size: Size) => void): (() => void) | undefined {
  if (box === null) return undefined;
  const observer = new ResizeObserver(() => onSize({ width: box.clientWidth || 1, height: box.clientHeight || 1 }));
  observer.observe(box);
  return () => observer.disconnect();
}

/** Has the user asked the system for less motion? */
function isStill(): boolean {
  return matchMedia("(prefers-reduced-motion: reduce)").matches;
}
