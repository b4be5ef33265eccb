/** Two attackers in one process: one sends valid lessons of its own, the other forged ones, as fast as it is told. The bytes are made beforehand. */
import { setTimeout as wait } from "node:timers/promises";
import { type AuthorId, createIdentity } from "@grapevine/core";
import type { Stream } from "@libp2p/interface";
import { gossipOf, greet, openGossip, startBareHost } from "./bare-host.ts";
import { type Commands, serve } from "./child.ts";
import { floodLesson } from "./flood-lesson.ts";

const drainTimeoutMs = 2_000;
/** Records in a message of gossipsub. */
const perMessage = 20;

const author = createIdentity();
const [valid, invalid] = [await startBareHost(), await startBareHost()];
let validMessages: Uint8Array[] = [];
let invalidMessages: Uint8Array[] = [];

export interface AttackerCommands extends Commands {
  readonly whois: (input: undefined) => { readonly author: AuthorId; readonly valid: string; readonly invalid: string };
  /** Makes so many valid records, and as many forged ones. */
  readonly make: (records: number) => void;
  /** Sends them all; `greeting`: the victims are nodes, which hear nobody for long who does not greet. */
  readonly attack: (input: Attack) => Promise<{ readonly startedAt: number; readonly endedAt: number }>;
}

interface Attack {
  readonly addresses: readonly string[];
  readonly perSecond: number;
  readonly greeting: boolean;
}

const commands: AttackerCommands = {
  whois: () => ({ author: author.author, valid: valid.peerId.toString(), invalid: invalid.peerId.toString() }),
  make: (records) => {
    const frames = Array.from({ length: records }, (_, number) => floodLesson(author, number).frame);
    validMessages = messagesOf(frames);
    invalidMessages = messagesOf(frames.map(forged));
  },
  attack: async ({ addresses, perSecond, greeting }) => {
    if (greeting) for (const host of [valid, invalid]) for (const address of addresses) await greet(host, address);
    const [validStreams, invalidStreams] = await Promise.all(
      [valid, invalid].map((host) => Promise.all(addresses.map((address) => openGossip(host, address)))),
    );
    const startedAt = Date.now();
    for (const [turn, message] of validMessages.entries()) {
      const forgedMessage = invalidMessages[turn];
      for (const stream of validStreams ?? []) await push(stream, message);
      for (const stream of invalidStreams ?? []) if (forgedMessage !== undefined) await push(stream, forgedMessage);
      await wait(Math.max(0, startedAt + ((turn + 1) * perMessage * 1000) / perSecond - Date.now()));
    }
    return { startedAt, endedAt: Date.now() };
  },
};

serve(commands);

function messagesOf(frames: readonly Uint8Array[]): Uint8Array[] {
  return Array.from({ length: Math.ceil(frames.length / perMessage) }, (_, at) =>
    gossipOf(frames.slice(at * perMessage, (at + 1) * perMessage)),
  );
}

/** A bit of the signature is turned, so that everything else about the record is right. */
function forged(frame: Uint8Array): Uint8Array {
  const copy = Uint8Array.from(frame);
  copy[40] = (copy[40] ?? 0) ^ 1;
  return copy;
}

/** Whoever ends the stream, or does not read on, gets no more of it. */
async function push(stream: Stream, bytes: Uint8Array): Promise<void> {
  if (stream.status !== "open" || stream.send(bytes)) return;
  const isReadOn = await stream.onDrain({ signal: AbortSignal.timeout(drainTimeoutMs) }).then(
    () => true,
    () => false,
  );
  if (!isReadOn) stream.abort(new Error("it is not read"));
}
