/** What the network holds itself and others to. Each limit stands beside its reason. */

/**
 * One frame of any of our stream protocols. 256 KiB moves 68 MB/s over loopback; larger frames gain nothing and cost memory a
 * peer.
 */
export const maxFrameBytes: number = 256 * 1024;
/** What a sender puts into a frame of records or keys, so that the envelope fits as well. */
export const frameBudgetBytes: number = 240 * 1024;
/** Message, list, item and its fields: nothing we send nests deeper. */
export const maxFrameDepth = 6;

/** A page of keys: about 150 KB. */
export const maxKeysPerPage = 2000;
/** Asked for at once: more than fit into one frame of ordinary lessons, so that a frame is well filled. */
export const maxIdsPerRequest = 400;
/** Nobody waits longer for one frame of a sync. */
export const syncFrameTimeoutMs = 15_000;
/** One sync with one peer. What is left is taken up by the next one, so that nobody can hold a place for ever. */
export const syncSessionTimeoutMs = 120_000;
/** Syncs that this node pulls at a time: one slow peer does not hold up the others. */
export const maxSyncsAtOnce = 3;
/** Records checked before other work gets its turn: about 15 ms. */
export const recordsPerTurn = 32;

/** A greeting is a few hundred bytes; a peer that cannot give it in this time is not one. */
export const helloTimeoutMs = 10_000;
export const maxHelloBytes: number = 8 * 1024;
export const maxNameLength = 40;
export const maxSwarmLength = 64;
/** Addresses kept of a peer: a host's interfaces, not a list of victims to dial. */
export const maxAddressesPerPeer = 8;
export const maxAddressLength = 256;

/**
 * Records that one author may have gossiped: a person teaching or an agent practising makes a few a minute; a burst carries an
 * import. What is over the limit is not lost, it comes by sync.
 */
export const authorRate: { readonly perSecond: number; readonly burst: number } = { perSecond: 50, burst: 500 };
/**
 * Records that one forwarder may bring, from all authors together: bounds the time spent on signatures to a fraction of a core.
 */
export const forwarderRate: { readonly perSecond: number; readonly burst: number } = { perSecond: 500, burst: 2000 };
/** What this node publishes at most: below what its peers let one author have, so that nothing of its own is dropped by them. */
export const publishRate: { readonly perSecond: number; readonly burst: number } = { perSecond: 40, burst: 400 };
/** Authors and forwarders whose rates are remembered; the ones idle longest go first. */
export const maxRatedKeys = 4096;
/** Ids of gossiped records that are remembered, beyond the two minutes of gossipsub: a replay is not relayed again. */
export const maxRememberedIds = 16_384;
/** Accepted records that wait for admission. Past it gossip is ignored, and sync brings what was missed. */
export const maxInboundRecords = 4096;
/** Handed to admission at a time. */
export const inboundBatch = 64;

/** The whole text of an answer. Small models write a few kilobytes. */
export const maxAnswerBytes: number = 1024 * 1024;
/** From the question to the last frame, unless the asker says less. */
export const askTimeoutMs: number = 5 * 60_000;
/** Answers in the making at a time; generation is serialised behind them anyway. */
export const maxAnswersAtOnce = 4;
/** Lessons that an answer may name: more than any prompt holds. */
export const maxLessonsPerAnswer = 64;

/** Peers that are kept to be redialled. */
export const maxKnownPeers = 256;
/** With this many connections, peers that the user did not name are not redialled. */
export const wantedPeers = 12;
/** A peer that was met once is given up after this many failures in a row, about two hours; named addresses never are. */
export const maxRedialFailures = 30;
export const dialTimeoutMs = 10_000;
