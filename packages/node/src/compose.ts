/** How the stages are joined: which one's output is whose input. The only file that knows them all. */
import { homedir, hostname } from "node:os";
import { createAgent, type RecallComponents, type RecallQuery, recall } from "@grapevine/agent";
import type { AuthorId, Clock, Embedder, Identity, LanguageModel, RecalledLesson, VectorIndex } from "@grapevine/core";
import { createDistiller, createGate } from "@grapevine/distill";
import { createNetwork, type Network, type Outbox } from "@grapevine/network";
import type { Store } from "@grapevine/store";
import type { Logger } from "pino";
import { createActivity } from "./activity.ts";
import { publishDraft } from "./authoring.ts";
import { indexBehind, type NodeHome } from "./home.ts";
import { belongsInIndex, createIndexing, type Indexing } from "./indexing.ts";
import { createLearning } from "./learning.ts";
import { createLedger, type LedgerChange } from "./ledger.ts";
import { createMerits, type Merits } from "./merits.ts";
import { openPrincipalBook, type PrincipalBook } from "./principals.ts";
import type { SavedSettings } from "./saved-settings.ts";
import { NodeService } from "./service.ts";

/** What `startNode` has opened. */
export interface Opened {
  readonly home: NodeHome;
  readonly settings: SavedSettings;
  readonly swarm: string;
  readonly listen: readonly string[];
  readonly identity: Identity;
  readonly clock: Clock;
  readonly log: Logger;
  readonly store: Store;
  readonly model: LanguageModel;
  readonly embedder: Embedder;
  readonly index: VectorIndex;
}

export interface Composed {
  readonly service: NodeService;
  readonly network: Network;
  /** Begins the work in the background. */
  readonly begin: () => void;
  /** Ends it; the network is stopped by then. */
  readonly end: () => Promise<void>;
}

export async function compose(opened: Opened): Promise<Composed> {
  const { home, identity, clock, log, store, model, embedder, index } = opened;
  const { lessons, experiences } = store;
  const self = identity.author;
  const principals = await openPrincipalBook(lessons);
  const merits = createMerits({ store: lessons, principals, self });
  const activity = createActivity();
  const gate = createGate({ hostNames: [hostname()], homeFolders: [homedir()] });
  const recallFor = recalling(opened, principals, merits);

  const ledger = createLedger({
    store: lessons,
    principals,
    self,
    clock,
    onLessons: (change) => follow(change, indexing, merits),
    onOutbox: () => network.publish(),
  });
  const indexing = createIndexing({
    lessons,
    index,
    embedder,
    place: (placed) => ledger.place(placed),
    behind: indexBehind(home),
    clock,
    log,
  });
  const authoring = { store: lessons, ledger, gate, identity, clock };
  const distiller = createDistiller({
    model: () => model,
    gate,
    similar: (text) => recallFor({ text, limit: similarLessons }),
    log: (line) => log.info(line),
  });
  const learning = createLearning({ experiences, distiller, teach: (draft) => publishDraft(draft, authoring), activity, log });
  const network = createNetwork(
    {
      identity,
      name: home.name,
      swarm: opened.swarm,
      listen: opened.listen,
      knownPeers: Object.entries(opened.settings.initial.peers).map(([peerId, addresses]) => ({ peerId, addresses })),
    },
    {
      clock,
      log: (level, message, facts) => log[level](facts ?? {}, message),
      records: lessons,
      receive: (records) => ledger.receive(records),
      outbox: outboxOf(store),
      isBlocked: (author) => principals.get(author).standing === "blocked",
      answer: (question, context) => service.answerPeer(question, context),
      onKnownPeer: ({ peerId, addresses }) => opened.settings.notePeer(peerId, addresses),
    },
  );
  const nameOf = naming(home.name, self, principals, network);
  const agent = createAgent({
    model: () => model,
    recall: recallFor,
    experiences,
    clock,
    nameOf: (author) => nameOf(author) ?? author,
    self,
  });
  const service = new NodeService({
    name: home.name,
    startedAt: clock.now(),
    ...authoring,
    experiences,
    principals,
    merits,
    agent,
    learning,
    indexing,
    network,
    model,
    embedder,
    index,
    activity,
    nameOf,
  });

  return {
    service,
    network,
    begin: () => {
      const { own, admitted, held } = lessons.counts();
      indexing.start(own + admitted + held);
      learning.start();
      ledger
        .resumeReviews()
        .catch((error: unknown) =>
          log.error({ err: error }, "lessons could not be judged again; it is tried again at the next start"),
        );
      network.publish();
    },
    end: async () => {
      activity.close();
      await learning.stop();
      await ledger.settled();
      await indexing.stop();
      await ledger.settled();
      await opened.settings.saved();
    },
  };
}

/** Known lessons that a draft is compared with. */
const similarLessons = 8;

function recalling(opened: Opened, principals: PrincipalBook, merits: Merits): (query: RecallQuery) => Promise<RecalledLesson[]> {
  const { clock, store, embedder, index, identity } = opened;
  const components: RecallComponents = {
    lessons: store.lessons,
    index: () => index,
    embedder,
    clock,
    utilitiesOf: merits.utilitiesOf,
    authorOf: (author) => ({
      trust: merits.trustOf(author),
      known: author === identity.author || principals.get(author).standing === "trusted",
    }),
  };
  return (query) => recall(query, components);
}

/** The user's own name for an author, else what the author calls itself, unless the user gave that name to another. */
function naming(
  own: string,
  self: AuthorId,
  principals: PrincipalBook,
  network: Network,
): (author: AuthorId) => string | undefined {
  return (author) => {
    if (author === self) return own;
    const { name: given } = principals.get(author);
    if (given !== undefined) return given;
    const claimed = network.peers().find(({ peerId }) => peerId === author)?.name;
    const isTaken = claimed === own || [...principals.known.values()].some(({ name }) => name === claimed);
    return isTaken ? undefined : claimed;
  };
}

function outboxOf({ lessons }: Store): Outbox {
  return {
    pending: async () => {
      const records = await Promise.all((await lessons.outbox()).map((id) => lessons.record(id)));
      return records.filter((record) => record !== undefined);
    },
    published: (id) => lessons.apply([{ kind: "outbox-remove", id }]),
  };
}

/** The index follows what the ledger has decided. */
function follow({ added, changed, attested }: LedgerChange, indexing: Indexing, merits: Merits): void {
  merits.forget(attested);
  const wanted = added.filter((lesson) => belongsInIndex(lesson.standing.state));
  if (wanted.length > 0) indexing.add(wanted);
  for (const lesson of changed) if (!belongsInIndex(lesson.standing.state)) indexing.remove(lesson.label);
}
