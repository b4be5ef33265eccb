/**
 * Two nodes whose only link is slow and lossy, as TCP shows it to them: every piece takes 300 ms, give or take 100, each way, and five in a hundred are lost once, so that
 * they, and all that was sent after them, come as much later as TCP takes to send again. Not modelled: TCP's own slowing down after a loss, which a network of the
 * kernel's adds where it has one (`npx pnpm test:netns`), lost acknowledgements, and reordering, which TCP hides.
 */
import { once } from "node:events";
import { connect, createServer, type Server, type Socket } from "node:net";
import { seededRandom } from "@grapevine/testing";
import { expect, it } from "vitest";
import { createNode, withNodes } from "../../packages/network/test/swarm.ts";

const wayMs = { least: 200, most: 400 };
const lossRate = 0.05;
/** TCP waits for an acknowledgement about as long as the way there and back, with a margin. */
const retransmissionMs = 800;

it("nodes with 300 ms ± 100 ms and 5 % loss between them sync, gossip, and keep their link", { timeout: 60_000 }, async () => {
  const here = createNode({ name: "here", timing: {} });
  const there = createNode({ name: "there", timing: {} });
  await withNodes([here, there], async () => {
    const old = Array.from({ length: 200 }, (_, index) => here.teach(`old ${index}`));
    const link = await BadLink.to(portOf(here.network.addresses()[0] ?? ""));
    try {
      const { connectedSince } = await there.network.connect([`/ip4/127.0.0.1/tcp/${link.port}/p2p/${here.network.peerId}`]);
      await there.watched.until(() => old.every(({ id }) => there.records.has(id)), "what was known before is synced");
      await here.watched.until(() => here.outbox.size === 0, "gossip has settled");
      for (let word = 0; word < 10 || link.lost === 0; word++) {
        const [news, reply] = [here.teach(`news ${word}`), there.teach(`reply ${word}`)];
        await there.watched.until(() => there.records.has(news.id), "gossiped");
        await here.watched.until(() => here.records.has(reply.id), "and back");
      }
      expect(there.network.peers().map((peer) => peer.connectedSince)).toEqual([connectedSince]);
    } finally {
      link.close();
    }
  });
});

/** A port that leads to another one, over a bad link. */
class BadLink {
  readonly port: number;
  /** Pieces that were lost once. */
  lost = 0;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #random = seededRandom(5);

  private constructor(server: Server, target: number) {
    this.#server = server;
    this.port = (server.address() as { port: number }).port;
    server.on("connection", (near) => {
      const far = connect(target, "127.0.0.1");
      this.#carry(near, far);
      this.#carry(far, near);
    });
  }

  static async to(target: number): Promise<BadLink> {
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    return new BadLink(server, target);
  }

  close(): void {
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
  }

  #carry(from: Socket, to: Socket): void {
    this.#sockets.add(from);
    let lastAt = 0;
    const waiting: (() => void)[] = [];
    const after = (deliver: () => void): void => {
      const isLost = this.#random() < lossRate;
      if (isLost) this.lost++;
      const wayTakes = wayMs.least + this.#random() * (wayMs.most - wayMs.least) + (isLost ? retransmissionMs : 0);
      // In order: what follows a lost piece waits for it.
      lastAt = Math.max(lastAt, Date.now() + wayTakes);
      waiting.push(deliver);
      // Timers that are due together keep no order; the pieces do.
      setTimeout(() => waiting.shift()?.(), lastAt - Date.now());
    };
    from.on("data", (piece) => after(() => to.write(piece)));
    from.on("end", () => after(() => to.end()));
    from.on("error", () => to.destroy());
  }
}

function portOf(address: string): number {
  return Number(/\/tcp\/(\d+)/.exec(address)?.[1]);
}
