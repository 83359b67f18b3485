/**
 * The vocabulary of a model file: each token's text, kind and score, and the ids with a role. It refuses arrays whose
 * lengths differ, ids outside the vocabulary and scores that are not numbers; how text becomes tokens is decided elsewhere.
 */
import { metadataBoolean, metadataInteger, metadataNumbers, metadataStrings } from '../format/metadata.ts';
import type { ModelFile } from '../format/model-file.ts';
import { EngineError } from '../protocol/errors.ts';

/** GGUF's numbers for the kinds of tokens (`tokenizer.ggml.token_type`). */
export const TOKEN_KIND = { normal: 1, unknown: 2, control: 3, userDefined: 4, unused: 5, byte: 6 } as const;

/** Tokens that end a turn or a text in the models we know; a file may mark only one of them as its EOS. */
const END_TOKENS: ReadonlySet<string> = new Set([
  '</s>',
  '<|endoftext|>',
  '<|end_of_text|>',
  '<|im_end|>',
  '<|eot_id|>',
  '<|eom_id|>',
  '<|end|>',
  '<|return|>',
  '<|call|>',
  '<end_of_turn>',
  '<end_of_utterance>',
  '<EOT>',
  '[EOT]',
  '[EOS]',
  '<eos>',
  '<turn|>',
  '[e~[',
  '<｜end▁of▁sentence｜>',
]);

/** Tokens that begin a turn in the same models. */
const START_TOKENS: ReadonlySet<string> = new Set([
  '<|im_start|>',
  '<|start_header_id|>',
  '<|end_header_id|>',
  '<start_of_turn>',
  '<|turn>',
]);

/** A vocabulary; `tokens`, `kinds` and `scores` are indexed by id. */
export interface Vocabulary {
  readonly tokens: readonly string[];
  readonly kinds: readonly number[];
  /** `null` where the file has none, as for byte-level BPE. */
  readonly scores: readonly number[] | null;
  /** Ids of tokens that stand for text: normal and user-defined ones. */
  readonly textIds: ReadonlyMap<string, number>;
  readonly bosId: number | null;
  /** What stands for text that no token spells; `null` drops it, as llama.cpp does. */
  readonly unknownId: number | null;
  readonly endIds: ReadonlySet<number>;
  /** What the file says of a BOS before prompts; `null` if nothing. */
  readonly addBos: boolean | null;
}

function requireLength(name: string, length: number, expected: number): void {
  if (length === expected) return;
  throw new EngineError('FileMalformed', {
    what: `The vocabulary's ${name} do not match its tokens`,
    expected,
    got: length,
    remedy: 'Choose another conversion of the model.',
  });
}

/** The id that the file gives a role such as `bos`, or `null`. Throws `FileMalformed` if it is not in the vocabulary. */
export function roleId(file: ModelFile, role: string, size: number): number | null {
  const key = `tokenizer.ggml.${role}_token_id`;
  if (!file.metadata.has(key)) return null;
  const id = metadataInteger(file, key, { min: 0 });
  if (id < size) return id;
  throw new EngineError('FileMalformed', {
    what: `The ${role} token is not in the vocabulary`,
    expected: `an id below ${size}`,
    got: id,
  });
}

/** Each token's text and kind, and the ids that end a turn. */
export type TokenKinds = Pick<Vocabulary, 'tokens' | 'kinds' | 'endIds'>;

/**
 * The ids that end a turn: those that a file names, and tokens that are known to. Makes known ends and beginnings of turns
 * control tokens in `kinds`, which is indexed by id as `tokens` is.
 */
export function markTurns(tokens: readonly string[], kinds: number[], namedIds: Iterable<number>): Set<number> {
  const ids = new Set(namedIds);
  for (const [id, token] of tokens.entries()) {
    const isEnd = END_TOKENS.has(token);
    const isSpecial = kinds[id] === TOKEN_KIND.control || kinds[id] === TOKEN_KIND.userDefined;
    if (!isSpecial || !(isEnd || START_TOKENS.has(token))) continue;
    // Some conversions mark these as text; then plain text could begin or end a turn.
    kinds[id] = TOKEN_KIND.control;
    if (isEnd) ids.add(id);
  }
  const byText = new Map([...ids].map((id) => [tokens[id], id]));
  // In the "harmony" format <|end|> ends one part of an answer, not the answer.
  if (byText.has('<|return|>') && byText.has('<|call|>')) ids.delete(byText.get('<|end|>') ?? -1);
  return ids;
}

function endIds(file: ModelFile, tokens: readonly string[], kinds: number[]): Set<number> {
  const named = ['eos', 'eot', 'eom'].map((role) => roleId(file, role, tokens.length));
  return markTurns(
    tokens,
    kinds,
    named.filter((id) => id !== null),
  );
}

/** Reads the tokens without their scores. Throws `TokenizerUnsupported` if there are none. */
export function readTokenKinds(file: ModelFile): TokenKinds {
  const tokens = metadataStrings(file, 'tokenizer.ggml.tokens');
  if (!tokens || tokens.length === 0)
    throw new EngineError('TokenizerUnsupported', {
      what: 'The file brings no vocabulary, so text cannot be turned into tokens',
      remedy: 'Choose another conversion of the model.',
    });
  const givenKinds = metadataNumbers(file, 'tokenizer.ggml.token_type');
  if (givenKinds) requireLength('token types', givenKinds.length, tokens.length);
  const kinds = givenKinds ? [...givenKinds] : new Array<number>(tokens.length).fill(TOKEN_KIND.normal);
  return { tokens, kinds, endIds: endIds(file, tokens, kinds) };
}

/** Reads the vocabulary. Throws `TokenizerUnsupported` if there is none, `FileMalformed` if it contradicts itself. */
export function readVocabulary(file: ModelFile): Vocabulary {
  const { tokens, kinds, endIds: ends } = readTokenKinds(file);
  const size = tokens.length;
  const scores = metadataNumbers(file, 'tokenizer.ggml.scores');
  if (scores) requireLength('scores', scores.length, size);
  const textIds = new Map<string, number>();
  for (const [id, token] of tokens.entries()) {
    const isText = kinds[id] === TOKEN_KIND.normal || kinds[id] === TOKEN_KIND.userDefined;
    if (isText && token !== '' && !textIds.has(token)) textIds.set(token, id);
  }
  // Some files name a control token, such as the end of a text, for what they cannot spell: no text may become that.
  const namedUnknownId = roleId(file, 'unknown', size);
  const isUnknown = namedUnknownId !== null && kinds[namedUnknownId] === TOKEN_KIND.unknown;
  const unknownId = isUnknown ? namedUnknownId : kinds.indexOf(TOKEN_KIND.unknown);
  return {
    tokens,
    kinds,
    scores,
    textIds,
    // BERT's "class" token begins a text as BOS does.
    bosId: roleId(file, 'bos', size) ?? roleId(file, 'cls', size),
    unknownId: unknownId < 0 ? null : unknownId,
    endIds: ends,
    addBos: file.metadata.has('tokenizer.ggml.add_bos_token')
      ? metadataBoolean(file, 'tokenizer.ggml.add_bos_token')
      : null,
  };
}
