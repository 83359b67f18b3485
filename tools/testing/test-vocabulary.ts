/** A SentencePiece vocabulary of 509 tokens for random models: bytes, ASCII, common English pieces, chat markers. */

/** What GGUF metadata say of a vocabulary; index is id. */
export interface TestVocabulary {
  readonly tokens: readonly string[];
  /** A higher score merges first. */
  readonly scores: readonly number[];
  /** 1 normal, 2 unknown, 3 control, 6 byte. */
  readonly types: readonly number[];
  readonly bosId: number;
  readonly eosId: number;
  readonly endOfTurnId: number;
  /** The bytes 0x80 … 0xFF. */
  readonly highByteIds: readonly number[];
}

const SPACE = '\u2581';
const PIECES =
  '_t th _th he _the in _a er an re on at en nd _an _and ti es or te of _o _of ed is it al ar st to nt ng ing _s _w se ha as ou io ent ion ly ck ll';

/** The vocabulary. Every piece can be reached by merging two shorter pieces. */
export function testVocabulary(): TestVocabulary {
  const pieces = new Set(PIECES.split(' ').map((piece) => piece.replace('_', SPACE)));
  for (const first of 'bcdfghjklmnprstvwyz') for (const second of 'aeiou') pieces.add(first + second);
  for (const letter of 'bcdefghijklmnpruvy') pieces.add(SPACE + letter);
  const characters = Array.from({ length: 94 }, (_, index) => String.fromCharCode(33 + index));
  const bytes = Array.from({ length: 256 }, (_, byte) => `<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`);
  const markers = ['<|system|>', '<|user|>', '<|assistant|>', '<|end|>'];

  const tokens = ['<unk>', '<s>', '</s>', ...bytes, ...pieces, SPACE, ...characters, ...markers];
  const types = tokens.map((_, id) =>
    id === 0 ? 2 : id < 3 || id >= tokens.length - markers.length ? 3 : id < 259 ? 6 : 1,
  );
  const scores = tokens.map((_, id) => (types[id] === 1 ? 258 - id : 0));
  return {
    tokens,
    scores,
    types,
    bosId: 1,
    eosId: 2,
    endOfTurnId: tokens.length - 1,
    highByteIds: bytes.slice(128).map((_, index) => 131 + index),
  };
}
