/** How the stages are joined: which one's output is whose input. The only file that knows them all. */
import { homedir, hostname } from "node:os";
import { createAgent, defaultStrategy, type PromptStrategy } from "@grapevine/agent";
import {
  type AuthorId,
  type Clock,
  type Embedder,
  type Environment,
  type Experience,
  type ExperienceStore,
  type Identity,
  isRotatedOut,
  type LanguageModel,
  presentKeyOf,
  RotationIndex,
  type Rotations,
  strangerCalled,
  successorOf,
  systemTimers,
  type VectorIndex,
} from "@grapevine/core";
import { createDistiller, createGate } from "@grapevine/distill";
import { createNetwork, type Network } from "@grapevine/network";
import { openEnvironment } from "@grapevine/practice";
import type { Store } from "@grapevine/store";
import type { Logger } from "pino";
import { createActivity } from "./activity.ts";
import { createAdmission } from "./admission.ts";
import { createAnswering } from "./answering.ts";
import { publishDraft } from "./authoring.ts";
import { AwaitedInvites } from "./awaited-invites.ts";
import { captureExperience } from "./capturing.ts";
import type { ReachSettings } from "./control/contract.ts";
import type { DashboardOperations } from "./control/dashboard-routes.ts";
import { createDraftTrials } from "./draft-trials.ts";
import { experiencesOfLesson } from "./experiences-of-lesson.ts";
import { familiarLessons } from "./familiar-lessons.ts";
import { findLesson } from "./finding.ts";
import { createForgetting } from "./forgetting.ts";
import { forgettingNote, indexBehind, loadAwaitedInvites, loadInvites, type NodeHome } from "./home.ts";
import { createIdleWork } from "./idle-work.ts";
import { createLearning } from "./learning.ts";
import { mapSwarm } from "./mapping-swarm.ts";
import { openMemberBook } from "./members.ts";
import { Measures } from "./metrics/measures.ts";
import type { MetricsPage } from "./metrics/metrics-page.ts";
import { createOwnOutbox } from "./own-outbox.ts";
import type { PrincipalBook } from "./principals.ts";
import { PromptBar } from "./prompt-bar.ts";
import { reportGrowth } from "./reporting-growth.ts";
import { reportHealth } from "./reporting-health.ts";
import { ReuseBook } from "./reusing.ts";
import type { SavedSettings } from "./saved-settings.ts";
import { NodeService } from "./service.ts";
import { createWatching } from "./watching.ts";

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
  /** What a calibration has found for it. */
  readonly strategy?: PromptStrategy | undefined;
  readonly embedder: Embedder;
  readonly index: VectorIndex;
  /** Where the node practises by itself. */
  readonly practise?: Environment | undefined;
}

export interface Composed {
  readonly service: NodeService;
  /** What the dashboard needs besides. */
  readonly dashboard: DashboardOperations;
  readonly network: Network;
  readonly awaited: AwaitedInvites;
  /** The page of metrics as it is now. */
  readonly metrics: () => Promise<MetricsPage>;
  /** Begins the work in the background. */
  readonly begin: () => void;
  /** Ends it; the network is stopped by then. */
  readonly end: () => Promise<void>;
}

