/**
 * What turns a piece of text into token ids in `tokenizer.json`: its `model`.
 *
 * Text never becomes a special token here, whatever the vocabulary holds: those are left out of what text may become.
 * `WordLevel` is not among them: no language model that we know uses it. Source: Hugging Face's tokenizers, `models/`.
 */
import { byteTokenIds, characterBpe } from '../character-bpe.ts';
import { PairTable } from '../pair-table.ts';
import { unigram } from '../unigram.ts';
import { wordPiece } from '../word-piece.ts';
import { type JsonObject, notUnderstood, wrongValue } from './json-object.ts';

/** A model: its tokens, and the encoder of single pieces once it is known which of them are special. */
export interface JsonModel {
  /** Each token's id. */
  readonly ids: ReadonlyMap<string, number>;
  readonly unknownId: number | null;
  /** Ids of tokens such as `<0x0A>` that stand for what no token spells; none without that fallback. */
  readonly byteTokens: ReadonlySet<number>;
  /** `specialIds` are those that text never becomes. */
  encoder(specialIds: ReadonlySet<number>): (piece: string) => readonly number[];
}

/** More tokens than any model has; an id is an index into arrays. */
const IDS_MAX = 4_194_304;

function vocabularyObject(model: JsonObject): Map<string, number> {
  const vocabulary = model.object('vocab');
  const ids = new Map<string, number>();
  for (const [token, id] of vocabulary.entries()) {
    if (typeof id !== 'number' || !Number.isInteger(id) || id < 0 || id >= IDS_MAX)
      throw wrongValue(vocabulary.at(token), `an id below ${IDS_MAX}`, id);
    ids.set(token, id);
  }
  if (ids.size === 0) throw wrongValue(vocabulary.path, 'tokens', 'none');
  const taken = new Set<number>();
  for (const [token, id] of ids) {
    if (taken.has(id)) throw wrongValue(vocabulary.at(token), 'an id of its own', id);
    taken.add(id);
  }
  return ids;
}

/** The id of the token under the key, which must be in the vocabulary; `null` where there is none. */
function tokenId(model: JsonObject, key: string, ids: ReadonlyMap<string, number>): number | null {
  const token = model.string(key, '');
  if (token === '') return null;
  const id = ids.get(token);
  if (id === undefined) throw wrongValue(model.at(key), 'a token of the vocabulary', token);
  return id;
}

function without(ids: ReadonlyMap<string, number>, specialIds: ReadonlySet<number>): Map<string, number> {
  return new Map([...ids].filter(([token, id]) => token !== '' && !specialIds.has(id)));
}

function mergePair(merge: unknown, path: string): readonly [string, string] {
  const parts: readonly unknown[] = typeof merge === 'string' ? merge.split(' ') : Array.isArray(merge) ? merge : [];
  const [left, right] = parts;
  if (parts.length !== 2 || typeof left !== 'string' || typeof right !== 'string')
    throw wrongValue(path, 'two tokens', merge);
  return [left, right];
}

function readMerges(model: JsonObject, ids: ReadonlyMap<string, number>, continuingPrefix: string): PairTable {
  const merges = model.list('merges');
  const table = new PairTable(merges.length);
  for (const [rank, merge] of merges.entries()) {
    const path = `${model.at('merges')}[${rank}]`;
    // The first line of old lists.
    if (rank === 0 && typeof merge === 'string' && merge.startsWith('#version')) continue;
    const [left, right] = mergePair(merge, path);
    const tokens = [left, right, left + right.slice(right.startsWith(continuingPrefix) ? continuingPrefix.length : 0)];
    const [leftId, rightId, mergedId] = tokens.map((token) => {
      const id = ids.get(token);
      if (id === undefined) throw wrongValue(path, 'tokens of the vocabulary', token);
      return id;
    });
    table.set(leftId!, rightId!, rank, mergedId!);
  }
  return table;
}

function byteTokens(ids: ReadonlyMap<string, number>, wanted: boolean): ReturnType<typeof byteTokenIds> {
  return byteTokenIds(wanted ? [...ids].map(([token, id]) => [id, token] as const) : []);
}

function definedIds(byteIds: readonly (number | undefined)[]): ReadonlySet<number> {
  return new Set(byteIds.filter((id) => id !== undefined));
}

