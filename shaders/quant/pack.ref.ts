/**
 * Where one weight's code lies in its row's planes, for the formats' definitions: plain bytes, one weight at a time.
 * Planes hold zeros before; `i` counts weights from the plane's start.
 */

/** Four bits: byte j of a block's sixteen holds element j (low nibble) and element j + 16. */
export function putNibble(plane: Uint8Array, i: number, code: number): void {
  plane[Math.floor(i / 32) * 16 + (i % 16)]! |= (code & 15) << (i % 32 < 16 ? 0 : 4);
}

/** Two bits: byte b of the word of sixteen elements holds the elements b, b + 4, b + 8 and b + 12 from the low end up. */
export function putPair(plane: Uint8Array, i: number, code: number): void {
  plane[Math.floor(i / 16) * 4 + (i % 4)]! |= (code & 3) << (2 * Math.floor((i % 16) / 4));
}

/** One bit: byte b of a block's word holds the elements b, b + 4, … b + 28 from the low end up. */
export function putBit(plane: Uint8Array, i: number, code: number): void {
  plane[Math.floor(i / 32) * 4 + (i % 4)]! |= (code & 1) << Math.floor((i % 32) / 4);
}

/** A row keeps its bytes; what one of floats lacks of a multiple of 32 weights stays zero. */
export function packWords(row: Uint8Array, quants: Uint8Array): void {
  quants.set(row);
}
