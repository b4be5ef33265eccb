/** What the network holds itself and others to. Each limit stands beside its reason. */

/**
 * One frame of any of our stream protocols. 256 KiB moves 68 MB/s over loopback; larger frames gain nothing and cost memory a
 * peer.
 */
export const maxFrameBytes: number = 256 * 1024;
/** What a sender puts into a frame of records, so that the envelope fits as well. */
export const frameBudgetBytes: number = 240 * 1024;
/** Message, list, item and its fields: nothing we send nests deeper. */
export const maxFrameDepth = 6;

/**
 * One message of set reconciliation: about 3,000 fingerprints, which are 50 ms of work, or 2,000 ids, whose records are fetched before the next message. A
 * thousand differences among 100,000 records take about five of them.
 */
export const maxReconcileBytes: number = 64 * 1024;
/** Messages of set reconciliation in one sync: a million ids. What is left comes in the next sync. */
export const maxSyncRounds = 512;
/**
 * Messages of set reconciliation that one peer has answered: a fifth of a core at most. A sync of a thousand differences among 100,000 records has eight; who sends more
 * waits.
 */
export const reconcileRate: { readonly perSecond: number; readonly burst: number } = { perSecond: 4, burst: 40 };
/** How often it is looked whether the wait is over. */
export const reconcileWaitMs = 250;
/** For so long a difference that nobody wants resolved is not looked at again; see sync-protocol.ts. */
export const settledForMs: number = 30 * 60_000;
/** Ids whose records were fetched and ignored: not fetched again for as long. */
export const maxPassedOver = 16_384;
/** Records that a peer may have taken here by its own offer; what is over it is fetched when it is this node's turn to sync. */
export const offerRate: { readonly perSecond: number; readonly burst: number } = { perSecond: 200, burst: 10_000 };
/**
 * A peer that brings nothing for so long, of what it was asked for, does not keep others from bringing it: a frame of records takes a fraction of a second on any
 * link that is of use.
 */
export const claimTimeoutMs = 5_000;
/** By how much each record that it brings lengthens that, up to the whole again: lessons of 600 bytes come twice as fast over 20 kB/s. */
export const claimPerRecordMs = 60;
/** What strangers claim is left to them against peers whom the user named for so long after each record: enough for one that sends, so that nothing comes twice. */
export const strangersClaimMs = 2_000;
/** For so long after it did not bring what it was asked for, a peer keeps nobody from anything. */
export const brokenClaimMs: number = 10 * 60_000;
/**
 * Ids that a peer is forgiven that it was asked for and did not bring, beyond as many as it did bring: an honest one deletes a few while it is asked for them, and a liar delays each of
 * them by a few seconds.
 */
export const forgivenMissRate: { readonly perSecond: number; readonly burst: number } = { perSecond: 8 / 600, burst: 8 };
/** Ids that were missed and forgiven, and of which that is remembered: two messages of set reconciliation full of them, in about half a megabyte. */
export const maxMissedIds = 4096;
/** Peers are asked at once for what may be wanted now, as when an author is allowed again, but not more often: else it costs what a flood does. */
export const reconsiderEveryMs = 60_000;
/** Asked for at once: more than fit into one frame of ordinary lessons, so that a frame is well filled. */
export const maxIdsPerRequest = 400;
/**
 * Pages that a leader has asked for and that have not come: enough that the wire is busy while it checks and stores, and on a link of 100 ms still 7 MB/s. What waits to be read
 * of them is 768 KiB at most.
 */
export const maxPagesUnderWay = 3;
/** Nobody waits longer for one frame of a sync. */
export const syncFrameTimeoutMs = 15_000;
/** One sync with one peer. What is left is taken up by the next one, so that nobody can hold a place for ever. */
export const syncSessionTimeoutMs = 120_000;
/** Syncs that this node has begun at a time: one slow peer does not hold up the others. */
export const maxSyncsAtOnce = 3;
/** As many more are for peers whom the user named, so that strangers who are slow on purpose do not keep them waiting. */
export const maxNamedSyncsAtOnce = 2;
/** Records whose form is checked one after the other, about 5 ms, while their signatures are checked side by side on other threads. */
export const checkedTogether = 32;
/** After so long with them, other work gets its turn before the next are checked. */
export const checkTurnMs = 5;

