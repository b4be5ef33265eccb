/** Where each peer of the graph is: this node in the middle, the connected ones around it, all others further out, and who learned from whom near each other. */
import type { SwarmMap } from "@grapevine/node";
import {
  forceCollide,
  forceLink,
  forceSimulation,
  forceX,
  forceY,
  type Simulation,
  type SimulationLinkDatum,
  type SimulationNodeDatum,
} from "d3-force";

export interface Place extends SimulationNodeDatum {
  readonly peerId: string;
  x: number;
  y: number;
  readonly radius: number;
  /** 0 for this node, 1 for those around it, more for those further out. */
  readonly ring: number;
  readonly home: { readonly x: number; readonly y: number };
}

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** Grapes that are drawn; of more the number says it. */
export const maxGrapes = 48;
const smallestRadius = 4.2;
/** In a swarm of a few there is room: bunches are drawn this much larger. */
const largestScale = 1.9;

/** How large bunches are drawn, by how many there are. */
export function scaleOf(peers: number): number {
  return Math.max(1, Math.min(largestScale, largestScale - (peers - 8) * 0.05));
}

/** Between grapes of a bunch that is drawn in its own size. */
export const grapeSpacing = 4.4;

/** Of the circle that holds a peer's lessons. */
function radiusOf(lessons: number, scale: number): number {
  return scale * (grapeSpacing * Math.sqrt(Math.max(smallestRadius, Math.min(lessons, maxGrapes))) + 5);
}

export class SwarmLayout {
  readonly #simulation: Simulation<Place, SimulationLinkDatum<Place>> = forceSimulation<Place>([]);
  readonly #onMoved: () => void;
  #places = new Map<string, Place>();

  constructor(onMoved: () => void) {
    this.#onMoved = onMoved;
    this.#simulation.stop().on("tick", onMoved);
  }

  get places(): ReadonlyMap<string, Place> {
    return this.#places;
  }

  /** Peers that were here set out from where they were. `still`: all at once, without motion. */
  show(map: SwarmMap, size: Size, still: boolean): void {
    const others = map.peers.filter(({ peerId }) => peerId !== map.self);
    const scale = scaleOf(map.peers.length);
    this.#places = new Map(
      map.peers.map(({ peerId, connected, lessons }) => {
        const before = this.#places.get(peerId);
        const angle = (others.findIndex((other) => other.peerId === peerId) / others.length) * 2 * Math.PI + firstAngle;
        const ring = peerId === map.self ? 0 : connected ? 1 : outerRing;
        const home = {
          x: ring * Math.cos(angle) * Math.max(0, size.width / 2 - margin) * innerShare,
          y: ring * Math.sin(angle) * Math.max(0, size.height / 2 - margin) * innerShare,
        };
        const { x, y } = before ?? { x: home.x * 0.4, y: home.y * 0.4 };
        const fixed = ring === 0 ? { x: 0, y: 0, fx: 0, fy: 0 } : { x, y };
        return [peerId, { peerId, radius: radiusOf(lessons, scale), ring, home, ...fixed }];
      }),
    );
    const links = map.learned.map(({ from, by }) => ({ source: from, target: by }));
    const simulation = this.#simulation
      .nodes([...this.#places.values()])
      .force(
        "link",
        forceLink<Place, SimulationLinkDatum<Place>>(links)
          .id(({ peerId }) => peerId)
          .strength(0.01),
      )
      .force("x", forceX<Place>(({ home }) => home.x).strength(0.16))
      .force("y", forceY<Place>(({ home }) => home.y).strength(0.16))
      .force(
        "collide",
        forceCollide<Place>(({ radius }) => radius + labelRoom),
      );
    if (still) {
      simulation.stop().alpha(1).tick(240);
      this.#onMoved();
    } else {
      simulation.alpha(map.peers.length > 1 ? 0.6 : 0.01).restart();
    }
  }

  stop(): void {
    this.#simulation.stop();
  }
}

/** Begins at the upper left, so that two peers do not hang above each other. */
const firstAngle: number = (-5 * Math.PI) / 6;
/** Of the way to the edge: where the connected ones are, and how much further the others. */
const innerShare = 0.72;
const outerRing = 1.3;
const margin = 48;
const labelRoom = 18;

/** A line between two peers that bends like a tendril, from edge to edge. */
export function tendril(
  from: Place,
  to: Place,
  bend: number,
): { readonly d: string; readonly at: (share: number) => [number, number] } {
  const [dx, dy] = [to.x - from.x, to.y - from.y];
  const length = Math.hypot(dx, dy) || 1;
  const [ux, uy] = [dx / length, dy / length];
  const start = [from.x + ux * (from.radius + 3), from.y + uy * (from.radius + 3)] as const;
  const end = [to.x - ux * (to.radius + 7), to.y - uy * (to.radius + 7)] as const;
  const middle = [(start[0] + end[0]) / 2 - uy * bend * length, (start[1] + end[1]) / 2 + ux * bend * length] as const;
  const along = (axis: 0 | 1, share: number): number =>
    (1 - share) ** 2 * start[axis] + 2 * (1 - share) * share * middle[axis] + share ** 2 * end[axis];
  const d = `M${round(start[0])} ${round(start[1])}Q${round(middle[0])} ${round(middle[1])} ${round(end[0])} ${round(end[1])}`;
  return { d, at: (share) => [along(0, share), along(1, share)] };
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
