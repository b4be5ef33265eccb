/**
 * Several servers as one model: the first that works answers.
 *
 * It guarantees that a server which failed twice running is left alone for a while, longer each time, and is then tried with one call; that no caller is told part of an
 * answer by one server and the rest by another; and that what is wrong with the request itself is said at once. While every server is being left alone, all are tried,
 * since there is nothing to lose. A server that does not answer at the start is opened when it is first tried.
 */
import { type Generation, type GenerationRequest, GrapevineError, type LanguageModel } from "@grapevine/core";
import {
  type CircuitBreakerPolicy,
  ConsecutiveBreaker,
  circuitBreaker,
  ExponentialBackoff,
  handleWhen,
  isBrokenCircuitError,
} from "cockatiel";
import { modelErrors } from "../errors.ts";

export interface FailoverMember {
  /** Its specification. */
  readonly spec: string;
  readonly open: () => Promise<LanguageModel>;
}

export interface FailoverInit {
  /** In the order in which they are asked. */
  readonly members: readonly FailoverMember[];
  readonly log?: (message: string) => void;
  /** How long a server is left alone the first time, in milliseconds. */
  readonly firstPauseMs?: number;
}

/** A slip is forgiven; two running are a server that is away. */
const failuresToPause = 2;
/** A server that restarts is back within seconds. */
const defaultFirstPauseMs = 5_000;
const longestPauseMs = 120_000;
/** What another server might do better. */
const faultsOfServers: ReadonlySet<string> = new Set(["MODEL_SERVER_UNREACHABLE", "MODEL_MISSING", "MODEL_FAILED"]);

/** @throws what the first member throws when none can be opened */
export async function openFailoverModel(init: FailoverInit): Promise<LanguageModel> {
  const members = init.members.map((member) => new Member(member, init));
  const opened = await Promise.allSettled(members.map((member) => member.model()));
  const models = opened.flatMap((result) => (result.status === "fulfilled" ? [result.value] : []));
  const [first] = models;
  if (first === undefined) throw opened.find((result) => result.status === "rejected")?.reason;
  for (const [position, result] of opened.entries()) {
    if (result.status === "rejected") init.log?.(`${members[position]?.spec} cannot be used yet: ${String(result.reason)}`);
  }
  return new FailoverModel(members, {
    promptForm: first.promptForm,
    contextTokens: Math.min(...models.map(({ contextTokens }) => contextTokens)),
  });
}

class Member {
  readonly spec: string;
  readonly breaker: CircuitBreakerPolicy;
  readonly #open: () => Promise<LanguageModel>;
  #model: Promise<LanguageModel> | undefined;

  constructor({ spec, open }: FailoverMember, { log, firstPauseMs = defaultFirstPauseMs }: FailoverInit) {
    this.spec = spec;
    this.#open = open;
    this.breaker = circuitBreaker(handleWhen(isFaultOfServer), {
      breaker: new ConsecutiveBreaker(failuresToPause),
      halfOpenAfter: new ExponentialBackoff({ initialDelay: firstPauseMs, maxDelay: Math.max(longestPauseMs, firstPauseMs) }),
    });
    this.breaker.onBreak(() => log?.(`${spec} is left alone for a while: it failed ${failuresToPause} times running`));
    this.breaker.onReset(() => log?.(`${spec} answers again`));
  }

  model(): Promise<LanguageModel> {
    this.#model ??= this.#open().catch((error: unknown) => {
      this.#model = undefined;
      throw error;
    });
    return this.#model;
  }

  async close(): Promise<void> {
    const model = await this.#model?.catch(() => undefined); // one that could not be opened has nothing to close
    await model?.close();
  }
}

class FailoverModel implements LanguageModel {
  readonly id: string;
  readonly promptForm: LanguageModel["promptForm"];
  readonly contextTokens: number;
  readonly #members: readonly Member[];
  #closed = false;

  constructor(members: readonly Member[], { promptForm, contextTokens }: Pick<LanguageModel, "promptForm" | "contextTokens">) {
    this.id = members.map(({ spec }) => spec).join(",");
    this.promptForm = promptForm;
    this.contextTokens = contextTokens;
    this.#members = members;
  }

  async generate(request: GenerationRequest): Promise<Generation> {
    if (this.#closed) throw modelErrors.create("MODEL_FAILED", `the model ${this.id} is closed`);
    const answer =
      (await this.#first(request, (member, ask) => member.breaker.execute(ask))) ??
      (await this.#first(request, (_, ask) => ask()));
    return answer ?? unreachable(this.id);
  }

  /** What the first member that can says; undefined when all of them are being left alone. */
  async #first(
    request: GenerationRequest,
    through: (member: Member, ask: () => Promise<Generation>) => Promise<Generation>,
  ): Promise<Generation | undefined> {
    const problems: unknown[] = [];
    for (const member of this.#members) {
      let hasSpoken = false;
      const onText = (piece: string): void => {
        hasSpoken = true;
        request.onText?.(piece);
      };
      try {
        return await through(member, async () => (await member.model()).generate({ ...request, onText }));
      } catch (error) {
        if (isBrokenCircuitError(error)) continue;
        // Half of an answer cannot be taken back, and another server would begin anew.
        if (hasSpoken || this.#closed || !isFaultOfServer(error)) throw error;
        problems.push(error);
      }
    }
    if (problems.length > 0) throw problems.at(-1);
    return undefined;
  }

  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all(this.#members.map((member) => member.close()));
  }
}

function isFaultOfServer(error: unknown): boolean {
  return !GrapevineError.is(error) || faultsOfServers.has(error.code);
}

function unreachable(id: string): never {
  throw modelErrors.create("MODEL_SERVER_UNREACHABLE", `no server of ${id} answers`);
}
