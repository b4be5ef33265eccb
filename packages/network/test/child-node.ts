/**
 * A node in a process of its own: joins by the invite in its argument, teaches one lesson, and prints the title of each lesson
 * that it hears.
 */
import { isLesson } from "@grapevine/core";
import { createNode } from "./swarm.ts";

const node = createNode({ name: "child" });
let printed = 0;
node.records.onChange = (): void => {
  for (const { record } of node.received.slice(printed)) {
    if (isLesson(record)) process.stdout.write(`${record.body.title}\n`);
  }
  printed = node.received.length;
};
await node.network.start();
await node.network.join(process.argv[2] ?? "");
node.teach("what the child knows");