function bpe(model: JsonObject): JsonModel {
  model.only(
    'dropout',
    'unk_token',
    'continuing_subword_prefix',
    'end_of_word_suffix',
    'fuse_unk',
    'byte_fallback',
    'ignore_merges',
    'vocab',
    'merges',
  );
  const dropout = model.get('dropout') ?? 0;
  if (dropout !== 0) throw notUnderstood(model.at('dropout'), dropout);
  const ids = vocabularyObject(model);
  const continuingPrefix = model.string('continuing_subword_prefix', '');
  const endSuffix = model.string('end_of_word_suffix', '');
  const merges = readMerges(model, ids, continuingPrefix);
  const byteIds = byteTokens(ids, model.boolean('byte_fallback', false));
  const unknownId = tokenId(model, 'unk_token', ids);
  const ignoreMerges = model.boolean('ignore_merges', false);
  const fuseUnknown = model.boolean('fuse_unk', false);
  return {
    ids,
    unknownId,
    byteTokens: definedIds(byteIds),
    encoder: (specialIds) =>
      characterBpe({
        textIds: without(ids, specialIds),
        merges,
        ignoreMerges,
        byteIds,
        unknownId,
        fuseUnknown,
        continuingPrefix,
        endSuffix,
      }),
  };
}

function unigramModel(model: JsonObject): JsonModel {
  model.only('unk_id', 'vocab', 'byte_fallback');
  const ids = new Map<string, number>();
  const scores: number[] = [];
  for (const [id, entry] of model.list('vocab').entries()) {
    const [token, score, ...more]: readonly unknown[] = Array.isArray(entry) ? entry : [];
    if (typeof token !== 'string' || typeof score !== 'number' || more.length > 0)
      throw wrongValue(`${model.at('vocab')}[${id}]`, 'a token and its score', entry);
    // Of equal tokens the last counts, as in the library.
    ids.set(token, id);
    scores.push(score);
  }
  if (ids.size === 0) throw wrongValue(model.at('vocab'), 'tokens', 'none');
  const unknownId = model.get('unk_id') === undefined ? null : model.count('unk_id');
  if (unknownId !== null && unknownId >= scores.length)
    throw wrongValue(model.at('unk_id'), `an id below ${scores.length}`, unknownId);
  const byteIds = byteTokens(ids, model.boolean('byte_fallback', false));
  const worstScore = scores.reduce((worst, score) => Math.min(worst, score), Infinity);
  return {
    ids,
    unknownId,
    byteTokens: definedIds(byteIds),
    encoder: (specialIds) =>
      unigram({
        tokens: [...without(ids, specialIds)]
          .filter(([, id]) => id !== unknownId)
          .map(([token, id]) => [token, id, scores[id]!] as const),
        worstScore,
        unknownId,
        byteIds,
      }),
  };
}

function wordPieceModel(model: JsonObject): JsonModel {
  model.only('unk_token', 'continuing_subword_prefix', 'max_input_chars_per_word', 'vocab');
  const ids = vocabularyObject(model);
  const unknownId = tokenId(model, 'unk_token', ids);
  if (unknownId === null) throw wrongValue(model.at('unk_token'), 'a token of the vocabulary', undefined);
  const continuingPrefix = model.string('continuing_subword_prefix', '##');
  const longestWord = model.count('max_input_chars_per_word', 100);
  return {
    ids,
    unknownId,
    byteTokens: new Set(),
    encoder: (specialIds) =>
      wordPiece({ textIds: without(ids, specialIds), startPrefix: '', continuingPrefix, unknownId, longestWord }),
  };
}

/** A kind that an old file does not name shows in its keys. */
function modelType(model: JsonObject): string {
  if (model.get('type') !== undefined) return model.string('type');
  if (model.get('merges') !== undefined) return 'BPE';
  if (Array.isArray(model.get('vocab'))) return 'Unigram';
  if (model.get('max_input_chars_per_word') !== undefined) return 'WordPiece';
  throw wrongValue(model.at('type'), 'the kind of model', undefined);
}

/** Reads the file's model. Throws `FileMalformed`, or `TokenizerUnsupported` naming what is not understood. */
export function fileModel(file: JsonObject): JsonModel {
  const model = file.object('model');
  const type = modelType(model);
  switch (type) {
    case 'BPE':
      return bpe(model);
    case 'Unigram':
      return unigramModel(model);
    case 'WordPiece':
      return wordPieceModel(model);
    default:
      throw notUnderstood(model.at('type'), type);
  }
}