/** Authors whose last sequence number is remembered, to see that one was left out; those heard of longest ago go first. */
export const maxSequencedAuthors = 4096;
/** What is waited for of one peer before a sync asks for it: enough to know that something is missing. */
export const maxAwaitedPerPeer = 64;

/** Addresses that a peer may have this node call at the moment agreed on with it: the peer's own, of each kind, and as many that it is not sure of. Each is called for five seconds. */
export const maxCalledTogether = 4;
/** From where on ports are nobody's by registration (RFC 6335), and where they end: those calls come from one of them. */
export const privatePort = 49_152;
export const mostPort = 65_535;

/** A greeting is a few hundred bytes; a peer that cannot give it in this time is not one. */
export const helloTimeoutMs = 10_000;
export const maxHelloBytes: number = 12 * 1024;
/** The record by which a member is admitted, in a greeting: about 300 bytes, and 250 for each of the owner's keys that it shows (`limits.maxSuccession`). */
export const maxMembershipBytes: number = 5 * 1024;
export const maxNameLength = 40;
/** An invite has about 400 characters, eight addresses and the longest names included about 1,500. */
export const maxInviteLength = 8192;
/** A swarm's name in an invite may hold its owner's key beside its label. */
export const maxInviteSwarmLength = 128;
/** Ids of invites: nobody guesses one of 2^80, and it is still short enough to type its beginning. */
export const inviteIdBytes = 10;
/** How long an invite holds unless its maker says otherwise: long enough for a mail to be read, short enough that a lost one is not for ever. */
export const usualInviteLifeMs: number = 7 * 86_400_000;
export const minInviteLifeMs = 60_000;
export const maxInviteLifeMs: number = 365 * 86_400_000;
/** Peers that may be given as the most that join by one invite, and that are remembered of one without such a bound. */
export const maxInviteUses = 1000;
/** Invites that a node remembers, each about 200 bytes: whoever needs more peers than that gives one to several. */
export const maxIssuedInvites = 1000;
/** An expired invite is remembered for so long, to be shown, and to tell who presents it that it expired. */
export const inviteForgottenAfterMs: number = 30 * 86_400_000;
/** Addresses kept of a peer: a host's interfaces, not a list of victims to dial. */
export const maxAddressesPerPeer = 8;
export const maxAddressLength = 256;

/**
 * Records that one author whom the user named may have gossiped: a person teaching or an agent practising makes a few a minute; a burst carries an
 * import. What is over the limit is not lost, it comes by sync.
 */
export const authorRate: { readonly perSecond: number; readonly burst: number } = { perSecond: 50, burst: 500 };
/**
 * Records that any other author may have gossiped: still far more than a person or an agent makes. Admission, which syncs the disk for each batch, has most of its time left for others while one of
 * them floods; a stranger's import beyond the burst comes by sync.
 */
export const strangerRate: { readonly perSecond: number; readonly burst: number } = { perSecond: 2, burst: 20 };
/**
 * Records that one forwarder may bring, from all authors together: bounds the time spent on signatures to a fraction of a core. An honest forwarder stays below it for
 * certain: it passes on what it accepted (`swarmRate`, `namedRate`, and `shareRate` of each of its neighbours) and what it publishes.
 */
export const forwarderRate: { readonly perSecond: number; readonly burst: number } = { perSecond: 500, burst: 2000 };
/**
 * Rejected records, lately, from which on nothing more of their forwarder is read: as many as leave even a named peer unheard by gossipsub, which looks at a score once a second. In that
 * second a forger would have a thousand signatures checked.
 */
export const mostRejected = 3.5;
/**
 * What may come above that without being held against the forwarder: a machine that stood still reads at once what came meanwhile. It fills slowly, so that whoever goes
 * on too fast for a quarter of a minute is held to account, and soon not heard at all.
 */
