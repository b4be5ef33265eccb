/** A process that generates with the packaged model: `[begin, end]` of the tokens, in milliseconds of the machine's clock. */
import { openModel } from "../../src/index.ts";

const model = await openModel("embedded", { lockFolder: process.argv[2] ?? "" });
const times: number[] = [];
await model.generate({ prompt: "1, 2, 3, 4,", maxTokens: 6, onText: () => times.push(Date.now()) });
await model.close();
process.stdout.write(`${JSON.stringify([times[0], times.at(-1)])}\n`);