export async function compose(opened: Opened): Promise<Composed> {
  const { home, identity, clock, log, store, model, embedder, index, strategy = defaultStrategy } = opened;
  const { lessons, experiences } = store;
  const self = identity.author;
  const { capacity } = opened.settings.initial;
  const activity = createActivity();
  const gate = createGate({ hostNames: [hostname()], homeFolders: [homedir()] });
  const rotations = new RotationIndex(await lessons.rotations());
  const members = await openMemberBook(lessons, opened.swarm, rotations);
  const measures = new Measures();
  const watching = createWatching(() => ({
    ...views,
    store: lessons,
    status: () => service.status(),
    peersNow: () => peersNow(network, principals),
    experiencesRevision: () => experiences.revision(),
    log,
  }));
  const admission = await createAdmission({
    lessons,
    index,
    embedder,
    self,
    members,
    rotations,
    clock,
    log,
    behind: indexBehind(home),
    limits: capacity === undefined ? {} : { capacity },
    onOutbox: () => network.publish(),
    onAwaited: () => network.reconsider(),
    onHeld: () => refining.wake(),
    onLessons: (change) => {
      measures.decided(change);
      watching.decided(change);
    },
  });
  const { ledger, principals, merits, indexing, room } = admission;
  const recall = measures.timing(admission.recall);
  const authoring = { store: lessons, ledger, gate, identity, clock };
  const distiller = createDistiller({
    model: () => model,
    gate,
    similar: (text) => recall({ text, limit: similarLessons }),
    familiar: familiarLessons({ recall, indexing }),
    tryOut: createDraftTrials({
      agent: { rehearse: (environment, task, options) => agent.rehearse(environment, task, options) },
      openEnvironment,
      identity,
      clock,
      log,
    }),
    log: (line) => log.info(line),
  });
  const learning = createLearning({ experiences, distiller, teach: (draft) => publishDraft(draft, authoring), activity, log });
  const promptBar = new PromptBar();
  const reuse = new ReuseBook(experiences);
  const reuses = opened.settings.initial.reuse ?? true;
  const minSimilarity = (): number => promptBar.minSimilarity;
  const agentParts = { model: () => model, strategy: () => strategy, recall, minSimilarity, clock, self };
  const ownQuestions = createActivity();
  const { answer: answers = "trusted", keepAsked: keepsAsked = true } = opened.settings.initial;
  // What an old key wrote may stay trusted; whoever comes with it may be a thief.
  const present: Pick<PrincipalBook, "get"> = {
    get: (author) => (successorOf(author, rotations) === undefined ? principals.get(author) : strangerCalled(author)),
  };
  const isTrusted = (author: AuthorId): boolean => present.get(author).standing === "trusted";
  const isBlocked = (author: AuthorId): boolean => principals.get(author).standing === "blocked";
  const { bootstrap } = opened.settings.initial;
  const reach = { ...unreached, ...opened.settings.initial.reach };
  const network = createNetwork(
    {
      identity,
      name: home.name,
      swarm: opened.swarm,
      listen: opened.listen,
      reach,
      ...(bootstrap === undefined ? {} : { bootstrap }),
      knownPeers: opened.settings.knownPeers().filter(({ peerId }) => !isBlocked(peerId)),
    },
    {
      clock,
      log: (level, message, facts) => log[level](facts ?? {}, message),
      records: {
        record: (id) => lessons.record(id),
        frames: (ids) => lessons.frames(ids),
        recordKeys: (after) => lessons.recordKeys(after),
        knows: (ids) => ledger.knows(ids),
      },
      recordChanges: store.recordChanges,
      receive: (records, from) => {
        watching.arrived(records, from);
        return ledger.receive(records);
      },
      outbox: createOwnOutbox({ lessons, log }),
      members,
      isBlocked,
      isRotatedOut: (record) => record.body.author !== self && isRotatedOut(record, rotations),
      isKnown: isTrusted,
      answering: createAnswering({
        policy: answers,
        principals: present,
        agent: createAgent({
          ...agentParts,
          experiences: keepsAsked ? experiences : nowhere,
          // What the user calls others is not for those who ask.
          nameOf: (author) => (author === self ? home.name : `…${author.slice(-8)}`),
        }),
        recall,
        gate,
        ownQuestions,
      }),
      invites: await loadInvites(home),
      onKnownPeer: (peer) => opened.settings.notePeer(peer, isTrusted),
    },
  );
  const forgetting = createForgetting({
    store: lessons,
    experiences,
    ledger,
    indexing,
    embedder,
    self,
    folder: home.folder,
    scrub: () => store.scrub(),
    note: forgettingNote(home),
    log,
  });
  const nameOf = naming(home.name, self, { principals, rotations, network });
  const views = { trustOf: merits.trustOf, utilitiesOf: merits.utilitiesOf, nameOf };
  const capturing = { ...authoring, experiences, principals, reuse };
  const captured = {
    append: async (experience: Experience) => {
      await captureExperience(experience, capturing);
      measures.answered(experience);
    },
  };
  const agent = createAgent({
    ...agentParts,
    experiences: captured,
    nameOf: (author) => nameOf(author) ?? author,
    // Own experiences are for the node's own user: what is asked by peers is always answered anew.
    known: (question) => reuse.find(question),
  });
  const { idleShare } = opened.settings.initial;
  const refining = createIdleWork(
    {
      lessons,
      experiences,
      admission,
      learning,
      authoring,
      agent,
      model,
      embedder,
      gate,
      activity,
      self,
      clock,
      log,
      practise: opened.practise,
    },
    // Of a share of none it is never started.
    idleShare === 0 ? undefined : idleShare,
  );
  const awaited = new AwaitedInvites({
    join: (request) => service.join(request),
    keeping: await loadAwaitedInvites(home),
    clock,
    timers: systemTimers,
    log,
  });
  const service = new NodeService({
    name: home.name,
    startedAt: clock.now(),
    ...authoring,
    copyStore: () => opened.store.copy(),
    experiences,
    principals,
    members,
    merits,
    agent,
    learning,
    promptBar,
    indexing,
    forgetting: {
      ...forgetting,
      lesson: async (text) => {
        const reply = await forgetting.lesson(text);
        watching.forgotten(reply.id);
        return reply;
      },
    },
    refining,
    room,
    network,
    model,
    prompts: { ...strategy, calibrated: opened.strategy !== undefined },
    embedder,
    index,
    activity,
    ownQuestions,
    recall,
    answers,
    keepsAsked,
    reuse,
    reuses,
    reach,
    awaited,
    nameOf,
  });

  let page: Promise<() => Promise<MetricsPage>> | undefined;
  const pageMaker = async (): Promise<() => Promise<MetricsPage>> => {
    const { createMetricsPage } = await import("./metrics/metrics-page.ts");
    return createMetricsPage({ measures, status: () => service.status(), networkCounts: () => network.counters() });
  };
  return {
    service,
    dashboard: {
      watch: (listener) => watching.watch(listener),
      swarmMap: () => mapSwarm({ ...views, network, store: lessons, principals }),
      growth: () => reportGrowth({ experiences, store: lessons, self, clock }),
      health: () => reportHealth(home.folder),
      experiencesOfLesson: async (text) => await experiencesOfLesson(await findLesson(text, lessons), experiences),
    },
    network,
    awaited,
    metrics: async () => {
      page ??= pageMaker();
      return (await page)();
    },
    begin: () => {
      admission.begin();
      forgetting.resume();
      promptBar
        .open(experiences)
        .catch((error: unknown) =>
          log.error({ err: error }, "outcomes could not be read; how near lessons must be is not adapted to them"),
        );
      reuse
        .open()
        .catch((error: unknown) => log.error({ err: error }, "verified answers could not be read; they are not given again"));
      learning.start();
      if (idleShare !== 0) refining.start();
      network.publish();
    },
    end: async () => {
      activity.close();
      await refining.stop();
      await learning.stop();
      await forgetting.settled();
      await admission.end();
      await opened.settings.saved();
    },
  };
}

