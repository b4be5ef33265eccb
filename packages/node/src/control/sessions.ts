/**
 * Who may use the control API from a browser. A link holds a code; the code is exchanged, once, for a session; a session is two secrets of which the browser keeps one as a
 * cookie that no script can read, and the page keeps the other where no other port of this machine can read it. Nothing of it is kept on the disk: when the node stops,
 * all of it ends.
 */
import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import type { Clock } from "@grapevine/core";
import { nodeErrors } from "../errors.ts";

export interface Session {
  readonly cookie: string;
  readonly proof: string;
}

/** A working day: the link stands in a terminal of the user's own, and is often clicked after a demonstration has run. */
export const linkLifeMs: number = 8 * 3_600_000;
/** Links that are not used yet; the oldest goes. Scripts may ask for one at every start. */
export const maxLinks = 16;
/** Without a request for so long it ends. */
export const sessionIdleMs: number = 7 * 86_400_000;
/** Browsers at once; the one that was silent longest goes. */
export const maxSessions = 16;
/** 128 bits for what is used once within hours; it keeps the link within a line of 80 columns. */
const codeBytes = 16;
const secretBytes = 32;

export class SessionBook {
  readonly #clock: Clock;
  /** By the hash of the code: when it ends. */
  readonly #links = new Map<string, number>();
  /** By the hash of the cookie, the silent ones first. */
  readonly #sessions = new Map<string, { readonly proof: Buffer; readonly seenAt: number }>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** A code that opens one session. */
  createLink(): { code: string; expiresAt: number } {
    const code = randomBytes(codeBytes).toString("base64url");
    const expiresAt = this.#clock.now() + linkLifeMs;
    this.#links.set(hashed(code).toString("hex"), expiresAt);
    dropOldest(this.#links, maxLinks);
    return { code, expiresAt };
  }

  /** @throws SESSION_LINK_SPENT where the code was used, has ended, or never was one */
  open(code: string): Session {
    const key = hashed(code).toString("hex");
    const expiresAt = this.#links.get(key);
    this.#links.delete(key);
    if (expiresAt === undefined || expiresAt <= this.#clock.now()) {
      throw nodeErrors.create("SESSION_LINK_SPENT", "the link to the dashboard was used already, or has ended");
    }
    const session = {
      cookie: randomBytes(secretBytes).toString("base64url"),
      proof: randomBytes(secretBytes).toString("base64url"),
    };
    this.#note(hashed(session.cookie).toString("hex"), hashed(session.proof));
    return session;
  }

  /** Is it a session that is open? Being asked keeps it open. */
  isOpen({ cookie, proof }: Session): boolean {
    const key = hashed(cookie).toString("hex");
    const found = this.#sessions.get(key);
    if (found === undefined || !timingSafeEqual(found.proof, hashed(proof))) return false;
    if (found.seenAt + sessionIdleMs <= this.#clock.now()) {
      this.#sessions.delete(key);
      return false;
    }
    this.#note(key, found.proof);
    return true;
  }

  close(cookie: string): void {
    this.#sessions.delete(hashed(cookie).toString("hex"));
  }

  #note(key: string, proof: Buffer): void {
    this.#sessions.delete(key);
    this.#sessions.set(key, { proof, seenAt: this.#clock.now() });
    dropOldest(this.#sessions, maxSessions);
  }
}

/** Of equal length whatever came in, and of no use to whoever reads the memory. */
function hashed(secret: string): Buffer {
  return createHash("sha256").update(secret).digest();
}

function dropOldest(entries: Map<string, unknown>, most: number): void {
  for (const key of entries.keys()) {
    if (entries.size <= most) return;
    entries.delete(key);
  }
}
