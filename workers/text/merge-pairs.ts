/**
 * The merge loop that both kinds of BPE share: again and again the best pair of neighbours becomes one symbol.
 *
 * A heap holds the candidate pairs, so that n symbols take O(n log n): a text without spaces is one long run, and the
 * obvious loop over it is quadratic. Equal ranks merge from left to right, as in the reference implementations.
 */

/** Positions are below 2³¹ and ranks below 2²²: both fit one exact number, which sorts by rank, then from the left. */
const POSITIONS = 2 ** 31;

const NONE = -1;

class Heap {
  readonly #keys: number[] = [];

  push(key: number): void {
    const keys = this.#keys;
    let index = keys.push(key) - 1;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (keys[parent]! <= key) break;
      keys[index] = keys[parent]!;
      index = parent;
    }
    keys[index] = key;
  }

  pop(): number | undefined {
    const keys = this.#keys;
    const top = keys[0];
    const last = keys.pop();
    if (last === undefined || keys.length === 0) return top;
    let index = 0;
    for (let child = 1; child < keys.length; child = index * 2 + 1) {
      if (child + 1 < keys.length && keys[child + 1]! < keys[child]!) child += 1;
      if (keys[child]! >= last) break;
      keys[index] = keys[child]!;
      index = child;
    }
    keys[index] = last;
    return top;
  }
}

/**
 * Merges neighbours until no pair has a rank.
 *
 * @param count how many symbols there are, at positions 0 … count − 1
 * @param rank rank of the pair (symbol at `left`, symbol at `right`, which ends before position `end`), less is better,
 *   −1 if they do not merge; must depend on the present symbols alone
 * @param merge told that the symbol at `left` has taken in the one at `right`
 * @returns `next`: for each position that still begins a symbol, where the next begins (`count` after the last)
 */
export function mergePairs(
  count: number,
  rank: (left: number, right: number, end: number) => number,
  merge: (left: number, right: number) => void,
): Int32Array {
  const next = new Int32Array(count + 1);
  const previous = new Int32Array(count + 1);
  for (let position = 0; position <= count; position++) {
    next[position] = position + 1;
    previous[position] = position - 1;
  }
  // What the pair that begins at each position is worth now; a candidate that says otherwise is out of date.
  const ranks = new Int32Array(count + 1).fill(NONE);
  const heap = new Heap();
  const offer = (left: number): void => {
    if (left < 0) return;
    const right = next[left]!;
    const best = right < count ? rank(left, right, next[right]!) : NONE;
    ranks[left] = best;
    if (best !== NONE) heap.push(best * POSITIONS + left);
  };
  for (let left = 0; left < count - 1; left++) offer(left);
  for (let key = heap.pop(); key !== undefined; key = heap.pop()) {
    const left = key % POSITIONS;
    if (ranks[left] !== (key - left) / POSITIONS) continue;
    const right = next[left]!;
    merge(left, right);
    ranks[right] = NONE;
    next[left] = next[right]!;
    previous[next[left]!] = left;
    offer(previous[left]!);
    offer(left);
  }
  return next;
}
