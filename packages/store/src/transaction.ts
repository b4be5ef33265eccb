/** Writes that are not on the disk yet, over what is: reads see them, and the state changes with them. */
import type { Write } from "./database.ts";
import { erasedKey } from "./keyspace.ts";
import { seal, unseal } from "./sealed-value.ts";
import { changedPresence, type PresenceKind, type StoreState } from "./state.ts";

/** What a transaction reads through to: the database, or the transaction that it is a part of. */
interface Below {
  getSync(key: Buffer): Buffer | undefined;
  /** False for what is on the disk. */
  hasWritten?(key: Buffer): boolean;
}

export class Transaction implements Below {
  readonly #below: Below;
  readonly #writes: Map<string, Write> = new Map();
  state: StoreState;
  /** Of keys and values written so far. */
  bytes = 0;

  constructor(below: Below, state: StoreState) {
    this.#below = below;
    this.state = state;
  }

  getSync(key: Buffer): Buffer | undefined {
    const write = this.#writes.get(key.toString("latin1"));
    return write === undefined ? this.#below.getSync(key) : writtenValue(write);
  }

  /** Is there a write of the key that is not on the disk yet? */
  hasWritten(key: Buffer): boolean {
    return this.#writes.has(key.toString("latin1")) || this.#below.hasWritten?.(key) === true;
  }

  put(key: Buffer, value: Uint8Array): void {
    this.#add({ key, sealed: seal(key, value) });
  }

  delete(key: Buffer): void {
    this.#add({ key, sealed: undefined });
  }

  /** Deletes, and notes that the value is to leave the disk with the next scrubbing. */
  erase(key: Buffer): void {
    this.delete(key);
    this.noteErased(key);
  }

  /** Notes that the value that the key had is to leave the disk with the next scrubbing. */
  noteErased(key: Buffer): void {
    this.put(erasedKey(key), nothing);
  }

  /** Counts an id in, or out. */
  count(kind: PresenceKind, id: string, sign: 1 | -1): void {
    const { presence } = this.state;
    this.state = { ...this.state, presence: { ...presence, [kind]: changedPresence(presence[kind], kind, id, sign) } };
  }

  /** The next number of the store's one order. */
  takeOrder(): number {
    const order = this.state.nextOrder;
    this.state = { ...this.state, nextOrder: order + 1 };
    return order;
  }

  writes(): Iterable<Write> {
    return this.#writes.values();
  }

  /** Takes over what a part of this transaction wrote. */
  absorb(part: Transaction): void {
    for (const write of part.writes()) this.#add(write);
    this.state = part.state;
  }

  #add(write: Write): void {
    this.#writes.set(write.key.toString("latin1"), write);
    this.bytes += write.key.length + (write.sealed?.length ?? 0);
  }
}

function writtenValue({ key, sealed }: Write): Buffer | undefined {
  return sealed === undefined ? undefined : unseal(key, sealed);
}

const nothing: Uint8Array = new Uint8Array(0);
