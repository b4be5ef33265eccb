/** The peers that a node meets, on their way to the disk. */
import { expect, it } from "vitest";
import type { NodeHome, Settings } from "../src/home.ts";
import { createSavedSettings } from "../src/saved-settings.ts";

const home: NodeHome = { name: "node", folder: "", storeFolder: "", indexFolder: "" };

it("saves what peers say of themselves one after the other, and once however often they say it meanwhile", async () => {
  const written: Settings[] = [];
  let busy = 0;
  const write = async (_home: NodeHome, settings: Settings): Promise<void> => {
    expect(busy++).toBe(0);
    written.push(settings);
    await new Promise(setImmediate);
    busy--;
  };
  const settings = createSavedSettings(home, { peers: {} }, { warn: expect.unreachable }, write);
  settings.notePeer("early", ["a"]);
  const first = settings.save();
  for (let time = 0; time < 1000; time++) settings.notePeer("restless", [`address ${time}`]);
  await Promise.all([first, settings.saved()]);
  expect(written.map(({ peers }) => peers)).toEqual([{ early: ["a"] }, { early: ["a"], restless: ["address 999"] }]);
});
