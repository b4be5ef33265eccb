/** One peer: how it stands, what came of its lessons, and the user's word on it. */
import type { MapPeer } from "@grapevine/node";
import type { JSX } from "preact";
import { post } from "../connection/request.ts";
import { calledPeer, peers, readMap, readPeers, status, swarmMap } from "../state/node.ts";
import { perform } from "../state/notices.ts";
import { addressOf } from "../state/route.ts";
import { Meter } from "./meter.tsx";
import { Told } from "./told.tsx";

export function PeerCard({ peer }: { peer: MapPeer }): JSX.Element {
  const { peerId, standing, connected, trust, lessons } = peer;
  const details = peers.value?.find((each) => each.peerId === peerId);
  const isSelf = standing === "self";
  return (
    <section class="peer-card" aria-labelledby="peer-card">
      <header>
        <h2 id="peer-card">
          <Told text={calledPeer(peerId)} />
        </h2>
        <a class="plain" href={addressOf("swarm")} aria-label="Close">
          ×
        </a>
      </header>
      <p>
        {isSelf ? "This node." : connected ? "Connected" : "Not connected now"}
        {!isSelf && `, ${standingWords[standing]}.`}
      </p>
      {!isSelf && <Meter label="trust" value={trust} />}
      <dl class="facts">
        <dt>Lessons in use</dt>
        <dd>{lessons}</dd>
        {details?.path !== undefined && (
          <>
            <dt>Reached</dt>
            <dd>{pathWords[details.path]}</dd>
          </>
        )}
        {details?.roundTripMs !== undefined && (
          <>
            <dt>Round trip</dt>
            <dd>{details.roundTripMs} ms</dd>
          </>
        )}
        {details?.conduct !== undefined && (
          <>
            <dt>Conduct</dt>
            <dd>{details.conduct}</dd>
          </>
        )}
        <dt>Peer id</dt>
        <dd class="id">{peerId}</dd>
      </dl>
      <Learned peerId={peerId} />
      {!isSelf && <Standing peer={peer} />}
    </section>
  );
}

const standingWords = { trusted: "trusted by you", blocked: "blocked by you", stranger: "a stranger so far", self: "" } as const;
const pathWords = {
  machine: "on this machine",
  lan: "on the local network",
  direct: "directly",
  relayed: "through a relay",
} as const;

function Learned({ peerId }: { peerId: string }): JSX.Element {
  const learned = swarmMap.value?.learned ?? [];
  const lines = learned.filter(({ from, by }) => from === peerId || by === peerId);
  if (lines.length === 0) return <p class="quiet">Nobody is known to have learned from it, or it from anybody.</p>;
  return (
    <ul class="learned-lines">
      {lines.map(({ from, by, lessons, worked, changed, failed }) => (
        <li key={`${from} ${by}`}>
          <Told text={calledPeer(by)} /> used {lessons === 1 ? "a lesson" : `${lessons} lessons`} of{" "}
          <Told text={calledPeer(from)} />
          <span class="quiet">
            : {worked} worked{changed > 0 && `, ${changed} with changes`}
            {failed > 0 && `, ${failed} failed`}
          </span>
        </li>
      ))}
    </ul>
  );
}

function Standing({ peer: { peerId, standing } }: { peer: MapPeer }): JSX.Element {
  const say = (verb: "trust" | "block" | "allow", done: string) => (): void => {
    void perform(async () => {
      await post(`/api/peers/${encodeURIComponent(peerId)}/${verb}`);
      await Promise.all([readPeers(), readMap()]);
    }, done);
  };
  const name = calledPeer(peerId);
  return (
    <div class="actions">
      {standing !== "trusted" && (
        <button type="button" class="button" onClick={say("trust", `${name} is trusted: its lessons are used on arrival.`)}>
          Trust
        </button>
      )}
      {standing === "stranger" ? (
        <button type="button" class="button danger" onClick={say("block", `${name} is blocked: nothing of it is taken.`)}>
          Block
        </button>
      ) : (
        <button type="button" class="button" onClick={say("allow", `${name} is a stranger again.`)}>
          {standing === "trusted" ? "Trust no more" : "Allow again"}
        </button>
      )}
      {standing === "trusted" && status.value !== undefined && (
        <a class="button" href={addressOf("ask")}>
          Ask it
        </a>
      )}
    </div>
  );
}
