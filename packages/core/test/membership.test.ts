import { describe, expect, it } from "vitest";
import {
  closedSwarmName,
  createIdentity,
  decodeRecord,
  type Identity,
  isMemberAt,
  isSwarmLabel,
  isSwarmName,
  keptDigests,
  keyHashOf,
  type LessonBody,
  limits,
  type MembershipBody,
  type Memberships,
  membershipRefusal,
  outranks,
  type RecordDraft,
  type RotationBody,
  type SignedRecord,
  shortSwarmName,
  signRecord,
  successionOf,
  swarmOwner,
} from "../src/index.ts";

const [owner, bo, cy] = [createIdentity(), createIdentity(), createIdentity()] as const;
const swarm = closedSwarmName("team", owner.author);
const digestBytes = 16;
const now = 1_700_000_000_000;

function membership(changes: Partial<RecordDraft<MembershipBody>> = {}, by: Identity = owner): SignedRecord<MembershipBody> {
  const draft = { type: "membership", seq: 1, createdAt: now, swarm, member: bo.author, state: "admitted", ...changes } as const;
  return signRecord<MembershipBody>(by, draft);
}

function lesson(author: Identity, createdAt = now): SignedRecord<LessonBody> {
  return signRecord<LessonBody>(author, {
    type: "lesson",
    seq: 1,
    createdAt,
    kind: "fact",
    title: "A title",
    situation: "A situation",
    guidance: "Do it",
    evidence: { worked: 1, changed: 0, failed: 0, verifiedBy: "author" },
    tags: [],
    derivedFrom: [],
  });
}

function rotation(author: Identity, commitsTo: Identity, follows?: Identity): SignedRecord<RotationBody> {
  const draft = { type: "rotation", seq: 1_000_000, createdAt: now, nextKeyHash: keyHashOf(commitsTo.author) } as const;
  return signRecord<RotationBody>(author, { ...draft, ...(follows !== undefined && { follows: follows.author }) });
}

function knowing(...records: readonly SignedRecord<MembershipBody>[]): Memberships {
  return { swarm, of: (author) => records.find(({ body }) => body.member === author) };
}

describe("the name of a swarm", () => {
  it("says whose word decides, where it is closed", () => {
    expect(swarmOwner(swarm)).toBe(owner.author);
    expect(swarmOwner("team")).toBeUndefined();
    expect(shortSwarmName(swarm)).toBe(`team@…${owner.author.slice(-8)}`);
    expect(shortSwarmName("team")).toBe("team");
  });

  it("holds a label within its limits and, after the separator, a peer id", () => {
    const longest = "a".repeat(limits.maxSwarmLabelLength);
    for (const name of ["a", "team-7_x.y", longest, swarm, closedSwarmName(longest, owner.author)]) {
      expect(isSwarmName(name), name).toBe(true);
    }
    expect(closedSwarmName(longest, owner.author)).toHaveLength(limits.maxSwarmLength);
    for (const name of ["", "-a", `${longest}a`, "a b", "a/b", "team@", `@${owner.author}`, `${swarm}x`, `${swarm}@x`, "ü"]) {
      expect(isSwarmName(name), name).toBe(false);
    }
    expect(isSwarmLabel(swarm)).toBe(false);
  });
});

