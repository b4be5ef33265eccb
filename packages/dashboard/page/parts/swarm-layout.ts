/** Where each peer of the graph is: this node in the middle, the connected ones around it, all others further out, and who learned from whom near each other. */
import type { SwarmMap } from "@grapevine/node";
import {
  forceCollide,
  forceLink,
  forceManyBody,
  forceRadial,
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
  radius: number;
  ring: number;
}

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** Grapes that are drawn; of more the number says it. */
export const maxGrapes = 48;
export const grapeSpacing = 4.4;
const smallestRadius = 16;

/** Of the circle that holds a peer's lessons. */
export function radiusOf(lessons: number): number {
  return Math.max(smallestRadius, grapeSpacing * Math.sqrt(Math.min(lessons, maxGrapes)) + 7);
}

export class SwarmLayout {
  readonly #simulation: Simulation<Place, SimulationLinkDatum<Place>> = forceSimulation<Place>([]);
  #places = new Map<string, Place>();

  constructor(onMoved: () => void) {
    this.#simulation.stop().on("tick", onMoved);
  }

  get places(): ReadonlyMap<string, Place> {
    return this.#places;
  }

  /** Peers that were here stay about where they were. `still`: all at once, without motion. */
  show(map: SwarmMap, { width, height }: Size, still: boolean): void {
    const reach = Math.min(width, height) / 2;
    const others = map.peers.length - 1;
    this.#places = new Map(
      map.peers.map(({ peerId, connected, lessons }, index) => {
        const before = this.#places.get(peerId);
        const angle = others === 0 ? 0 : (index / others) * 2 * Math.PI - Math.PI / 2;
        const isSelf = peerId === map.self;
        const ring = isSelf ? 0 : reach * (connected ? 0.6 : 0.82);
        const start = { x: ring * Math.cos(angle), y: ring * Math.sin(angle) };
        const place: Place = { ...start, ...before, peerId, radius: radiusOf(lessons), ring };
        return [peerId, isSelf ? { ...place, x: 0, y: 0, fx: 0, fy: 0 } : place];
      }),
    );
    const links = map.learned.map(({ from, by }) => ({ source: from, target: by }));
    this.#simulation
      .nodes([...this.#places.values()])
      .force(
        "link",
        forceLink<Place, SimulationLinkDatum<Place>>(links)
          .id(({ peerId }) => peerId)
          .distance(reach * 0.7)
          .strength(0.04),
      )
      .force("charge", forceManyBody<Place>().strength(-320))
      .force("ring", forceRadial<Place>(({ ring }) => ring).strength(0.7))
      // A room that is wide is used in its width.
      .force("wide", forceX<Place>(({ x }) => x * (width > height * 1.3 ? 1.6 : 1)).strength(0.03))
      .force("high", forceY<Place>(({ y }) => y * (height > width * 1.3 ? 1.4 : 1)).strength(0.03))
      .force(
        "collide",
        forceCollide<Place>(({ radius }) => radius + 22),
      );
    if (still) {
      this.#simulation.stop().alpha(1).tick(240);
      this.#simulation.on("tick")?.call(this.#simulation);
    } else {
      this.#simulation.alpha(this.#places.size > 1 ? 0.6 : 0).restart();
    }
  }

  stop(): void {
    this.#simulation.stop();
  }
}

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
