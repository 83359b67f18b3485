/**
 * `tokenizer.json` and `tokenizer_config.json` as the `tokenizer.*` metadata that a GGUF file of the model would have.
 *
 * Taken: byte-level BPE with a way to split text that is listed below, and SentencePiece-style BPE with byte fallback,
 * whose scores follow from the order of its merges. Refused, by name: every other kind, since text cut in other places
 * than in training makes a model a little worse with nothing to show why.
 * Sources: the `tokenizers` library's serialization; llama.cpp's converter for GGUF's side.
 */
import { EngineError } from '../protocol/errors.ts';
import { jsonArray, jsonBoolean, jsonInteger, jsonObject, jsonString, shownJson } from './json-fields.ts';
import type { MetadataValue } from './model-file.ts';
import { quoted } from './quoted.ts';
import type { JsonObject, JsonValue } from './strict-json.ts';

const VOCABULARY_MAX = 2 ** 20;
/** GGUF's numbers for the kinds of tokens. */
const KIND = { normal: 1, unknown: 2, control: 3, userDefined: 4, unused: 5, byte: 6 } as const;
const SPACE = '\u2581';

const CONTRACTIONS = "(?i:'s|'t|'re|'ve|'m|'ll|'d)";
const LETTERS = '[^\\r\\n\\p{L}\\p{N}]?\\p{L}+';
const REST = ' ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+';
const [UPPER, LOWER] = ['[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]', '[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]'];
const CASED = `[^\\r\\n\\p{L}\\p{N}]?${UPPER}*${LOWER}+|[^\\r\\n\\p{L}\\p{N}]?${UPPER}+${LOWER}*`;
/** Patterns of a `Split`, with GGUF's name for each: merges used as they are, and merges ignored for whole tokens. */
const SPLITS: ReadonlyMap<string, readonly [plain: string | null, ignoringMerges: string | null]> = new Map([
  [`${CONTRACTIONS}|${LETTERS}|\\p{N}{1,3}|${REST}`, ['dbrx', 'llama-bpe']],
  [`${CONTRACTIONS}|${LETTERS}|\\p{N}|${REST}`, ['qwen2', null]],
  [`${CASED}|\\p{N}|${REST.replace('[\\r\\n]*', '[\\r\\n/]*')}`, [null, 'tekken']],
]);

/** Reads both files; `embeddingRows` is the size that the vocabulary is filled up to. Throws `TokenizerUnsupported` or `FileMalformed`. */
export function tokenizerMetadata(
  tokenizer: JsonObject,
  config: JsonObject,
  embeddingRows: number,
): Map<string, MetadataValue> {
  const model = jsonObject(tokenizer.get('model'), 'The model in tokenizer.json');
  const type = jsonString(model.get('type') ?? 'BPE', 'The type in tokenizer.json');
  if (type !== 'BPE') throw unsupported('This kind of tokenizer', 'BPE', quoted(type));
  const merges = readMerges(model.get('merges'));
  const byteFallback = isTrue(model.get('byte_fallback'));
  const { tokens, kinds, ids } = readTokens(tokenizer, model, embeddingRows, byteFallback);
  const metadata = new Map<string, MetadataValue>([
    ['tokenizer.ggml.tokens', tokens],
    ['tokenizer.ggml.token_type', kinds],
  ]);
  if (byteFallback) {
    metadata.set('tokenizer.ggml.model', 'llama');
    metadata.set('tokenizer.ggml.scores', mergeScores(tokens, merges));
    metadata.set('tokenizer.ggml.add_space_prefix', hasSpacePrefix(tokenizer));
  } else {
    metadata.set('tokenizer.ggml.model', 'gpt2');
    metadata.set('tokenizer.ggml.pre', preTokenizerName(tokenizer, isTrue(model.get('ignore_merges'))));
    metadata.set(
      'tokenizer.ggml.merges',
      merges.map(([left, right]) => `${left} ${right}`),
    );
  }
  for (const [role, key] of [
    ['bos', 'bos_token'],
    ['eos', 'eos_token'],
    ['unknown', 'unk_token'],
    ['padding', 'pad_token'],
  ] as const) {
    const text = tokenText(config.get(key), key);
    const id = text === null ? undefined : ids.get(text);
    if (id !== undefined) metadata.set(`tokenizer.ggml.${role}_token_id`, id);
  }
  const bos = tokenText(config.get('bos_token'), 'bos_token');
  metadata.set(
    'tokenizer.ggml.add_bos_token',
    readAddBos(config) ?? templateBegins(tokenizer.get('post_processor'), bos),
  );
  const template = readTemplate(config.get('chat_template'));
  if (template !== null) metadata.set('tokenizer.chat_template', template);
  return metadata;
}

