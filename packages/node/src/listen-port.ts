/** The port on which a node listens when the user names none: the one it had before, while it can be had. */
import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";

const everyInterface = "0.0.0.0";

/** The saved port when it is free, otherwise one that the system chooses. */
export async function listenPort(saved: number | undefined): Promise<number> {
  return (saved === undefined ? undefined : await tryPort(saved)) ?? (await tryPort(0)) ?? 0;
}

/** The port after it was bound and given back; undefined when it is taken or may not be used. */
async function tryPort(port: number): Promise<number | undefined> {
  const server = createServer().listen(port, everyInterface);
  try {
    await once(server, "listening");
  } catch {
    return undefined; // taken: the caller chooses another
  }
  const { port: bound } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return bound;
}