export const excessRate: { readonly perSecond: number; readonly burst: number } = { perSecond: 20, burst: 6000 };
/** Gossiped records accepted of all forwarders together: a third of what admission takes on one core. What is over it comes by sync. */
export const swarmRate: { readonly perSecond: number; readonly burst: number } = { perSecond: 250, burst: 1500 };
/** What each forwarder may bring even when the others have used that up: so no crowd of neighbours silences an honest one. */
export const shareRate: { readonly perSecond: number; readonly burst: number } = { perSecond: 2, burst: 50 };
/** What authors whom the user named may have gossiped, all together, when a crowd has used that up: so no crowd silences them, and a forwarder that relays it all stays below its rate. */
export const namedRate: { readonly perSecond: number; readonly burst: number } = { perSecond: 10, burst: 200 };
/** What this node publishes at most: below what those who named it let one author have, so that they drop nothing of its own. */
export const publishRate: { readonly perSecond: number; readonly burst: number } = { perSecond: 40, burst: 400 };
/** Authors and forwarders whose rates are remembered; the ones idle longest go first. */
export const maxRatedKeys = 4096;
/** Ids of gossiped records that are remembered, beyond the two minutes of gossipsub: a replay is not relayed again. */
export const maxRememberedIds = 16_384;
/**
 * Accepted records that wait for admission. What finds no room is not lost, sync brings it. One forwarder fills a quarter at most, whoever the authors are, and one author a quarter
 * of that, whoever brings it: an honest forwarder passes on a flood as well. Where all is taken, the newest of whoever
 * has most waiting makes room for one who has less. Named authors have places of their own, since nobody can make them up. Batches are taken of each forwarder in turn, small
 * ones, since whoever has little waits for one of each that has much.
 */
export const inboundQueue: {
  readonly most: number;
  readonly mostPerForwarder: number;
  readonly mostPerAuthor: number;
  readonly mostOfNamed: number;
  readonly batch: number;
} = {
  most: 4096,
  mostPerForwarder: 1024,
  mostPerAuthor: 256,
  mostOfNamed: 1024,
  batch: 16,
};

/**
 * One message of gossipsub: its library's own bound. A lower one would end the stream of an honest peer whose reply to a request for a burst holds thousands of records; records
 * have their own, far lower limit.
 */
export const maxGossipMessageBytes: number = 4 * 1024 * 1024;
/** Parts of one message of gossipsub, beyond which it is dropped undecoded: as many records and ids as honest peers ask for at once, and few of what comes singly. */
export const gossipMessageLimits = {
  maxSubscriptions: 16,
  maxMessages: 5000,
  maxIhaveMessageIDs: 5000,
  maxIwantMessageIDs: 5000,
  maxIdontwantMessageIDs: 512,
  maxControlMessages: 100,
  maxPeerInfos: 16,
} as const;
/** From this size on peers are told that a record is here already: below it the telling costs as much as the copy that it spares. */
export const announcedFromBytes = 4096;

/** Open connections. */
export const maxConnections = 100;
/** Of these, places that are kept for peers whom the user named: strangers who come get the others. */
export const namedConnections = 20;
/** Of these, places that members of a closed swarm may have as well: whoever is nobody there can shut none of them out, and they not whom the user named. */
export const memberConnections = 10;
/** Connections that one address may open in a second: a cluster on one machine and a team behind one router start at once. */
export const maxConnectionsPerSecond = 50;
/** Connections whose greeting and encryption are under way. */
export const maxPendingConnections = 50;

/** The whole text of an answer. Small models write a few kilobytes. */
export const maxAnswerBytes: number = 1024 * 1024;
/** From the question to the last frame, unless the asker says less. */
export const askTimeoutMs: number = 5 * 60_000;
/** Answers in the making at a time; generation is serialised behind them anyway. */
export const maxAnswersAtOnce = 4;
/** Of these, answers to peers whom the user has not named: strangers leave places to those that are known. */
export const maxStrangerAnswersAtOnce = 2;
/** Questions that one peer may put: a person asks a few a minute, a script gets its dozen and then one every ten seconds. */
export const peerQuestionRate: { readonly perMinute: number; readonly burst: number } = { perMinute: 6, burst: 12 };
/** Questions that all strangers together may put, since identities cost nothing: half of what a model answers that takes ten seconds each. */
export const strangerQuestionRate: { readonly perMinute: number; readonly burst: number } = { perMinute: 3, burst: 12 };
/** Probes that one peer may send: each costs one embedding, about 30 ms, and comes before a question. */
export const peerProbeRate: { readonly perMinute: number; readonly burst: number } = { perMinute: 30, burst: 30 };
/** Probes that all strangers together may send: at most a twentieth of a core. */
export const strangerProbeRate: { readonly perMinute: number; readonly burst: number } = { perMinute: 60, burst: 60 };
/** Probes that are worked on at a time; the embedder takes one after the other. */
export const maxProbesAtOnce = 16;
/** From a probe to its reply: recall takes a few hundredths of a second; on a machine that generates on all its cores, up to a second. */
export const probeTimeoutMs = 2000;
/** Streams of the ask protocol that one connection may have open: a question, a probe, and what is being refused. */
export const maxAskStreams = 4;
/** Lessons that an answer may name: more than any prompt holds. */
export const maxLessonsPerAnswer = 64;

