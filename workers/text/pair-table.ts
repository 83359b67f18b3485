/**
 * Merges by their two ids: an open-addressing hash table in typed arrays. Half a million merges take 16 MB here and a
 * `Map` with string keys several times that.
 */

const EMPTY = -1;

/** Pairs of token ids, each with its rank and the id it merges to. Filled once, never shrunk. */
export class PairTable {
  readonly #mask: number;
  readonly #left: Int32Array;
  readonly #right: Int32Array;
  readonly #rank: Int32Array;
  readonly #merged: Int32Array;

  /** @param capacity how many pairs will be set at most */
  constructor(capacity: number) {
    const slots = 2 ** Math.ceil(Math.log2(Math.max(8, capacity * 2)));
    this.#mask = slots - 1;
    this.#left = new Int32Array(slots).fill(EMPTY);
    this.#right = new Int32Array(slots);
    this.#rank = new Int32Array(slots);
    this.#merged = new Int32Array(slots);
  }

  #slot(left: number, right: number): number {
    let slot = (Math.imul(left, 0x9e3779b1) ^ Math.imul(right, 0x85ebca6b)) >>> 0;
    slot = (slot ^ (slot >>> 15)) & this.#mask;
    while (this.#left[slot] !== EMPTY && (this.#left[slot] !== left || this.#right[slot] !== right))
      slot = (slot + 1) & this.#mask;
    return slot;
  }

  /** Adds a pair; the first rank of a pair wins. */
  set(left: number, right: number, rank: number, merged: number): void {
    const slot = this.#slot(left, right);
    if (this.#left[slot] !== EMPTY) return;
    this.#left[slot] = left;
    this.#right[slot] = right;
    this.#rank[slot] = rank;
    this.#merged[slot] = merged;
  }

  /** The pair's rank, or −1; ids below 0 are in no pair. */
  rank(left: number, right: number): number {
    if (left < 0 || right < 0) return -1;
    const slot = this.#slot(left, right);
    return this.#left[slot] === EMPTY ? -1 : this.#rank[slot]!;
  }

  /** What the pair merges to; only for pairs that have a rank. */
  merged(left: number, right: number): number {
    return this.#merged[this.#slot(left, right)]!;
  }
}
