/**
 * Byte-level BPE (GPT-2's kind): text is cut into pieces, a piece is bytes, and bytes merge by rank.
 *
 * In the vocabulary a byte is spelled as a printable character: itself where it is one, else U+0100 and up.
 */
import { mergePairs } from './merge-pairs.ts';
import type { PairTable } from './pair-table.ts';
import { cutText } from './pre-tokenizers.ts';
import type { PreTokenizer } from './pre-tokenizers.ts';
import type { Vocabulary } from './vocabulary.ts';

const CACHED_PIECES_MAX = 32_768;
const CACHED_PIECE_UNITS = 48;

/** The character that spells each byte. */
const BYTE_TO_CHARACTER: readonly string[] = Array.from({ length: 256 }, () => '');
const CHARACTER_TO_BYTE = new Map<string, number>();
{
  let spare = 0x100;
  const characters = BYTE_TO_CHARACTER as string[];
  for (let byte = 0; byte < 256; byte++) {
    const printable = (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || byte >= 0xae;
    const character = String.fromCharCode(printable ? byte : spare++);
    characters[byte] = character;
    CHARACTER_TO_BYTE.set(character, byte);
  }
}

/** How a vocabulary spells a text, or bytes: each byte as its printable character. */
export function byteLevelText(text: string | Uint8Array): string {
  const bytes = typeof text === 'string' ? new TextEncoder().encode(text) : text;
  return Array.from(bytes, (byte) => BYTE_TO_CHARACTER[byte]).join('');
}

/** The bytes that a token's spelling stands for; characters outside the byte alphabet stand for themselves. */
export function byteLevelBytes(token: string): Uint8Array {
  const bytes: number[] = [];
  for (const character of token) {
    const byte = CHARACTER_TO_BYTE.get(character);
    if (byte === undefined) bytes.push(...new TextEncoder().encode(character));
    else bytes.push(byte);
  }
  return Uint8Array.from(bytes);
}

/** Makes the encoder of plain text. */
export function byteLevelEncoder(
  { patterns, ignoreMerges }: PreTokenizer,
  vocabulary: Vocabulary,
  merges: PairTable,
): (text: string) => number[] {
  const byteIds = Int32Array.from(BYTE_TO_CHARACTER, (character) => vocabulary.textIds.get(character) ?? -1);
  const encoder = new TextEncoder();
  const cache = new Map<string, readonly number[]>();

  function encodePiece(piece: string): number[] {
    const bytes = encoder.encode(piece);
    if (ignoreMerges) {
      const whole = vocabulary.textIds.get(byteLevelText(bytes));
      if (whole !== undefined) return [whole];
    }
    const symbols = Int32Array.from(bytes, (byte) => byteIds[byte]!);
    const next = mergePairs(
      symbols.length,
      (left, right) => merges.rank(symbols[left]!, symbols[right]!),
      (left, right) => {
        symbols[left] = merges.merged(symbols[left]!, symbols[right]!);
      },
    );
    const ids: number[] = [];
    for (let position = 0; position < symbols.length; position = next[position]!) {
      const id = symbols[position]!;
      // A vocabulary without all 256 bytes cannot spell everything; its unknown token stands for the rest, if it has one.
      if (id >= 0) ids.push(id);
      else if (vocabulary.unknownId !== null) ids.push(vocabulary.unknownId);
    }
    return ids;
  }

  return (text) => {
    const ids: number[] = [];
    for (const piece of cutText(text, patterns)) {
      let pieceIds = cache.get(piece);
      if (!pieceIds) {
        pieceIds = encodePiece(piece);
        if (cache.size >= CACHED_PIECES_MAX) cache.clear();
        if (piece.length <= CACHED_PIECE_UNITS) cache.set(piece, pieceIds);
      }
      for (const id of pieceIds) ids.push(id);
    }
    return ids;
  };
}
