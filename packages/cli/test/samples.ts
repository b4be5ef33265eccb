import type { Answer, ExperienceSummary, LessonDetails, LessonSummary, PeerSummary, Status, UsedLesson } from "@grapevine/node";
import { now } from "./harness.ts";

export const lessonId = "bafyreigh2akiscaildcqabsyg3dfr6chu3fgpregiymsck7e7aqa4s52zy";
const peerId = "12D3KooWLRPJAA5o6vCPeGWBvQZBiGxwyYFvNbCQvQvyqXHHRoyX";
const secondsAgo = (seconds: number): number => now - seconds * 1000;

export const used: UsedLesson = {
  id: lessonId,
  title: "List a box in order",
  author: peerId,
  authorName: "ada",
  similarity: 0.8123,
  trust: 0.5,
  own: false,
};

export const answer: Answer = {
  experienceId: "01HF7YAT00TESTTEST8M3K0Q7Z",
  answer: "stash peek tin --by size",
  answeredBy: { peerId, name: "bo" },
  lessons: [used],
  reused: false,
  model: "embedded",
  ms: 1234,
};

export const lesson: LessonSummary = {
  id: lessonId,
  state: "held",
  kind: "procedure",
  title: "List a box in order",
  situation: "A box of the stash tool is to be listed in order",
  guidance: "Use peek with the field after --by",
  author: peerId,
  authorName: "ada",
  trust: 0.25,
  utility: 0.75,
  cluster: lessonId,
  createdAt: secondsAgo(300),
};

export const lessonDetails: LessonDetails = {
  ...lesson,
  example: { task: "List box tin in order of size", steps: ["stash peek tin --by size"] },
  evidence: { worked: 2, changed: 0, failed: 1, verifiedBy: "environment" },
  tags: ["stash"],
  environment: { stash: "2.1" },
  derivedFrom: [],
  receivedAt: secondsAgo(200),
  outcomes: { worked: 1, changed: 0, failed: 0 },
  attestations: [{ author: peerId, worked: 3, changed: 0, failed: 0 }],
  pinned: false,
  conflicts: [],
  explanation: ["It is held since 2026-11-01 10:00 UTC by the rule stranger (STRANGER_HELD): you do not know its author."],
  history: [{ state: "held", rule: "stranger", reason: "its author is not known here", since: secondsAgo(200) }],
};

export const experience: ExperienceSummary = {
  id: answer.experienceId,
  createdAt: secondsAgo(7200),
  prompt: "How do I list a box by size?",
  answer: answer.answer,
  verdict: "worked",
  lessons: 1,
  distillation: "distilled",
};

export const peer: PeerSummary = {
  peerId,
  name: "ada",
  connected: true,
  standing: "stranger",
  trust: 0.25,
  addresses: ["/ip4/127.0.0.1/tcp/4001"],
  lessons: 3,
  roundTripMs: 4.2,
  path: "relayed",
  conduct: "good",
};

export const status: Status = {
  name: "bo",
  peerId,
  swarm: "grapevine",
  addresses: [`/ip4/127.0.0.1/tcp/4001/p2p/${peerId}`, "/ip4/127.0.0.1/tcp/4002"],
  api: "http://127.0.0.1:9",
  model: "embedded",
  embedder: "minilm",
  peers: 1,
  lessons: { own: 1, admitted: 2, held: 3, archived: 0 },
  experiences: 5,
  queues: { admission: 0, embedding: 0, distillation: 2, outbox: 0 },
  refined: {
    trials: { admitted: 1, refused: 2, undecided: 0, generations: 40 },
    consolidations: { drafted: 0, refused: 0 },
    practised: { environment: "tools:7", tasks: 9, solved: 6, brokenOff: 1 },
    share: 0.21,
  },
  prompts: { act: "completion", lessons: 1, place: "after", calibrated: true },
  room: { foreign: 5, capacity: 20_000 },
  reachability: "unknown",
  reach: { lan: true, exchange: false, dht: false, nat: true, relay: false },
  awaited: [
    {
      peerId,
      name: "ada",
      addresses: ["/ip4/192.0.2.7/tcp/4001"],
      since: secondsAgo(50),
      expiresAt: now + 86_400_000,
      nextTryAt: now + 16_000,
      trust: true,
      tries: 3,
      lastFailure: "PEER_UNREACHABLE",
    },
  ],
  answers: "trusted",
  keepsAsked: true,
  reuses: true,
  distilled: { lessons: 1, refused: 0, failed: 0 },
  version: "0.1.0",
  startedAt: secondsAgo(60),
};
