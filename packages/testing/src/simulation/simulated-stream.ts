/** One side of a stream over a simulated connection. Buffers, half-closing and events are libp2p's own; only the way to the other side is modelled. */
import type { Logger } from "@libp2p/interface";
import { AbstractStream, type SendResult } from "@libp2p/utils";
import type { Uint8ArrayList } from "uint8arraylist";
import type { SimulatedConnection } from "./simulated-connection.ts";

export interface SimulatedStreamInit {
  readonly id: string;
  readonly protocol: string;
  readonly direction: "inbound" | "outbound";
  readonly connection: SimulatedConnection;
}

export class SimulatedStream extends AbstractStream {
  readonly #connection: SimulatedConnection;
  /** The other side, once it is there. */
  #remote: SimulatedStream | undefined;

  constructor({ id, protocol, direction, connection }: SimulatedStreamInit) {
    super({ id, protocol, direction, log: silent });
    this.#connection = connection;
  }

  static join(first: SimulatedStream, second: SimulatedStream): void {
    first.#remote = second;
    second.#remote = first;
  }

  override sendData(data: Uint8ArrayList): SendResult {
    const bytes = data.slice();
    this.#send(bytes.length, (remote) => remote.onData(bytes));
    return { sentBytes: bytes.length, canSendMore: true };
  }

  override sendReset(): void {
    this.#send(0, (remote) => remote.onRemoteReset());
  }

  override async sendCloseWrite(): Promise<void> {
    this.#send(0, (remote) => remote.onRemoteCloseWrite());
  }

  /** As yamux, which has no word for it. */
  override async sendCloseRead(): Promise<void> {}

  override sendPause(): void {}

  override sendResume(): void {}

  #send(bytes: number, deliver: (remote: SimulatedStream) => void): void {
    this.#connection.send(bytes, () => {
      if (this.#remote !== undefined && this.#remote.status !== "aborted" && this.#remote.status !== "reset")
        deliver(this.#remote);
    });
  }
}

export const silent: Logger = Object.assign(() => undefined, {
  error: () => undefined,
  trace: () => undefined,
  enabled: false,
  newScope: () => silent,
});
