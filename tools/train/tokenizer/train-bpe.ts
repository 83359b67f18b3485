/**
 * Learns a byte-level BPE vocabulary: the pair of neighbours that is most frequent in the pieces becomes a token, again
 * and again. Pieces are cut as the engine cuts them. Source: Sennrich et al., 2016 (arXiv 1508.07909).
 */
import { byteLevelText } from '../../../workers/text/byte-level.ts';
import { cutText, PRE_TOKENIZERS } from '../../../workers/text/pre-tokenizers.ts';

/** The rule that cuts text into pieces, by its name in GGUF: digits stand alone, words take the space before them. */
export const PRE_TOKENIZER = 'qwen2';

/** What was learnt. Index is id: the 256 bytes, then one token for each merge. */
export interface LearntVocabulary {
  readonly tokens: readonly string[];
  /** Two tokens with a space between, in order of rank. */
  readonly merges: readonly string[];
}

/** How often each piece stands in the texts, in the byte alphabet. */
export function countPieces(texts: Iterable<string>): Map<string, number> {
  const counts = new Map<string, number>();
  for (const text of texts)
    for (const piece of cutText(text, PRE_TOKENIZERS[PRE_TOKENIZER].patterns))
      counts.set(piece, (counts.get(piece) ?? 0) + 1);
  return new Map([...counts].map(([piece, count]) => [byteLevelText(piece), count]));
}

interface Word {
  symbols: number[];
  readonly count: number;
}

const PAIR_BASE = 2 ** 16;

/**
 * Learns until the vocabulary has this size, or no pair stands there twice. Where pairs are equally frequent the one of
 * older tokens wins, so the result depends on nothing but the counts.
 */
export function trainBpe(counts: ReadonlyMap<string, number>, size: number): LearntVocabulary {
  const tokens = Array.from({ length: 256 }, (_, byte) => byteLevelText(Uint8Array.of(byte)));
  const ids = new Map(tokens.map((token, id) => [token, id]));
  const words: Word[] = [...counts].map(([piece, count]) => ({
    symbols: [...piece].map((one) => ids.get(one)!),
    count,
  }));
  const pairCounts = new Map<number, number>();
  const pairWords = new Map<number, Set<Word>>();
  const countWord = (word: Word, sign: 1 | -1): void => {
    const { symbols, count } = word;
    for (let i = 1; i < symbols.length; i++) {
      const pair = symbols[i - 1]! * PAIR_BASE + symbols[i]!;
      pairCounts.set(pair, (pairCounts.get(pair) ?? 0) + sign * count);
      if (sign < 0) continue;
      const where = pairWords.get(pair);
      if (where) where.add(word);
      else pairWords.set(pair, new Set([word]));
    }
  };
  for (const word of words) countWord(word, 1);
  const merges: string[] = [];
  while (tokens.length < size) {
    const pair = mostFrequent(pairCounts);
    if (pair === null) break;
    const [left, right] = [Math.floor(pair / PAIR_BASE), pair % PAIR_BASE];
    const merged = tokens.length;
    merges.push(`${tokens[left]!} ${tokens[right]!}`);
    tokens.push(tokens[left]! + tokens[right]!);
    for (const word of pairWords.get(pair)!) {
      countWord(word, -1);
      word.symbols = mergeInto(word.symbols, left, right, merged);
      countWord(word, 1);
    }
    pairCounts.delete(pair);
    pairWords.delete(pair);
  }
  return { tokens, merges };
}

function mostFrequent(pairCounts: ReadonlyMap<number, number>): number | null {
  let best: number | null = null;
  let most = 1;
  for (const [pair, count] of pairCounts) {
    if (count < most || (count === most && (best === null || pair > best))) continue;
    best = pair;
    most = count;
  }
  return best;
}

function mergeInto(symbols: readonly number[], left: number, right: number, merged: number): number[] {
  const result: number[] = [];
  for (let i = 0; i < symbols.length; i++) {
    const isPair = symbols[i] === left && symbols[i + 1] === right;
    result.push(isPair ? merged : symbols[i]!);
    if (isPair) i++;
  }
  return result;
}