/** Nothing talks to strangers unless the user says so. */
const unreached: ReachSettings = { lan: false, exchange: false, dht: false, nat: false, relay: false };

/** For questions of others that are not to be kept. */
const nowhere: Pick<ExperienceStore, "append"> = { append: async () => undefined };

/** Known lessons that a draft is compared with. */
const similarLessons = 8;

/** The user's own name for an author, else what the author calls itself, unless the user gave that name to another. */
function naming(
  own: string,
  self: AuthorId,
  { principals, rotations, network }: { principals: PrincipalBook; rotations: Rotations; network: Network },
): (author: AuthorId) => string | undefined {
  return (key) => {
    const author = presentKeyOf(key, rotations);
    if (author === self) return own;
    const { name: given } = principals.get(author);
    if (given !== undefined) return given;
    const claimed = network.peers().find(({ peerId }) => peerId === author)?.name;
    const isTaken = claimed === own || [...principals.known.values()].some(({ name }) => name === claimed);
    return isTaken ? undefined : claimed;
  };
}

/** Who is connected, and how the user stands to whom: another text after every change of it. */
function peersNow(network: Network, principals: PrincipalBook): string {
  const connected = network.peers().map(({ peerId, name }) => [peerId, name]);
  const known = [...principals.known.values()].map(({ author, name, standing }) => [author, name, standing]);
  return JSON.stringify([connected, known]);
}
