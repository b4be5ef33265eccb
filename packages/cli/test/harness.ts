/** A terminal that remembers, a home with nodes in it, and a control server that speaks the contract: real sockets, no model. */
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough, Readable } from "node:stream";
import { text as textOf } from "node:stream/consumers";
import { backUp, connectToNode, readSettings, restoreNode, runningNodes, writeSettings } from "@grapevine/node";
import { onTestFinished } from "vitest";
import type { NodeAccess } from "../src/node-access.ts";
import { run } from "../src/run.ts";
import type { InputStream, OutputStream, StopSignal, Terminal } from "../src/terminal.ts";

export const now = 1_700_000_000_000;
export const token = "a".repeat(43);

export interface Ran {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
  /** Exit codes that were forced by a second signal. */
  readonly forced: readonly number[];
}

interface RunOptions {
  readonly stdin?: InputStream;
  readonly columns?: number;
  readonly environment?: Record<string, string>;
  readonly workingFolder?: string;
  readonly nodes?: Partial<NodeAccess>;
  readonly program?: Terminal["program"];
  /** Is stderr a terminal? */
  readonly isWatched?: boolean;
  /** Given what was written to stderr so far, at every part of it. */
  readonly onAsked?: (text: string) => void;
  /** Given the running command: to send signals, and to wait for what it has written. */
  readonly during?: (running: Running) => Promise<void>;
}

interface Running {
  readonly signal: (name: StopSignal) => void;
  /** Resolves when stdout holds the text. */
  readonly shown: (text: string) => Promise<void>;
}

/** Runs a command line in this process. */
export async function grapevine(words: readonly string[], options: RunOptions = {}): Promise<Ran> {
  const stdout = recorder(options.columns);
  const stderr = recorder(options.isWatched === true ? usualWidth : undefined, options.onAsked);
  if (options.isWatched === true) Object.assign(stderr.stream, terminalOnly);
  const listeners = new Set<(signal: StopSignal) => void>();
  const forced: number[] = [];
  const terminal: Terminal = {
    stdin: options.stdin ?? Readable.from([]),
    stdout: stdout.stream,
    stderr: stderr.stream,
    environment: options.environment ?? {},
    workingFolder: options.workingFolder ?? tmpdir(),
    userHome: join(tmpdir(), "nobody"),
    program: options.program ?? [process.execPath],
    onStopSignal: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    exit: (code) => {
      forced.push(code);
    },
  };
  const ended = run(words, { terminal, nodes: { ...access, ...options.nodes }, clock: { now: () => now } });
  await options.during?.({
    signal: (name) => {
      for (const listener of listeners) listener(name);
    },
    shown: (text) => stdout.shown(text),
  });
  return { exitCode: await ended, stdout: stdout.text(), stderr: stderr.text(), forced };
}

const unexpected = (): never => {
  throw new Error("this test gives no such part of a node");
};
const access: NodeAccess = {
  connect: connectToNode,
  running: runningNodes,
  start: unexpected,
  checkOptions: async () => undefined,
  serveMcp: unexpected,
  checkText: unexpected,
  listModels: unexpected,
  calibrateModel: unexpected,
  readSettings,
  writeSettings,
  foundSwarm: unexpected,
  showIdentity: unexpected,
  rotateKey: unexpected,
  backUp,
  restoreNode,
  examine: unexpected,
  repair: unexpected,
};

const usualWidth = 80;
/** What a terminal can do besides being written to; where the cursor is does not matter here. */
const terminalOnly = { isTTY: true, cursorTo: () => true, clearLine: () => true, moveCursor: () => true };

function recorder(
  columns?: number,
  onText?: (text: string) => void,
): { stream: OutputStream; text: () => string; shown: (wanted: string) => Promise<void> } {
  const stream = new PassThrough();
  let written = "";
  stream.setEncoding("utf8").on("data", (chunk: string) => {
    written += chunk;
    onText?.(written);
  });
  const shown = (wanted: string): Promise<void> =>
    new Promise((resolve) => {
      const look = (): void => {
        if (!written.includes(wanted)) return;
        stream.off("data", look);
        resolve();
      };
      stream.on("data", look);
      look();
    });
  return { stream: columns === undefined ? stream : Object.assign(stream, { columns }), text: () => written, shown };
}

export async function makeHome(): Promise<string> {
  const home = await mkdtemp(join(tmpdir(), "grapevine-cli-"));
  onTestFinished(() => rm(home, { recursive: true, force: true }));
  return home;
}

interface Asked {
  readonly method: string;
  readonly url: string;
  readonly body: unknown;
  readonly authorization: string | undefined;
}

/** What a route answers: a document, or whatever it does with the response itself. */
type Route = (asked: Asked, response: ServerResponse) => unknown;

export interface StandIn {
  readonly home: string;
  readonly asked: Asked[];
  /** Shared options that lead a command here. */
  readonly where: readonly string[];
}

/** A control server for `HOME/NAME`, with the given routes by `METHOD /path`. */
export async function startStandIn(
  routes: Record<string, Route>,
  place: { home?: string; name?: string } = {},
): Promise<StandIn> {
  const home = place.home ?? (await makeHome());
  const name = place.name ?? "bo";
  const asked: Asked[] = [];
  const server = createServer((request, response) => void answer(request, response, { name, routes, asked }));
  await listen(server);
  onTestFinished(() => close(server));
  const api = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  await announce(home, name, { pid: process.pid, api });
  return { home, asked, where: ["--home", home] };
}

/** The files by which a home's node is found. */
export async function announce(home: string, name: string, node: { pid: number; api: string }): Promise<void> {
  await mkdir(join(home, name), { recursive: true });
  await writeFile(join(home, name, "key"), "k".repeat(32));
  await writeFile(join(home, name, "token"), token);
  await writeFile(join(home, name, "running.json"), JSON.stringify({ name, ...node }));
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  { name, routes, asked }: { name: string; routes: Record<string, Route>; asked: Asked[] },
): Promise<void> {
  if (request.url === "/healthz") {
    response.end(JSON.stringify({ ok: true, name, pid: process.pid }));
    return;
  }
  const text = await textOf(request);
  const one: Asked = {
    method: request.method ?? "",
    url: request.url ?? "",
    body: text === "" ? undefined : JSON.parse(text),
    authorization: request.headers.authorization,
  };
  asked.push(one);
  const route = routes[`${one.method} ${one.url.split("?")[0]}`];
  if (route === undefined) {
    refuse(response, "API_NOT_FOUND", one.url);
    return;
  }
  const reply = await route(one, response);
  if (reply !== undefined) response.end(JSON.stringify(reply));
}

export function refuse(response: ServerResponse, code: string, message: string): void {
  response.statusCode = 400;
  response.end(JSON.stringify({ error: { code, message, hint: "Do better." } }));
}

/** A route that answers with these events, a line each. */
export function lines(...events: unknown[]): Route {
  return (_, response) => {
    for (const event of events) response.write(`${JSON.stringify(event)}\n`);
    response.end();
  };
}

function listen(server: Server): Promise<void> {
  return new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
}

function close(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(() => resolve()));
}
