/** Lessons on their way along the tendrils: from whoever brought one to this node, and from this node to all around it. */
import type { MapPeer } from "@grapevine/node";
import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { type Travel, travels } from "../state/travels.ts";
import { type Place, tendril } from "./swarm-layout.ts";

interface TravellingProps {
  readonly places: ReadonlyMap<string, Place>;
  readonly self: string;
  readonly peers: readonly MapPeer[];
  readonly bend: number;
  readonly isStill: boolean;
}

interface Ride {
  readonly key: string;
  readonly from: string;
  readonly to: string;
  readonly delayMs: number;
}

const rideMs = 1_600;
/** In a burst each sets out a little after the one before. */
const gapMs = 90;
const maxRides = 60;
const samples = 24;

export function TravellingLessons({ places, self, peers, bend, isStill }: TravellingProps): JSX.Element {
  const seen = useRef(travels.value[0]?.key ?? 0);
  const [rides, setRides] = useState<readonly Ride[]>([]);
  const latest = travels.value[0]?.key ?? 0;
  useEffect(() => {
    const fresh = travels.value.filter(({ key }) => key > seen.current).reverse();
    seen.current = latest;
    if (isStill || fresh.length === 0) return;
    const begun = fresh.flatMap((travel, position) => ridesOf(travel, self, peers, position * gapMs));
    setRides((current) => [...current, ...begun].slice(-maxRides));
  }, [latest]);
  const arrive = (key: string): void => setRides((current) => current.filter((ride) => ride.key !== key));
  return (
    <g>
      {rides.map((ride) => (
        <Rider key={ride.key} ride={ride} places={places} bend={bend} onArrived={arrive} />
      ))}
    </g>
  );
}

function ridesOf({ lesson, key }: Travel, self: string, peers: readonly MapPeer[], delayMs: number): Ride[] {
  if (lesson.moved === "arrived") return [{ key: `${key}`, from: lesson.from ?? lesson.author, to: self, delayMs }];
  const around = peers.filter(({ connected, standing }) => connected && standing !== "self");
  return around.map(({ peerId }) => ({ key: `${key} ${peerId}`, from: self, to: peerId, delayMs }));
}

interface RiderProps {
  readonly ride: Ride;
  readonly places: ReadonlyMap<string, Place>;
  readonly bend: number;
  readonly onArrived: (key: string) => void;
}

function Rider({ ride, places, bend, onArrived }: RiderProps): JSX.Element {
  const dot = useRef<SVGCircleElement>(null);
  useEffect(() => {
    const [from, to] = [places.get(ride.from), places.get(ride.to)];
    if (dot.current === null || from === undefined || to === undefined) return onArrived(ride.key);
    // The tendril as it is drawn goes from the peer to this node; the way out is the same one backwards.
    const isOut = to.ring > 0;
    const path = isOut ? tendril(to, from, bend) : tendril(from, to, bend);
    const frames = Array.from({ length: samples + 1 }, (_, index) => {
      const [x, y] = path.at(isOut ? 1 - index / samples : index / samples);
      const isEdge = index === 0 || index === samples;
      return { transform: `translate(${x}px, ${y}px)`, opacity: isEdge ? 0 : 1 };
    });
    const animation = dot.current.animate(frames, { duration: rideMs, delay: ride.delayMs, easing: "ease-in-out", fill: "both" });
    animation.onfinish = () => onArrived(ride.key);
    return () => animation.cancel();
  }, []);
  return <circle ref={dot} class="grape rider" r="4.5" />;
}
