/** A tokenizer that remembers the ids of texts: a conversation grows by a message, and the rest of it is counted again. */
import type { Tokenizer } from './tokenizer.ts';

/** Texts and ids together, in the room of UTF-16 units: a long conversation, with drafts and attachments beside it. */
const REMEMBERED_UNITS = 4 * 1024 * 1024;

/** The same ids as `tokenizer` gives; the texts used longest ago are forgotten first. */
export function rememberingTokenizer(tokenizer: Tokenizer, unitsMax = REMEMBERED_UNITS): Tokenizer {
  /** By text behind its place, least recently used first. */
  const remembered = new Map<string, readonly number[]>();
  let units = 0;
  const size = (key: string, ids: readonly number[]): number => key.length + 2 * ids.length;
  return {
    ...tokenizer,
    encode(text, continues = false) {
      const key = `${continues ? '+' : '^'}${text}`;
      const known = remembered.get(key);
      const ids = known ?? tokenizer.encode(text, continues);
      if (known === undefined) units += size(key, ids);
      remembered.delete(key);
      remembered.set(key, ids);
      for (const [oldest, itsIds] of remembered) {
        if (units <= unitsMax) break;
        remembered.delete(oldest);
        units -= size(oldest, itsIds);
      }
      return [...ids];
    },
  };
}
