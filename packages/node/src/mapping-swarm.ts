/** The swarm as this node sees it: who is there, and who learned from whom. What peers learned from each other is known by their attestations alone. */
import type { AuthorId, LessonGlance, LessonStore, OutcomeCounts } from "@grapevine/core";
import { isUsableState } from "@grapevine/core";
import type { Network } from "@grapevine/network";
import type { LearnedLink, MapPeer, SwarmMap } from "./control/dashboard-contract.ts";
import type { PrincipalBook } from "./principals.ts";
import type { ViewComponents } from "./views.ts";

export interface MappingComponents extends ViewComponents {
  readonly network: Pick<Network, "peers" | "peerId">;
  readonly store: Pick<LessonStore, "allGlances">;
  readonly principals: PrincipalBook;
}

/** More dots than this nobody can tell apart. */
export const maxMapPeers = 120;
export const maxLearnedLinks = 400;

export async function mapSwarm(components: MappingComponents): Promise<SwarmMap> {
  const { network, principals } = components;
  const self = network.peerId;
  const { usable, links } = await survey(components);
  const connected = new Set(network.peers().map(({ peerId }) => peerId));
  const weight = (author: AuthorId): number =>
    (author === self ? 1e9 : 0) + (connected.has(author) ? 1e6 : 0) + (usable.get(author) ?? 0);
  const words = [...links.values()].flatMap(({ from, by }) => [from, by]);
  const everybody = new Set([self, ...connected, ...usable.keys(), ...words, ...principals.known.keys()]);
  const shown = [...everybody].sort((one, other) => weight(other) - weight(one)).slice(0, maxMapPeers);
  const learned = [...links.values()]
    .filter(({ from, by }) => shown.includes(from) && shown.includes(by))
    .sort((one, other) => other.lessons - one.lessons)
    .slice(0, maxLearnedLinks);
  return { self, peers: shown.map((author) => mapPeer(author, usable.get(author) ?? 0, components)), learned };
}

interface Survey {
  /** Lessons that may be used, by author. */
  readonly usable: Map<AuthorId, number>;
  readonly links: Map<string, LearnedLink>;
}

async function survey({ store, network }: MappingComponents): Promise<Survey> {
  const usable = new Map<AuthorId, number>();
  const links = new Map<string, LearnedLink>();
  for await (const glance of store.allGlances()) {
    const { author, state } = glance;
    if (isUsableState(state)) usable.set(author, (usable.get(author) ?? 0) + 1);
    for (const { by, counts } of usesOf(glance, network.peerId)) {
      if (by === author) continue;
      const key = `${author} ${by}`;
      links.set(key, added(links.get(key) ?? { from: author, by, lessons: 0, worked: 0, changed: 0, failed: 0 }, counts));
    }
  }
  return { usable, links };
}

/** Who used the lesson, and how it went. What this node itself attested is in its outcomes already. */
function usesOf({ outcomes, attestations }: LessonGlance, self: AuthorId): { by: AuthorId; counts: OutcomeCounts }[] {
  const others = attestations.filter(({ author }) => author !== self);
  return [{ by: self, counts: outcomes }, ...others.map((counts) => ({ by: counts.author, counts }))].filter(
    ({ counts: { worked, changed, failed } }) => worked + changed + failed > 0,
  );
}

function added(link: LearnedLink, { worked, changed, failed }: OutcomeCounts): LearnedLink {
  return {
    ...link,
    lessons: link.lessons + 1,
    worked: link.worked + worked,
    changed: link.changed + changed,
    failed: link.failed + failed,
  };
}

function mapPeer(author: AuthorId, lessons: number, { network, principals, nameOf, trustOf }: MappingComponents): MapPeer {
  const isSelf = author === network.peerId;
  const found = network.peers().find(({ peerId }) => peerId === author);
  const name = nameOf(author);
  return {
    peerId: author,
    ...(name === undefined ? {} : { name }),
    connected: isSelf || found !== undefined,
    standing: isSelf ? "self" : principals.get(author).standing,
    trust: isSelf ? 1 : Math.round(trustOf(author) * 1_000) / 1_000,
    lessons,
    ...(found?.roundTripMs === undefined ? {} : { roundTripMs: found.roundTripMs }),
  };
}
