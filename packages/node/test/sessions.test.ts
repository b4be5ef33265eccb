import { describe, expect, it } from "vitest";
import { linkLifeMs, maxLinks, maxSessions, SessionBook, sessionIdleMs } from "../src/control/sessions.ts";

describe("sessions of browsers", () => {
  const setUp = (): { book: SessionBook; time: { now: number } } => {
    const time = { now: 1_000 };
    return { book: new SessionBook({ now: () => time.now }), time };
  };
  const spent = expect.objectContaining({ code: "SESSION_LINK_SPENT" });

  it("opens one session by each code", () => {
    const { book } = setUp();
    const { code } = book.createLink();
    const session = book.open(code);
    expect(book.isOpen(session)).toBe(true);
    expect(() => book.open(code)).toThrow(spent);
    expect(() => book.open("anything else")).toThrow(spent);
  });

  it("needs both halves, of the same session", () => {
    const { book } = setUp();
    const one = book.open(book.createLink().code);
    const other = book.open(book.createLink().code);
    expect(book.isOpen({ cookie: one.cookie, proof: other.proof })).toBe(false);
    expect(book.isOpen({ cookie: one.proof, proof: one.cookie })).toBe(false);
    expect(book.isOpen({ cookie: "", proof: "" })).toBe(false);
  });

  it("lets a code in until its time is over", () => {
    const { book, time } = setUp();
    const [early, late] = [book.createLink(), book.createLink()];
    time.now = early.expiresAt - 1;
    expect(book.isOpen(book.open(early.code))).toBe(true);
    time.now = 1_000 + linkLifeMs;
    expect(() => book.open(late.code)).toThrow(spent);
  });

  it("keeps a session that is used, and ends one that is silent for a week", () => {
    const { book, time } = setUp();
    const session = book.open(book.createLink().code);
    time.now += sessionIdleMs - 1;
    expect(book.isOpen(session)).toBe(true);
    time.now += sessionIdleMs;
    expect(book.isOpen(session)).toBe(false);
  });

  it("ends a session at its user's word", () => {
    const { book } = setUp();
    const session = book.open(book.createLink().code);
    book.close(session.cookie);
    expect(book.isOpen(session)).toBe(false);
  });

  it("keeps the newest links, and the sessions that spoke last", () => {
    const { book } = setUp();
    const links = Array.from({ length: maxLinks + 1 }, () => book.createLink());
    expect(() => book.open(links[0]?.code ?? "")).toThrow(spent);
    const sessions = links.slice(1).map(({ code }) => book.open(code));
    expect(sessions).toHaveLength(maxSessions);
    expect(sessions.every((session) => book.isOpen(session))).toBe(true);
    const more = book.open(book.createLink().code);
    expect([sessions[0], sessions[1], more].map((session) => session !== undefined && book.isOpen(session))).toEqual([
      false,
      true,
      true,
    ]);
  });
});
