/**
 * The public addresses of this machine itself. libp2p tells nobody of them until strangers have tried them (AutoNAT), which a node that nobody knows an address
 * of would wait for in vain: not even an invite could be made. Here they are told at once, marked as to be tried again, so that AutoNAT still takes back
 * what others cannot reach.
 */
import type { Libp2pOptions } from "libp2p";

type AddressComponents = Pick<
  Parameters<NonNullable<Libp2pOptions["transports"]>[number]>[0],
  "addressManager" | "transportManager"
>;

export class OwnAddresses {
  readonly #components: AddressComponents;
  /** When each was told, by the clock that libp2p dates its verdicts with. */
  readonly #toldAt = new Map<string, number>();

  constructor(components: AddressComponents) {
    this.#components = components;
  }

  /** To be called once the host listens. */
  tell(): void {
    const { addressManager, transportManager } = this.#components;
    for (const address of transportManager.getAddrs()) addressManager.confirmObservedAddr(address, { type: "transport", ttl: 0 });
    for (const { multiaddr, lastVerified } of addressManager.getAddressesWithMetadata()) {
      this.#toldAt.set(multiaddr.toString(), lastVerified ?? 0);
    }
  }

  /** Of this machine's own interfaces, whether or not others can reach them. */
  ofMachine(): string[] {
    return this.#components.transportManager
      .getAddrs()
      .map(String)
      .filter((address) => !address.includes("/p2p-circuit"));
  }

  /** Those by which others have reached this node when they were asked to try. */
  tried(): string[] {
    return this.#components.addressManager
      .getAddressesWithMetadata()
      .filter(
        ({ multiaddr, verified, lastVerified = 0 }) => verified && lastVerified > (this.#toldAt.get(multiaddr.toString()) ?? 0),
      )
      .map(({ multiaddr }) => multiaddr.toString());
  }
}
