/**
 * SentencePiece-style BPE (Llama's kind): characters merge into the token with the best score; what the vocabulary
 * cannot spell falls back to its byte tokens. A space is spelled U+2581, and one goes before the text where the file
 * wants it. There are no pieces: merges run over the whole text.
 * Source: Google's SentencePiece, `bpe_model.cc`; llama.cpp's `llm_tokenizer_spm`, whose ids are the reference.
 */
import { metadataBoolean } from '../format/metadata.ts';
import type { ModelFile } from '../format/model-file.ts';
import { EngineError } from '../protocol/errors.ts';
import { byteTokenIds } from './character-bpe.ts';
import { mergePairs } from './merge-pairs.ts';
import { TOKEN_KIND } from './vocabulary.ts';
import type { Vocabulary } from './vocabulary.ts';

const SPACE = '\u2581';

/** The bytes that a text token stands for. */
export function sentencePieceBytes(token: string): Uint8Array {
  return new TextEncoder().encode(token.replaceAll(SPACE, ' '));
}

/** Equal scores share a rank; the best score has rank 0. Indexed by id. */
function scoreRanks(scores: readonly number[]): Int32Array {
  const order = [...new Set(scores)].sort((a, b) => b - a);
  const rankOf = new Map(order.map((score, rank) => [score, rank]));
  return Int32Array.from(scores, (score) => rankOf.get(score)!);
}

/** Makes the encoder of plain text; text that `continues` other text gets no space before it. Throws `TokenizerUnsupported` if the file has no scores. */
export function sentencePieceEncoder(
  file: ModelFile,
  vocabulary: Vocabulary,
): (text: string, continues: boolean) => number[] {
  const { tokens, kinds, textIds, scores, unknownId } = vocabulary;
  if (!scores)
    throw new EngineError('TokenizerUnsupported', {
      what: 'The file brings no scores for its SentencePiece tokenizer',
      remedy: 'Choose another conversion of the model.',
    });
  const addSpacePrefix = metadataBoolean(file, 'tokenizer.ggml.add_space_prefix', true);
  const ranks = scoreRanks(scores);
  const longestUnits = tokens.reduce((longest, token) => Math.max(longest, token.length), 0);
  const byteIds = byteTokenIds([...tokens.entries()].filter(([id]) => kinds[id] === TOKEN_KIND.byte));
  const encoder = new TextEncoder();

  function pushFallback(symbol: string, ids: number[]): void {
    const bytes = [...encoder.encode(symbol)].map((byte) => byteIds[byte]);
    if (bytes.every((id) => id !== undefined)) ids.push(...bytes);
    else if (unknownId !== null) ids.push(unknownId);
  }

  return (text, continues) => {
    if (text === '') return [];
    const spelled = (addSpacePrefix && !continues ? SPACE : '') + text.replaceAll(' ', SPACE);
    const starts: number[] = [];
    for (let unit = 0; unit < spelled.length; unit += spelled.codePointAt(unit)! > 0xffff ? 2 : 1) starts.push(unit);
    starts.push(spelled.length);
    const next = mergePairs(
      starts.length - 1,
      (left, _right, end) => {
        const from = starts[left]!;
        const to = starts[end]!;
        if (to - from > longestUnits) return -1;
        const id = textIds.get(spelled.slice(from, to));
        return id === undefined ? -1 : ranks[id]!;
      },
      () => undefined,
    );
    const ids: number[] = [];
    for (let position = 0; position < starts.length - 1; position = next[position]!) {
      const symbol = spelled.slice(starts[position], starts[next[position]!]);
      const id = textIds.get(symbol);
      if (id === undefined) pushFallback(symbol, ids);
      else ids.push(id);
    }
    return ids;
  };
}
