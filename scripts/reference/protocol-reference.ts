/** The parts of docs/PROTOCOL.md that are made from the code: the limits that a peer meets, and the scores. The rest of the page is written by hand. */
import { limits } from "@grapevine/core";
import { topicScore } from "../../packages/network/src/gossip-config.ts";
import * as networkLimits from "../../packages/network/src/network-limits.ts";
import { table } from "./markdown-table.ts";

/** What a peer notices of a node. Limits that are a node's own affair, such as how often it redials, are not here. */
const limitMeanings: Readonly<Record<string, string>> = {
  maxRecordBytes: "bytes of a record, its signature counted",
  maxRecordDepth: "levels of nesting in a body",
  maxTitleLength: "code points of a title",
  maxSituationLength: "code points of a situation",
  maxGuidanceLength: "code points of a guidance",
  maxExampleTextLength: "code points of an example's task and of each step",
  maxExampleSteps: "steps of an example",
  maxTags: "tags of a lesson",
  maxTagLength: "code points of a tag",
  maxEnvironmentFacts: "environment facts of a lesson",
  maxEnvironmentFactLength: "code points of a fact's name and of its value",
  maxDerivedFrom: "lessons that a lesson derives from",
  maxModelNameLength: "code points of a model's name",
  maxReasonLength: "code points of a retraction's reason",
  maxClockSkewMs: "milliseconds that a record may be dated ahead",
  maxQuestionBytes: "bytes of a question in UTF-8",
  maxFrameBytes: "bytes of a frame of a stream protocol",
  maxFrameDepth: "levels of nesting in a frame",
  maxHelloBytes: "bytes of a greeting",
  maxNameLength: "UTF-16 units of a node's name, which is cut to them",
  maxSwarmLabelLength: "characters of a swarm's label, which is the name of an open one",
  maxSwarmLength: "characters of a closed swarm's name",
  maxKeptRecords: "records that a revocation, or a rotation, keeps",
  maxRotationsOfAuthor: "rotations of one key that are kept",
  maxSuccession: "rotations in the succession of a membership",
  maxMembershipBytes: "bytes of the record that a member shows in its greeting",
  maxAddressesPerPeer: "addresses of a peer that are kept",
  maxAddressLength: "characters of an address, or bytes in an invite",
  maxInviteLength: "characters of an invite",
  maxInviteSwarmLength: "characters of a swarm's name in an invite",
  inviteIdBytes: "bytes of an invite's id",
  helloTimeoutMs: "milliseconds from the connection to the end of the greeting",
  authorRate: "gossiped records of one author whom the user named",
  strangerRate: "gossiped records of any other author",
  namedRate: "gossiped records of all named authors together, where swarmRate is used up",
  mostRejected: "rejected records, lately, from which on a forwarder is unread",
  forwarderRate: "gossiped records that one neighbour brings",
  excessRate: "what may come above that",
  publishRate: "records that a node publishes",
  swarmRate: "gossiped records that all neighbours together bring",
  shareRate: "what each neighbour may bring even above that",
  inboundQueue: "gossiped records that wait to be stored",
  maxGossipMessageBytes: "bytes of a message of gossipsub",
  announcedFromBytes: "bytes of a record for which IDONTWANT is sent",
  maxRememberedIds: "ids of gossiped records that are remembered",
  maxExchangedPeers: "peers that one answer to an exchange names",
  maxExchangedAddresses: "addresses of each of them",
  maxExchangeBytes: "bytes of a frame of an exchange",
  maxCalledTogether: "addresses that are called at the moment that DCUtR agrees on",
  maxTableProviders: "peers of the swarm that the table keeps and names",
  exchangeRate: "exchanges that one peer has answered",
  maxRelayReservations: "peers that have a place at a relay",
  relayReservationMs: "milliseconds until such a place has to be renewed",
  maxRelayConnectionBytes: "bytes of a relayed connection, both ways together",
  maxRelayConnectionMs: "milliseconds of a relayed connection",
  frameBudgetBytes: "bytes of the records in one frame of a sync",
  maxReconcileBytes: "bytes of a message of set reconciliation",
  maxSyncRounds: "messages of set reconciliation in a sync",
  maxIdsPerRequest: "ids, or records, in one request of a sync",
  maxPagesUnderWay: "requests for records that a leader has unanswered",
  reconcileRate: "messages of set reconciliation that one peer has answered",
  offerRate: "offered records that are taken of one peer",
  syncFrameTimeoutMs: "milliseconds to the next frame of a sync",
  syncSessionTimeoutMs: "milliseconds of a whole sync",
  settledForMs: "milliseconds that a difference which nobody wants resolved is left alone",
  askTimeoutMs: "milliseconds of a question, at most",
  maxAnswerBytes: "bytes of an answer in UTF-8",
  maxLessonsPerAnswer: "lessons that an answer names",
  maxAskStreams: "streams of ask on a connection",
  maxAnswersAtOnce: "answers in the making",
  maxStrangerAnswersAtOnce: "of these, answers to peers whom the user has not named",
  peerQuestionRate: "questions of one peer",
  strangerQuestionRate: "questions of all strangers together",
  peerProbeRate: "probes of one peer",
  strangerProbeRate: "probes of all strangers together",
  probeTimeoutMs: "milliseconds of a probe",
};

/** The page with its generated parts made anew. A part whose marks are missing, or a limit that is not in the code, is a bug and throws. */
export function protocolReference(page: string): string {
  return withPart(withPart(page, "limits", limitsTable()), "scoring", scoringTable());
}

function limitsTable(): string {
  const known: Readonly<Record<string, unknown>> = { ...networkLimits, ...limits };
  const rows = Object.entries(limitMeanings).map(([name, meaning]) => [`\`${name}\``, figure(name, known[name]), meaning]);
  return table(["limit", "value", "of what"], rows);
}

function scoringTable(): string {
  const rows = Object.entries(topicScore).map(([name, value]) => [`\`${name}\``, figure(name, value)]);
  return table(["parameter", "value"], rows);
}

function figure(name: string, value: unknown): string {
  if (typeof value === "number") return value.toLocaleString("en-GB");
  if (isRate(value)) {
    const often = value.perSecond === undefined ? `${value.perMinute} a minute` : `${value.perSecond} a second`;
    return `${often}, burst ${value.burst.toLocaleString("en-GB")}`;
  }
  if (isQueue(value))
    return `${value.most.toLocaleString("en-GB")}, of one neighbour ${value.mostPerForwarder.toLocaleString("en-GB")}`;
  throw new Error(`${name} is no figure of the code`);
}

interface StatedRate {
  readonly perSecond?: number;
  readonly perMinute?: number;
  readonly burst: number;
}

function isRate(value: unknown): value is StatedRate {
  return typeof value === "object" && value !== null && "burst" in value && ("perSecond" in value || "perMinute" in value);
}

function isQueue(value: unknown): value is typeof networkLimits.inboundQueue {
  return typeof value === "object" && value !== null && "mostPerForwarder" in value;
}

function withPart(page: string, name: string, part: string): string {
  const begin = `<!-- ${name}: written by \`npx pnpm reference\` -->\n`;
  const end = `<!-- end of ${name} -->`;
  const [before, rest] = halves(page, begin);
  const [, after] = halves(rest, end);
  return `${before}${begin}\n${part}\n\n${end}${after}`;
}

function halves(text: string, mark: string): [string, string] {
  const at = text.indexOf(mark);
  if (at === -1) throw new Error(`docs/PROTOCOL.md has lost the mark ${mark}`);
  return [text.slice(0, at), text.slice(at + mark.length)];
}
