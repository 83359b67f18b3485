/** A tokenizer for tests of what stands above one: ids 0 to 255 are bytes, those behind are control tokens. */
import type { Tokenizer } from '../../workers/text/tokenizer.ts';

/** A tokenizer with these control tokens, and their ids by spelling. */
export function byteTokenizer(controls: readonly string[] = []): {
  readonly tokenizer: Tokenizer;
  readonly controlIds: ReadonlyMap<string, number>;
} {
  const tokenizer: Tokenizer = {
    vocabularySize: 256 + controls.length,
    addBos: false,
    bosId: null,
    endIds: new Set(),
    encode: (text) => [...new TextEncoder().encode(text)],
    tokenBytes: (id) => (id < 256 ? Uint8Array.of(id) : new Uint8Array()),
    spelling: (id) => controls[id - 256] ?? String.fromCharCode(id),
  };
  return { tokenizer, controlIds: new Map(controls.map((token, index) => [token, 256 + index])) };
}