type Pair = readonly [left: string, right: string];

/** Each merge is "left right", or since 2024 a list of both. */
function readMerges(value: JsonValue | undefined): Pair[] {
  return jsonArray(value, 'The merges in tokenizer.json').map((merge, rank) => {
    // A token may begin with the separator's character only as its first.
    const space = typeof merge === 'string' ? merge.indexOf(' ', 1) : 0;
    const parts =
      typeof merge !== 'string' ? merge : space < 0 ? [merge] : [merge.slice(0, space), merge.slice(space + 1)];
    const [left, right, more] = jsonArray(parts, `Merge ${rank} in tokenizer.json`);
    if (typeof left === 'string' && typeof right === 'string' && left !== '' && right !== '' && more === undefined)
      return [left, right];
    throw malformed(`Merge ${rank} in tokenizer.json is wrong`, 'two tokens', shownJson(merge));
  });
}

function readTokens(tokenizer: JsonObject, model: JsonObject, embeddingRows: number, byteFallback: boolean) {
  const vocabulary = jsonObject(model.get('vocab'), 'The vocabulary in tokenizer.json');
  const added = jsonArray(tokenizer.get('added_tokens') ?? [], 'The added tokens').map((entry) =>
    jsonObject(entry, 'An added token'),
  );
  const idOf = (value: JsonValue | undefined): number => jsonInteger(value, 'The id of a token in tokenizer.json');
  const ids = new Map<string, number>();
  for (const [token, id] of vocabulary) ids.set(token, idOf(id));
  for (const entry of added) ids.set(jsonString(entry.get('content'), 'An added token'), idOf(entry.get('id')));
  let size = embeddingRows;
  for (const id of ids.values()) size = Math.max(size, id + 1);
  if (size > VOCABULARY_MAX) throw malformed('The vocabulary is too large', `at most ${VOCABULARY_MAX} tokens`, size);
  if (size > embeddingRows)
    throw malformed('The vocabulary does not fit the model', `ids below ${embeddingRows}`, size - 1);
  // Rows without a token are padding: each gets a name of its own, which no text becomes.
  const tokens = Array.from({ length: size }, (_, id) => `[PAD${id}]`);
  const kinds = new Array<number>(size).fill(KIND.unused);
  for (const [token, id] of ids) {
    if (kinds[id] !== KIND.unused) throw malformed(`Two tokens have the id ${id}`, quoted(tokens[id]!), quoted(token));
    tokens[id] = token;
    kinds[id] = byteFallback && /^<0x[0-9A-F]{2}>$/.test(token) ? KIND.byte : KIND.normal;
  }
  for (const entry of added) {
    const special = jsonBoolean(entry.get('special') ?? false, 'The field "special" of an added token');
    kinds[idOf(entry.get('id'))] = special ? KIND.control : KIND.userDefined;
  }
  const unknown = model.get('unk_token') ?? null;
  const unknownId = unknown === null ? undefined : ids.get(jsonString(unknown, 'The unknown token'));
  if (unknownId !== undefined) kinds[unknownId] = KIND.unknown;
  return { tokens, kinds, ids };
}

/** SentencePiece orders merges by the score of what they make: the first merge that makes a token gives its score. */
function mergeScores(tokens: readonly string[], merges: readonly Pair[]): number[] {
  const ranks = new Map<string, number>();
  for (const [rank, pair] of merges.entries()) {
    const token = pair.join('');
    if (!ranks.has(token)) ranks.set(token, rank);
  }
  return tokens.map((token) => -(ranks.get(token) ?? merges.length));
}

/** Whether a space goes before a text: by a normalizer that prepends it, or by a Metaspace pre-tokenizer. */
function hasSpacePrefix(tokenizer: JsonObject): boolean {
  const normalizers = steps(tokenizer.get('normalizer'), 'normalizers');
  const [splitter, ...more] = steps(tokenizer.get('pre_tokenizer'), 'pretokenizers');
  const spells = (step: JsonObject): boolean => {
    const pattern = step.get('pattern');
    return (
      step.get('type') === 'Replace' &&
      step.get('content') === SPACE &&
      pattern instanceof Map &&
      pattern.get('String') === ' '
    );
  };
  const prepends = (step: JsonObject): boolean => step.get('type') === 'Prepend' && step.get('prepend') === SPACE;
  if (!splitter && normalizers.some(spells) && normalizers.every((step) => spells(step) || prepends(step)))
    return normalizers.some(prepends);
  if (
    splitter?.get('type') === 'Metaspace' &&
    splitter.get('replacement') === SPACE &&
    more.length + normalizers.length === 0
  ) {
    const scheme = splitter.get('prepend_scheme');
    // Metaspace cuts at spaces where `split` is on, which SentencePiece does not.
    if (splitter.get('split') === false)
      return scheme === undefined ? splitter.get('add_prefix_space') !== false : scheme !== 'never';
  }
  throw unsupported(
    "The tokenizer's way to spell spaces",
    "Llama 2's",
    names([...normalizers, ...(splitter ? [splitter, ...more] : [])]),
  );
}

