import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { isLesson } from "@grapevine/core";
import { expect, it } from "vitest";
import { createNode, withNodes } from "./swarm.ts";

it("lessons go between processes, and a killed peer is noticed", async () => {
  const here = createNode();
  await withNodes([here], async () => {
    const child = spawn(
      process.execPath,
      [fileURLToPath(new URL("child-node.ts", import.meta.url)), await here.network.createInvite()],
      {
        stdio: ["ignore", "pipe", "inherit"],
      },
    );
    try {
      const lines = createInterface({ input: child.stdout });
      await here.watched.until(() => here.records.size === 1, "the child's lesson is here");
      expect(here.received.map(({ record, from }) => [isLesson(record) && record.body.title, from])).toEqual([
        ["List what the child knows in order", here.network.peers()[0]?.peerId],
      ]);
      const heard = once(lines, "line");
      here.teach("what the parent knows");
      expect(await heard).toEqual(["List what the parent knows in order"]);
      child.kill("SIGKILL");
      await here.watched.until(() => here.network.peers().length === 0, "the killed peer is gone");
    } finally {
      child.kill("SIGKILL");
    }
  });
});
