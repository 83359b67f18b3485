/**
 * A set of tokens that is walked unit by unit: an open-addressing hash table of edges in typed arrays. A quarter of a
 * million tokens take some 30 MB here and ten times that as a `Map` at every node.
 */

const FREE = -1;

/** Tokens by their UTF-16 code units. Node 0 is the root. */
export class PrefixTree {
  #mask = 0xffff;
  /** Of each slot: the node that the edge leaves (or free), its code unit, and the node that it leads to. */
  #from = new Int32Array(0x1_0000).fill(FREE);
  #unit = new Uint16Array(0x1_0000);
  #to = new Int32Array(0x1_0000);
  /** The token that ends at a node, by node; −1 for none. */
  #ids = new Int32Array(0x8000).fill(FREE);
  #nodes = 1;

  #slot(from: number, unit: number): number {
    let slot = (Math.imul(from, 0x9e37_79b1) ^ Math.imul(unit, 0x85eb_ca6b)) >>> 0;
    slot = (slot ^ (slot >>> 15)) & this.#mask;
    while (this.#from[slot] !== FREE && (this.#from[slot] !== from || this.#unit[slot] !== unit))
      slot = (slot + 1) & this.#mask;
    return slot;
  }

  #grow(): void {
    const [from, unit, to] = [this.#from, this.#unit, this.#to];
    const slots = from.length * 2;
    this.#mask = slots - 1;
    this.#from = new Int32Array(slots).fill(FREE);
    this.#unit = new Uint16Array(slots);
    this.#to = new Int32Array(slots);
    const ids = new Int32Array(slots / 2).fill(FREE);
    ids.set(this.#ids);
    this.#ids = ids;
    for (let old = 0; old < from.length; old++) {
      if (from[old] === FREE) continue;
      const slot = this.#slot(from[old]!, unit[old]!);
      this.#from[slot] = from[old]!;
      this.#unit[slot] = unit[old]!;
      this.#to[slot] = to[old]!;
    }
  }

  /** Adds a token; of equal ones the first counts. */
  add(token: string, id: number): void {
    let node = 0;
    for (let index = 0; index < token.length; index++) {
      const unit = token.charCodeAt(index);
      let slot = this.#slot(node, unit);
      if (this.#from[slot] === FREE) {
        if (this.#nodes === this.#ids.length) {
          this.#grow();
          slot = this.#slot(node, unit);
        }
        this.#from[slot] = node;
        this.#unit[slot] = unit;
        this.#to[slot] = this.#nodes++;
      }
      node = this.#to[slot]!;
    }
    if (node !== 0 && this.#ids[node] === FREE) this.#ids[node] = id;
  }

  /** The node that `unit` leads to from `node`, or −1. */
  child(node: number, unit: number): number {
    const slot = this.#slot(node, unit);
    return this.#from[slot] === FREE ? -1 : this.#to[slot]!;
  }

  /** The token that ends at the node, or −1. */
  idAt(node: number): number {
    return this.#ids[node]!;
  }
}
