/**
 * Makes a tokenizer from Hugging Face's `tokenizer.json` and, where there is one, `tokenizer_config.json`.
 *
 * Plain text gets the ids that the library which made the files gives it, special tokens' spellings apart: they stay
 * text. Whatever `tokenizer.json` holds that is not understood is an error that names it; a text cut in other places than
 * in training would only make a model a little worse. `truncation` and `padding` are for training and are passed over. Of
 * `tokenizer_config.json` only the roles of tokens, further added tokens and `add_bos_token` count; its chat template is read
 * with the folder's other files.
 */
import type { MetadataValue, TokenizerFiles } from '../../format/model-file.ts';
import { EngineError } from '../../protocol/errors.ts';
import { byteTokenValue } from '../byte-token.ts';
import type { Tokenizer } from '../tokenizer.ts';
import { markTurns, TOKEN_KIND } from '../vocabulary.ts';
import { addedTokenSplitter, readAddedTokens } from './added-tokens.ts';
import type { AddedToken } from './added-tokens.ts';
import { fileDecoder } from './decoders.ts';
import type { TokenDecoder } from './decoders.ts';
import { JsonObject, notUnderstood, wrongValue } from './json-object.ts';
import { fileModel } from './models.ts';
import type { JsonModel } from './models.ts';
import { fileNormalizer } from './normalizers.ts';
import { textFrame } from './post-processor.ts';
import { fileSplitter } from './splitters.ts';

/** A tokenizer, and what else the files say. */
export interface JsonTokenizer {
  readonly tokenizer: Tokenizer;
  /** Vocabulary and roles, under the keys that GGUF files have for them. */
  readonly metadata: ReadonlyMap<string, MetadataValue>;
}

/** Kinds of tokens that text never becomes by its spelling. */
const NEVER_TEXT: readonly number[] = [TOKEN_KIND.control, TOKEN_KIND.unknown];

/** The vocabulary: tokens and kinds by id. An id that nothing has is an unused token. */
interface JsonVocabulary {
  readonly tokens: readonly string[];
  readonly kinds: number[];
}

function vocabulary(
  model: JsonModel,
  added: readonly AddedToken[],
  hasByteTokens: boolean,
  embeddingRows: number | null,
): JsonVocabulary {
  const ids = [...model.ids.values(), ...added.map(({ id }) => id)];
  const named = ids.reduce((largest, id) => Math.max(largest, id), -1) + 1;
  const size = embeddingRows ?? named;
  if (named > size) throw wrongValue('vocabulary', `ids below ${size}, as the model has embeddings`, named - 1);
  const tokens = new Array<string>(size).fill('');
  const kinds = new Array<number>(size).fill(TOKEN_KIND.unused);
  for (const [token, id] of model.ids) {
    tokens[id] = token;
    const isByte = model.byteTokens.has(id) || (hasByteTokens && byteTokenValue(token) !== null);
    kinds[id] = isByte ? TOKEN_KIND.byte : TOKEN_KIND.normal;
  }
  for (const { id, content, special } of added) {
    tokens[id] = content;
    kinds[id] = special ? TOKEN_KIND.control : TOKEN_KIND.userDefined;
  }
  if (model.unknownId !== null) kinds[model.unknownId] = TOKEN_KIND.unknown;
  return { tokens, kinds };
}

/** The id of the token that the configuration gives a role, such as `bos_token`; `null` if it names none that is there. */
function roleId(config: JsonObject | null, role: string, ids: ReadonlyMap<string, number>): number | null {
  const value = config?.get(role);
  if (config === null || value === undefined) return null;
  const text = typeof value === 'string' ? value : config.object(role).string('content');
  return ids.get(text) ?? null;
}

/** Added tokens that only the configuration lists. */
function configuredTokens(config: JsonObject | null, model: JsonModel, listed: readonly AddedToken[]): AddedToken[] {
  const known = new Set(listed.map(({ id }) => id));
  const list = config?.optional('added_tokens_decoder');
  const more = list
    ? [...list.entries()].map(([id, spec]) => {
        if (!/^\d{1,9}$/.test(id)) throw wrongValue(list.at(id), 'an id', id);
        return new Map([...new JsonObject(spec, list.at(id)).entries(), ['id', Number(id)]]);
      })
    : [];
  const added = more.filter((token) => !known.has(token.get('id') as number));
  return readAddedTokens(new JsonObject(new Map([['added_tokens', added]]), 'added_tokens_decoder'), model.ids);
}