function preTokenizerName(tokenizer: JsonObject, ignoreMerges: boolean): string {
  const normalizers = steps(tokenizer.get('normalizer'), 'normalizers');
  const cutters = steps(tokenizer.get('pre_tokenizer'), 'pretokenizers');
  const [first, second] = cutters;
  const bytes = cutters.at(-1);
  const normalizes = normalizers.some((step) => step.get('type') !== 'NFC');
  if (!normalizes && bytes?.get('type') === 'ByteLevel' && bytes.get('add_prefix_space') !== true) {
    const cuts = bytes.get('use_regex') !== false;
    if (cutters.length === 1 && cuts && !ignoreMerges) return 'gpt-2';
    if (cutters.length === 2 && second === bytes) {
      const digits = first!.get('type') === 'Digits' && first!.get('individual_digits') === true;
      if (digits && cuts && !ignoreMerges) return 'smollm';
      const isolates =
        first!.get('type') === 'Split' && first!.get('behavior') === 'Isolated' && first!.get('invert') !== true;
      const pattern = first!.get('pattern');
      const regex = pattern instanceof Map ? (pattern as JsonObject).get('Regex') : undefined;
      const name = typeof regex === 'string' ? SPLITS.get(regex)?.[ignoreMerges ? 1 : 0] : undefined;
      if (isolates && !cuts && typeof name === 'string') return name;
    }
  }
  throw unsupported(
    "The tokenizer's way to split text",
    'that of GPT-2, Llama 3, Qwen 2, SmolLM or Mistral Nemo',
    names([...normalizers, ...cutters]),
  );
}

/** The steps of a `Sequence`, or the one step; none where there is nothing. */
function steps(value: JsonValue | undefined, field: string): readonly JsonObject[] {
  if (value === undefined || value === null) return [];
  const step = jsonObject(value, 'A step in tokenizer.json');
  if (step.get('type') !== 'Sequence') return [step];
  return jsonArray(step.get(field), 'The steps in tokenizer.json').map((inner) =>
    jsonObject(inner, 'A step in tokenizer.json'),
  );
}

function names(found: readonly JsonObject[]): string {
  return found.map((step) => shownJson(step.get('type'))).join(', ') || 'none';
}

/** A token in tokenizer_config.json: its text, or an object with it. */
function tokenText(value: JsonValue | undefined, key: string): string | null {
  if (value === undefined || value === null) return null;
  const text = value instanceof Map ? (value as JsonObject).get('content') : value;
  return jsonString(text, `"${key}" in tokenizer_config.json`);
}

function readAddBos(config: JsonObject): boolean | null {
  const value = config.get('add_bos_token') ?? null;
  return value === null ? null : jsonBoolean(value, '"add_bos_token" in tokenizer_config.json');
}

/** Whether the post-processor, or one of several, puts BOS first. */
function templateBegins(value: JsonValue | undefined, bos: string | null): boolean {
  if (bos === null) return false;
  return steps(value, 'processors').some((step) => {
    if (step.get('type') !== 'TemplateProcessing') return false;
    const first = jsonArray(step.get('single'), 'The template in tokenizer.json')[0];
    const special = first instanceof Map ? (first as JsonObject).get('SpecialToken') : undefined;
    return special instanceof Map && (special as JsonObject).get('id') === bos;
  });
}

/** The template, or of several by name the default one. */
function readTemplate(value: JsonValue | undefined): string | null {
  if (value === undefined || value === null) return null;
  if (typeof value === 'string') return value;
  const entries = jsonArray(value, '"chat_template" in tokenizer_config.json').map((entry) =>
    jsonObject(entry, 'A chat template'),
  );
  const usual = entries.find((entry) => entry.get('name') === 'default');
  return usual ? jsonString(usual.get('template'), 'A chat template') : null;
}

function isTrue(value: JsonValue | undefined): boolean {
  return value === true;
}

function malformed(what: string, expected: string | number, got: string | number): EngineError {
  return new EngineError('FileMalformed', { what, expected, got, remedy: 'Fetch the file again.' });
}

function unsupported(what: string, expected: string, got: string): EngineError {
  return new EngineError('TokenizerUnsupported', {
    what: `${what} is not supported yet`,
    expected,
    got,
    remedy: 'Choose another model, or a GGUF file of this one.',
  });
}
