/**
 * SentencePiece's precompiled normalization: a table of character sequences, each with what it becomes (for most models
 * NFKC and some more). At each place the longest sequence of the table counts.
 *
 * The table is a double array, XOR-compressed, over UTF-8 bytes: `u32` its bytes, that many bytes of `u32` units, then
 * the replacements, each ended by a zero byte; little-endian. A unit has its label in bits 0–7 (bit 31 set: no label but
 * a value), in bit 8 whether a value hangs on it, in bits 10–30 the offset to its children, times 256 if bit 9 is set.
 * Source: Google's SentencePiece, `normalizer.cc`; Darts-clone; llama.cpp's `llm_tokenizer_ugm`.
 */
import { EngineError } from '../protocol/errors.ts';

const LABEL = 0x8000_00ff;
const HAS_VALUE = 1 << 8;

function malformed(expected: string, got: string | number): EngineError {
  return new EngineError('FileMalformed', {
    what: "The tokenizer's table of characters is damaged",
    expected,
    got,
    remedy: 'Choose another conversion of the model.',
  });
}

/** A table that normalizes text. */
export class Charsmap {
  readonly #units: Uint32Array;
  readonly #replacements: Uint8Array;

  /** Reads a table. Throws `FileMalformed` if its parts do not fit into its bytes. */
  constructor(bytes: Uint8Array) {
    if (bytes.length < 4) throw malformed('at least 4 bytes', bytes.length);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const unitBytes = view.getUint32(0, true);
    if (unitBytes === 0 || unitBytes % 4 !== 0) throw malformed('a whole number of 4-byte units', unitBytes);
    if (unitBytes + 4 >= bytes.length) throw malformed(`less than ${bytes.length - 4} bytes of units`, unitBytes);
    if (bytes.at(-1) !== 0) throw malformed('a zero byte at the end of the replacements', bytes.at(-1)!);
    this.#units = Uint32Array.from({ length: unitBytes / 4 }, (_, index) => view.getUint32(4 + index * 4, true));
    this.#replacements = bytes.subarray(4 + unitBytes);
  }

  #unit(index: number): number {
    const unit = this.#units[index];
    if (unit === undefined) throw malformed(`a place below ${this.#units.length}`, index);
    return unit;
  }

  static #offset(unit: number): number {
    return (unit >>> 10) << ((unit & (1 << 9)) >>> 6);
  }

  /** Where the longest sequence that begins at `start` ends, and where its replacement begins; `null` if none does. */
  #longest(bytes: Uint8Array, start: number): { end: number; replacement: number } | null {
    let found: { end: number; replacement: number } | null = null;
    let place = Charsmap.#offset(this.#unit(0));
    for (let index = start; index < bytes.length && bytes[index] !== 0; index++) {
      const label = bytes[index]!;
      place ^= label;
      const unit = this.#unit(place);
      if ((unit & LABEL) >>> 0 !== label) break;
      place ^= Charsmap.#offset(unit);
      if (unit & HAS_VALUE) found = { end: index + 1, replacement: this.#unit(place) & 0x7fff_ffff };
    }
    return found;
  }

  /** The text with every sequence of the table replaced. Throws `FileMalformed` if the table points outside itself. */
  normalize(text: string): string {
    const bytes = new TextEncoder().encode(text);
    const out: number[] = [];
    for (let at = 0; at < bytes.length;) {
      const found = this.#longest(bytes, at);
      if (found === null) {
        out.push(bytes[at++]!);
        // The rest of a code point that no sequence begins with.
        while (at < bytes.length && (bytes[at]! & 0xc0) === 0x80) out.push(bytes[at++]!);
        continue;
      }
      if (found.replacement >= this.#replacements.length)
        throw malformed(`a replacement below ${this.#replacements.length}`, found.replacement);
      for (let from = found.replacement; this.#replacements[from] !== 0; from++) out.push(this.#replacements[from]!);
      at = found.end;
    }
    return new TextDecoder('utf-8', { ignoreBOM: true }).decode(Uint8Array.from(out));
  }
}
