/** A map for what others decide the size of: it holds so many entries at most. What is set becomes the newest entry, and the oldest one makes room. */
export class RecentMap<Key, Value> extends Map<Key, Value> {
  readonly #maxEntries: number;

  constructor(maxEntries: number) {
    super();
    this.#maxEntries = maxEntries;
  }

  override set(key: Key, value: Value): this {
    this.delete(key);
    super.set(key, value);
    if (this.size > this.#maxEntries) this.delete(this.keys().next().value as Key);
    return this;
  }
}
