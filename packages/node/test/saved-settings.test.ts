/** The peers that a node meets, on their way to the disk. */
import { systemClock } from "@grapevine/core";
import { type MetPeer, newcomerForMs, strangeAfterMs } from "@grapevine/network";
import { expect, it } from "vitest";
import type { NodeHome } from "../src/home.ts";
import { createSavedSettings, type SavedSettings } from "../src/saved-settings.ts";
import type { KnownPeers } from "../src/settings.ts";

const home: NodeHome = { name: "node", folder: "", storeFolder: "", indexFolder: "" };
const log = { warn: expect.unreachable };
const nobody = (): boolean => false;

function peer(peerId: string, addresses: readonly string[] = ["a"], named = false): MetPeer {
  return { peerId, addresses, named };
}

it("saves what peers say of themselves one after the other, and once however often they say it meanwhile", async () => {
  const written: KnownPeers[] = [];
  let busy = 0;
  const write = async (_home: NodeHome, settings: KnownPeers): Promise<void> => {
    expect(busy++).toBe(0);
    written.push(settings);
    await new Promise(setImmediate);
    busy--;
  };
  const settings = createSavedSettings(home, { peers: {} }, { clock: systemClock, log, write });
  settings.notePeer(peer("early", ["a"]), nobody);
  const first = settings.save();
  for (let time = 0; time < 1000; time++) settings.notePeer(peer("restless", [`address ${time}`]), nobody);
  await Promise.all([first, settings.saved()]);
  expect(written.map(({ peers }) => peers)).toEqual([{ early: ["a"] }, { early: ["a"], restless: ["address 999"] }]);
});

it("keeps whom it has known for long, and whom the user named or trusts, over restarts and any number of fresh keys", async () => {
  let now = 1_700_000_000_000;
  const clock = { now: () => now };
  let saved: KnownPeers = { peers: { undated: ["a"] } };
  const open = (): SavedSettings => {
    const write = async (_home: NodeHome, settings: KnownPeers): Promise<void> => {
      saved = settings;
    };
    return createSavedSettings(home, saved, { clock, log, write });
  };
  const isTrusted = (peerId: string): boolean => peerId === "trusted";
  const first = open();
  await first.save();
  for (const peerId of ["trusted", "acquaintance", "of one day", "invited by"]) {
    first.notePeer(peer(peerId, ["a"], peerId === "invited by"), isTrusted);
  }
  now += newcomerForMs;
  first.notePeer(peer("acquaintance"), isTrusted);
  await first.saved();
  for (let start = 0; start < 3; start++) {
    const settings = open();
    await settings.save();
    for (let key = 0; key < 200; key++) {
      now += 1000;
      settings.notePeer(peer(`fresh ${start} ${key}`), isTrusted);
    }
    await settings.saved();
  }
  const known = open().knownPeers();
  expect(known).toHaveLength(200);
  expect(known.map(({ peerId }) => peerId)).toEqual(expect.arrayContaining(["trusted", "acquaintance", "invited by", "undated"]));
  expect(known.map(({ peerId }) => peerId)).not.toContain("of one day");
  expect(known.filter(({ named }) => named).map(({ peerId }) => peerId)).toEqual(["invited by"]);
  now += strangeAfterMs;
  expect(
    open()
      .knownPeers()
      .filter(({ named }) => named),
  ).toEqual([]);
});