describe("a membership record", () => {
  it("comes back as it was signed, with all of its fields", () => {
    const until = membership({ until: now + 5 });
    const revoked = membership({ state: "revoked", keeps: keptDigests([until.id, lesson(bo).id]) });
    for (const record of [membership(), until, revoked]) expect(decodeRecord(record.frame)).toEqual(record);
  });

  it("is the owner's alone, about somebody else, and of one piece", () => {
    const refused: readonly (() => unknown)[] = [
      () => membership({}, cy),
      () => membership({ swarm: "team" }),
      () => membership({ member: owner.author }),
      () => membership({ state: "revoked", until: now }),
      () => membership({ keeps: keptDigests([lesson(bo).id]) }),
      () => membership({ expiresAt: now } as never),
    ];
    for (const make of refused) expect(make).toThrow(expect.objectContaining({ code: "RECORD_INVALID" }));
  });

  it("is of a key that has followed the owner's, where it shows how", () => {
    const [first, second, third] = [rotation(owner, bo), rotation(bo, cy, owner), rotation(cy, owner, bo)];
    const frames = [first, second, third].map(({ frame }) => frame);
    const shown = membership({ member: cy.author, succession: frames }, cy);
    expect(decodeRecord(shown.frame)).toEqual(shown);
    expect(successionOf(shown)).toEqual([first, second, third]);
    const forged = Uint8Array.from(first.frame);
    forged[0] = (forged[0] ?? 0) ^ 1;
    const refused: readonly (readonly [readonly Uint8Array[], Identity])[] = [
      [frames.slice(0, 2), cy],
      [frames.slice(1), cy],
      [frames.slice(0, 1), owner],
      [[frames[0] as Uint8Array, frames[2] as Uint8Array], cy],
      [[rotation(owner, cy).frame, frames[1] as Uint8Array], bo],
      [[lesson(owner).frame, frames[1] as Uint8Array], bo],
    ];
    for (const [succession, by] of refused) {
      expect(() => membership({ succession }, by)).toThrow(expect.objectContaining({ code: "RECORD_INVALID" }));
    }
    expect(() => membership({ succession: [forged, frames[1] as Uint8Array] }, bo)).toThrow(
      expect.objectContaining({ code: "RECORD_SIGNATURE" }),
    );
    expect(() => membership({ member: bo.author, state: "revoked", succession: frames.slice(0, 2) }, bo)).toThrow(
      expect.objectContaining({ code: "RECORD_INVALID" }),
    );
  });

  it("shows up to sixteen keys of the owner, and then still fits into a greeting", () => {
    const keys = [owner, ...Array.from({ length: limits.maxSuccession }, () => createIdentity())];
    const steps = keys.slice(0, -1).map((key, index) => rotation(key, keys[index + 1] as Identity, keys[index - 1]).frame);
    const by = (index: number): Identity => keys[index] as Identity;
    const most = membership({ succession: steps }, by(limits.maxSuccession - 1));
    expect(most.frame.length).toBeLessThan(5 * 1024);
    const tooMany = [...steps, rotation(by(limits.maxSuccession), owner, by(limits.maxSuccession - 1)).frame];
    expect(() => membership({ succession: tooMany }, by(limits.maxSuccession))).toThrow(
      expect.objectContaining({ code: "RECORD_INVALID" }),
    );
  });

  it("names as many records that stay as fit, in order and each once", () => {
    const digests = (count: number): Uint8Array => {
      const bytes = Buffer.alloc(count * digestBytes);
      for (let index = 0; index < count; index++) bytes.writeUInt32BE(index, index * digestBytes);
      return Uint8Array.from(bytes);
    };
    const revoking = (keeps: Uint8Array) => (): unknown => membership({ state: "revoked", keeps });
    const largest = membership({ state: "revoked", keeps: digests(limits.maxKeptRecords) });
    expect(decodeRecord(largest.frame)).toEqual(largest);
    const twice = Buffer.concat([digests(1), digests(1)]);
    const backwards = Buffer.concat([digests(2).subarray(digestBytes), digests(1)]);
    for (const keeps of [digests(limits.maxKeptRecords + 1), digests(0), digests(2).subarray(1), twice, backwards]) {
      expect(revoking(Uint8Array.from(keeps))).toThrow(expect.objectContaining({ code: "RECORD_INVALID" }));
    }
  });

  it("outranks another of the same member by its number, then by its id", () => {
    const [first, later] = [membership(), membership({ seq: 2, createdAt: now - 1 })];
    expect([outranks(later, first), outranks(first, later), outranks(first, first)]).toEqual([true, false, false]);
    const twin = membership({ state: "revoked" });
    expect(outranks(first, twin)).toBe(first.id > twin.id);
  });
});

describe("a record's place in a closed swarm", () => {
  it("is the owner's and the members', while they are members", () => {
    expect(membershipRefusal(lesson(owner), knowing())).toBeUndefined();
    expect(membershipRefusal(lesson(bo), knowing())).toBe("not-a-member");
    expect(membershipRefusal(lesson(bo), knowing(membership()))).toBeUndefined();
    const ending = knowing(membership({ until: now }));
    expect(membershipRefusal(lesson(bo, now), ending)).toBeUndefined();
    expect(membershipRefusal(lesson(bo, now + 1), ending)).toBe("not-a-member");
  });

  it("is lost with a revocation, whatever its date, unless the revocation keeps it", () => {
    const [kept, other, old] = [lesson(bo), lesson(bo, now + 1), lesson(bo, 0)];
    const ids = [kept, ...Array.from({ length: 20 }, (_, index) => lesson(cy, index))].map(({ id }) => id);
    const some = knowing(membership({ state: "revoked", keeps: keptDigests(ids) }));
    expect(membershipRefusal(kept, some)).toBeUndefined();
    expect(membershipRefusal(other, some)).toBe("revoked-author");
    expect(membershipRefusal(old, knowing(membership({ state: "revoked" })))).toBe("revoked-author");
  });

  it("is there for this swarm's own membership records alone", () => {
    const elsewhere = membership({ swarm: closedSwarmName("other", owner.author) });
    expect(membershipRefusal(membership(), knowing())).toBeUndefined();
    expect(membershipRefusal(elsewhere, knowing())).toBe("other-swarm");
    const open: Memberships = { swarm: "team", of: () => undefined };
    expect(membershipRefusal(membership(), open)).toBe("other-swarm");
    expect(membershipRefusal(lesson(cy), open)).toBeUndefined();
    expect(isMemberAt(cy.author, now, open)).toBe(true);
  });

  it("goes with being connected, until the time is over", () => {
    expect(isMemberAt(owner.author, now, knowing())).toBe(true);
    expect(isMemberAt(bo.author, now, knowing())).toBe(false);
    expect(isMemberAt(bo.author, now, knowing(membership({ state: "revoked" })))).toBe(false);
    const ending = knowing(membership({ until: now }));
    expect([isMemberAt(bo.author, now, ending), isMemberAt(bo.author, now + 1, ending)]).toEqual([true, false]);
  });
});