/** Peers that are kept to be redialled. */
export const maxKnownPeers = 256;
/** With this many connections, peers that the user did not name are not redialled. */
export const wantedPeers = 12;
/** With fewer connections than this a node dials more often: one or two may be liars, or about to leave, and nothing would come. */
export const lonelyBelow = 3;
/** A peer that was met once is given up after this many failures in a row, about two hours; named addresses never are. */
export const maxRedialFailures = 30;
/** A peer that was met on one day only is a newcomer; newcomers have a quarter of the places of known peers. */
export const newcomerForMs: number = 86_400_000;
/** A peer that was not met for so long is no acquaintance any more. */
export const strangeAfterMs: number = 30 * 86_400_000;
/** With fewer connections to acquaintances than this, they are redialled however many newcomers are connected: they may all be one. */
export const wantedAcquaintances = 4;
export const dialTimeoutMs = 10_000;

/** Peers that one answer to an exchange names, each with so many addresses: about 6 KB at most, and enough to be connected well after two of them. */
export const maxExchangedPeers = 16;
export const maxExchangedAddresses = 4;
export const maxExchangeBytes: number = 32 * 1024;
export const exchangeTimeoutMs = 10_000;
/** Exchanges that one peer has answered: it asks on connecting and every ten minutes, while it knows too few. */
export const exchangeRate: { readonly perMinute: number; readonly burst: number } = { perMinute: 1, burst: 5 };
/** How often each link is tried. With the 20 s of a ping's patience a dead one is noticed within 50 s. */
export const pingEveryMs = 30_000;
/** With so many peers nobody is looked for any more: others look for this node, too, so that it comes to about twice as many in a swarm that has them. */
export const enoughPeers = 6;
/** How often it is looked whether there are enough peers, ± 30 %; with enough of them nothing else happens. */
export const discoveryEveryMs: number = 10 * 60_000;
/** With fewer peers than this a node calls into the local network each time it looks. */
export const lonelyPeers = 3;
/** How often a node calls into the local network in any case. Fifty nodes then hear 0.9 KB/s of answers; see lan-calls.ts. */
export const lanCallEveryMs: number = 20 * 60_000;
/** Peers that were found and are being dialled: others wait to be found again. */
export const maxFoundDials = 4;
/** Whoever was found and dialled is not dialled again by being found for so long; peers that were met are redialled anyway. */
export const foundAgainAfterMs: number = 10 * 60_000;
export const maxFoundRemembered = 1024;

/** Peers in a bucket of the swarm's table. Traffic grows with its square; with eight, half of which are away, a thousand nodes still find each other. */
export const dhtBucketSize = 8;
/** Peers that a query asks at a time. */
export const dhtParallelQueries = 3;
export const dhtQueryTimeoutMs = 30_000;
/** Peers of the swarm that this node's part of the table names: some 30 KB in an answer. Whoever asks wants sixteen. */
export const maxTableProviders = 256;
/** How often the table is asked for this node's neighbours in it. */
export const dhtSelfQueryEveryMs: number = 30 * 60_000;

/** Peers that have a place at this relay; each costs one connection, of a hundred. */
export const maxRelayReservations = 32;
/** A place is renewed well before, and given to another when its holder is gone. */
export const relayReservationMs: number = 60 * 60_000;
/** Bytes, both ways together, and time of one relayed connection: a sync of some ten thousand lessons, or an hour of gossip. Afterwards it is dialled anew. */
export const maxRelayConnectionBytes: number = 16 * 1024 * 1024;
export const maxRelayConnectionMs: number = 60 * 60_000;
/** Relayed connections, and requests for places, of one peer at a time. */
export const maxRelayStreams = 32;
