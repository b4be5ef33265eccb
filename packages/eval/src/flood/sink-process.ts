/** Somebody else whom the attackers flood: hosts that read gossip, and do nothing with it. What honest peers then lose they lose to the machine. */
import { startBareHost } from "./bare-host.ts";
import { type Commands, serve } from "./child.ts";

const gossipProtocol = "/meshsub/1.2.0";

const hosts = [await startBareHost(), await startBareHost()];
for (const host of hosts) {
  await host.unhandle(gossipProtocol);
  await host.handle(gossipProtocol, async (stream) => {
    for await (const _ of stream);
  });
}

export interface SinkCommands extends Commands {
  readonly addresses: (input: undefined) => readonly string[];
}

const commands: SinkCommands = { addresses: () => hosts.map((host) => host.getMultiaddrs()[0]?.toString() ?? "") };

serve(commands);
