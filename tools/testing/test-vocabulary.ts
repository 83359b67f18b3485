/** Vocabularies for random models: SentencePiece (bytes, ASCII, common English pieces, chat markers) and WordPiece. */

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

/** SentencePiece's, of 509 tokens. Every piece can be reached by merging two shorter pieces. */
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

/**
 * WordPiece's, spelled as GGUF does: U+2581 before what begins a word, nothing before what goes on. Its class token is BOS,
 * its separator EOS. It has no upper case, no accents and no ideographs.
 */
export function wordPieceVocabulary(): TestVocabulary {
  const pieces = PIECES.split(' ');
  const characters = Array.from('abcdefghijklmnopqrstuvwxyz0123456789');
  const starting = [
    ...pieces.filter((piece) => piece.startsWith('_')).map((piece) => piece.slice(1)),
    ...['hello', 'token', 'cafe'],
    ...characters,
    ...Array.from('!"#$%&\'()*+,-./:;<=>?@[]_`{|}~'),
  ];
  const continuing = [...pieces.filter((piece) => !piece.startsWith('_')), 'ization', ...characters];
  const controls = ['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]'];
  const tokens = [...controls, ...new Set([...starting.map((piece) => SPACE + piece), ...continuing])];
  return {
    tokens,
    scores: tokens.map(() => 0),
    types: tokens.map((_, id) => (id < controls.length ? 3 : 1)),
    bosId: controls.indexOf('[CLS]'),
    eosId: controls.indexOf('[SEP]'),
    endOfTurnId: controls.indexOf('[MASK]'),
    highByteIds: [],
  };
}