function tokenBytes(decoder: TokenDecoder, { tokens, kinds }: JsonVocabulary, id: number): Uint8Array {
  const token = tokens[id];
  if (token === undefined)
    throw new EngineError('ShapeMismatch', {
      what: 'The model chose a token that does not exist',
      expected: `an id below ${tokens.length}`,
      got: id,
    });
  const kind = kinds[id];
  if (kind === TOKEN_KIND.byte) return Uint8Array.of(byteTokenValue(token)!);
  if (kind === TOKEN_KIND.userDefined) return decoder.addedBytes(token);
  return kind === TOKEN_KIND.normal ? decoder.bytes(token) : new Uint8Array(0);
}

function textEncoder(
  file: JsonObject,
  model: JsonModel,
  added: readonly AddedToken[],
  specialIds: ReadonlySet<number>,
): Tokenizer['encode'] {
  const searched = added.map((token) => ({ ...token, special: specialIds.has(token.id) }));
  const partsOf = addedTokenSplitter(searched, fileNormalizer(file));
  const split = fileSplitter(file);
  const encodePiece = model.encoder(specialIds);
  return (text, continues = false) => {
    const ids: number[] = [];
    for (const [index, part] of partsOf(text.toWellFormed(), continues).entries()) {
      if (typeof part === 'number') {
        ids.push(part);
        continue;
      }
      const begins = index > 0 ? null : continues ? 'continuation' : 'text';
      for (const piece of split([{ text: part, begins }])) for (const id of encodePiece(piece.text)) ids.push(id);
    }
    return ids;
  };
}

function metadata(
  { tokens, kinds }: JsonVocabulary,
  roles: Readonly<Record<string, number | null>>,
  addBos: boolean,
): Map<string, MetadataValue> {
  const values = new Map<string, MetadataValue>([
    ['tokenizer.ggml.tokens', tokens],
    ['tokenizer.ggml.token_type', kinds],
    ['tokenizer.ggml.add_bos_token', addBos],
  ]);
  for (const [role, id] of Object.entries(roles)) if (id !== null) values.set(`tokenizer.ggml.${role}_token_id`, id);
  return values;
}

/**
 * The files' tokenizer. Where `embeddingRows` says how many ids the model has, those that no token has are unused ones.
 *
 * Throws `FileMalformed` if a file contradicts itself or the format, and `TokenizerUnsupported` for what is not understood
 * here; both name the place. `tokenBytes` throws `ShapeMismatch` for an id outside the vocabulary.
 */
export function createJsonTokenizer(files: TokenizerFiles, embeddingRows: number | null = null): JsonTokenizer {
  const file = new JsonObject(files.tokenizer, '');
  const config = files.config && new JsonObject(files.config, '');
  file.only(
    'version',
    'truncation',
    'padding',
    'added_tokens',
    'normalizer',
    'pre_tokenizer',
    'post_processor',
    'decoder',
    'model',
  );
  if (file.string('version', '1.0') !== '1.0') throw notUnderstood('version', file.get('version'));
  const model = fileModel(file);
  const listed = readAddedTokens(file, model.ids);
  const added = [...listed, ...configuredTokens(config, model, listed)];
  const decoder = fileDecoder(file);
  const words = vocabulary(model, added, decoder.hasByteTokens, embeddingRows);
  const ids = new Map([...model.ids, ...added.map(({ content, id }) => [content, id] as const)]);

  const [start = null] = textFrame(file, words.tokens.length).before;
  const strayEnd = files.endIds.find((id) => id >= words.tokens.length);
  if (strayEnd !== undefined) throw wrongValue('eos_token_id', `an id below ${words.tokens.length}`, strayEnd);
  const eos = roleId(config, 'eos_token', ids);
  const roles = {
    bos: start ?? roleId(config, 'bos_token', ids),
    eos: eos ?? files.endIds[0] ?? null,
    unknown: model.unknownId ?? roleId(config, 'unk_token', ids),
    padding: roleId(config, 'pad_token', ids),
  };
  const endIds = markTurns(words.tokens, words.kinds, eos === null ? files.endIds : [eos, ...files.endIds]);
  const special = [...words.kinds.entries()].filter(([, kind]) => NEVER_TEXT.includes(kind)).map(([id]) => id);
  const addBos = roles.bos !== null && (config?.boolean('add_bos_token', start !== null) ?? start !== null);
  return {
    tokenizer: {
      vocabularySize: words.tokens.length,
      addBos,
      bosId: roles.bos,
      endIds,
      encode: textEncoder(file, model, added, new Set(special)),
      tokenBytes: (id) => tokenBytes(decoder, words, id),
      spelling: (id) => words.tokens[id] ?? '',
    },
    metadata: metadata(words, roles, addBos),
  };
}
