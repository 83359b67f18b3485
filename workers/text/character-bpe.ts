/**
 * BPE over characters: a piece is code points, which merge by rank; what the vocabulary cannot spell becomes byte tokens
 * or the unknown token. Gemma 4's kind in GGUF, and the BPE of `tokenizer.json`, where even bytes are spelled as characters.
 * Source: `models/bpe` of Hugging Face's tokenizers, without dropout, which is for training.
 */
import { byteTokenValue } from './byte-token.ts';
import { mergePairs } from './merge-pairs.ts';
import type { PairTable } from './pair-table.ts';
import { cutText } from './pre-tokenizers.ts';
import type { PreTokenizer } from './pre-tokenizers.ts';
import { TOKEN_KIND } from './vocabulary.ts';
import type { Vocabulary } from './vocabulary.ts';

const CACHED_PIECES_MAX = 32_768;
const CACHED_PIECE_UNITS = 48;
const SPACE = '\u2581';

/** What a BPE model is made of. */
export interface CharacterBpe {
  /** Ids of the tokens that text may become. */
  readonly textIds: ReadonlyMap<string, number>;
  readonly merges: PairTable;
  /** A piece that is a token as a whole is taken as it is. */
  readonly ignoreMerges: boolean;
  /** Ids of byte tokens; empty for no fallback to bytes. Indexed by byte. */
  readonly byteIds: readonly (number | undefined)[];
  /** What stands for a character that nothing spells; `null` drops it. */
  readonly unknownId: number | null;
  /** Whether one unknown token stands for a run of such characters. */
  readonly fuseUnknown: boolean;
  /** What tokens begin with that do not begin a piece, and end with that end one; usually empty. */
  readonly continuingPrefix: string;
  readonly endSuffix: string;
}

/** Ids of the byte tokens such as `<0x0A>` among the tokens. Indexed by byte. */
export function byteTokenIds(tokens: Iterable<readonly [id: number, token: string]>): (number | undefined)[] {
  const ids = new Array<number | undefined>(256).fill(undefined);
  for (const [id, token] of tokens) {
    const byte = byteTokenValue(token);
    if (byte !== null) ids[byte] ??= id;
  }
  return ids;
}

/** Makes the encoder of single pieces; it remembers short ones. */
export function characterBpe(model: CharacterBpe): (piece: string) => readonly number[] {
  const { textIds, merges, byteIds, unknownId, continuingPrefix, endSuffix } = model;
  const hasBytes = byteIds.some((id) => id !== undefined);
  const encoder = new TextEncoder();
  const cache = new Map<string, readonly number[]>();

  function symbols(piece: string): number[] {
    const ids: number[] = [];
    let wasUnknown = false;
    for (let unit = 0; unit < piece.length;) {
      const next = unit + (piece.codePointAt(unit)! > 0xffff ? 2 : 1);
      let symbol = piece.slice(unit, next);
      if (unit > 0) symbol = continuingPrefix + symbol;
      if (next === piece.length) symbol += endSuffix;
      unit = next;
      const id = textIds.get(symbol);
      const bytes = id === undefined && hasBytes ? [...encoder.encode(symbol)].map((byte) => byteIds[byte]) : [];
      const isUnknown = id === undefined && (bytes.length === 0 || !bytes.every((byteId) => byteId !== undefined));
      if (id !== undefined) ids.push(id);
      else if (!isUnknown) ids.push(...(bytes as number[]));
      else if (unknownId !== null && !(wasUnknown && model.fuseUnknown)) ids.push(unknownId);
      wasUnknown = isUnknown;
    }
    return ids;
  }

  function encode(piece: string): number[] {
    const whole = model.ignoreMerges ? textIds.get(piece) : undefined;
    if (whole !== undefined) return [whole];
    const ids = symbols(piece);
    const next = mergePairs(
      ids.length,
      (left, right) => merges.rank(ids[left]!, ids[right]!),
      (left, right) => {
        ids[left] = merges.merged(ids[left]!, ids[right]!);
      },
    );
    const merged: number[] = [];
    for (let position = 0; position < ids.length; position = next[position]!) merged.push(ids[position]!);
    return merged;
  }

  return (piece) => {
    let ids = cache.get(piece);
    if (!ids) {
      ids = encode(piece);
      if (cache.size >= CACHED_PIECES_MAX) cache.clear();
      if (piece.length <= CACHED_PIECE_UNITS) cache.set(piece, ids);
    }
    return ids;
  };
}

/** Makes the encoder of plain text for a GGUF file whose tokens spell text as itself, with U+2581 for a space. */
export function characterBpeEncoder(
  { patterns, ignoreMerges, wholeLineBreaks }: PreTokenizer,
  { tokens, kinds, textIds }: Vocabulary,
  merges: PairTable,
): (text: string) => number[] {
  const encodePiece = characterBpe({
    textIds,
    merges,
    ignoreMerges,
    byteIds: byteTokenIds([...tokens.entries()].filter(([id]) => kinds[id] === TOKEN_KIND.byte)),
    unknownId: null,
    fuseUnknown: false,
    continuingPrefix: '',
    endSuffix: '',
  });
  return (text) =>
    cutText(text.replaceAll(' ', SPACE), patterns).flatMap((piece) => {
      const whole = wholeLineBreaks && piece.startsWith('\n') ? textIds.get(piece) : undefined;
      return whole === undefined ? encodePiece(piece) : [whole];
    });
}
