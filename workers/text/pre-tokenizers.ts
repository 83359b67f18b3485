/**
 * How text is cut into pieces before BPE; no token crosses a cut.
 *
 * Each cutter of a family cuts the pieces that the cutter before it left. A pattern makes every match a piece, and every
 * gap between matches; a match of nothing is a cut. White space is Unicode's White_Space, as in the libraries that trained these models: JavaScript's \s
 * has U+FEFF and lacks U+0085. None of the patterns can backtrack further than the run it stands in.
 * Sources: the models' `tokenizer.json`, and llama.cpp's `llm_tokenizer_bpe`, where tekken's and gpt-4o's letter classes
 * are approximated and the originals are used here.
 * So are those of granite-embed, and kimi-k2's \p{M} and Han, which it treats by code of its own.
 */
import type { PreTokenizerFamily } from '../format/tokenizer-names.ts';

/** Cuts a piece: at the matches of a global pattern, or by a rule that no pattern keeps in linear time. */
export type Cutter = RegExp | ((piece: string) => readonly string[]);

/** A family's cutters in order, and the switches that go with it. */
export interface PreTokenizer {
  readonly patterns: readonly Cutter[];
  /** A piece that is a token as a whole is taken as it is, whatever the merges would make of it. */
  readonly ignoreMerges: boolean;
  /** Whether BOS goes before a prompt: where the file does not say, or whatever it says. */
  readonly addBos: 'never' | 'by default' | 'always';
  /**
   * How the vocabulary spells text: in the byte alphabet, or as itself with U+2581 for a space and tokens such as
   * `<0x0A>` for bytes that no token spells.
   */
  readonly spelling: 'bytes' | 'characters';
  /** A run of line breaks that is a token is taken as it is. */
  readonly wholeLineBreaks: boolean;
}

const SPACE = '\\p{White_Space}';
/** White space at a piece's end, or all of a run but its last character; the rest goes with the word that follows. */
const RUN = `${SPACE}+(?![^${SPACE}])`;
const CONTRACTIONS = `'s|'t|'re|'ve|'m|'ll|'d`;
const ANY_CASE_CONTRACTIONS = `'[sS]|'[tT]|'[rR][eE]|'[vV][eE]|'[mM]|'[lL][lL]|'[dD]`;
const GPT2 = `${CONTRACTIONS}| ?\\p{L}+| ?\\p{N}+| ?[^${SPACE}\\p{L}\\p{N}]+|${RUN}|${SPACE}+`;
const LETTERS = `[^\\r\\n\\p{L}\\p{N}]?\\p{L}+`;
const PUNCTUATION = ` ?[^${SPACE}\\p{L}\\p{N}]+[\\r\\n]*`;
const PUNCTUATION_OR_PATH = ` ?[^${SPACE}\\p{L}\\p{N}]+[\\r\\n/]*`;
const LINES_AND_SPACES = `${SPACE}*[\\r\\n]+|${RUN}|${SPACE}+`;
const UPPER = '[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]';
const LOWER = '[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]';
const CASED_LETTERS = [`[^\\r\\n\\p{L}\\p{N}]?${UPPER}*${LOWER}+`, `[^\\r\\n\\p{L}\\p{N}]?${UPPER}+${LOWER}*`] as const;
/** The scripts that DeepSeek's first tokenizer counts as letters, code point by code point. */
const DEEPSEEK_LETTERS =
  'A-Za-z\\u00b5\\u00c0-\\u00d6\\u00d8-\\u00f6\\u00f8-\\u01ba\\u01bc-\\u01bf\\u01c4-\\u0293\\u0295-\\u02af' +
  '\\u0370-\\u0373\\u0376\\u0377\\u037b-\\u037d\\u037f\\u0386\\u0388-\\u038a\\u038c\\u038e-\\u03a1' +
  '\\u03a3-\\u03f5\\u03f7-\\u0481\\u048a-\\u052f\\u0531-\\u0556\\u10a0-\\u10c5\\u13a0-\\u13f5\\u13f8-\\u13fd' +
  '\\u1c90-\\u1cba\\u1cbd-\\u1cbf\\u1d00-\\u1d2b\\u1d6b-\\u1d77\\u1d79-\\u1d9a\\u1e00-\\u1f15\\u1f18-\\u1f1d' +
  '\\u1f20-\\u1f45\\u1f48-\\u1f4d\\u1f50-\\u1f57\\u1f59\\u1f5b\\u1f5d\\u1f5f-\\u1f7d\\u1f80-\\u1fb4' +
  '\\u1fb6-\\u1fbc\\u1fbe\\u1fc2-\\u1fc4\\u1fc6-\\u1fcc\\u1fd0-\\u1fd3\\u1fd6-\\u1fdb\\u1fe0-\\u1fec' +
  '\\u1ff2-\\u1ff4\\u1ff6-\\u1ffc\\u2102\\u2107\\u210a-\\u2113\\u2115\\u2119-\\u211d\\u2124\\u2126\\u2128' +
  '\\u212a-\\u212d\\u212f-\\u2134\\u2139\\u213c-\\u213f\\u2145-\\u2149\\u214e\\u2183\\u2184\\u2c00-\\u2c7b' +
  '\\u2c7e-\\u2ce4\\u2ceb-\\u2cee\\u2cf2\\u2cf3\\ua640-\\ua66d\\ua680-\\ua69b\\ua722-\\ua76f\\ua771-\\ua787' +
  '\\ua78b-\\ua78e\\uab70-\\uabbf\\ufb00-\\ufb06\\ufb13-\\ufb17\\uff21-\\uff3a\\uff41-\\uff5a' +
  '\\u{10400}-\\u{1044f}\\u{104b0}-\\u{104d3}\\u{104d8}-\\u{104fb}\\u{10c80}-\\u{10cb2}\\u{10cc0}-\\u{10cf2}' +
  '\\u{118a0}-\\u{118df}\\u{1e900}-\\u{1e943}';
const DEEPSEEK_CJK = '[\\u0800-\\u9fa5\\uac00-\\ud7ff]+';

const LETTERS_AND_MARKS = `[^\\r\\n\\p{L}\\p{N}]?[\\p{L}\\p{M}]+`;
const GPT4_WORDS = CASED_LETTERS.map((letters) => `${letters}(?:${ANY_CASE_CONTRACTIONS})?`).join('|');
const GPT4O = `${GPT4_WORDS}|\\p{N}{1,3}|${PUNCTUATION_OR_PATH}|${LINES_AND_SPACES}`;
const QWEN2 = `${ANY_CASE_CONTRACTIONS}|${LETTERS}|\\p{N}|${PUNCTUATION}|${LINES_AND_SPACES}`;
const DEEPSEEK_V3_WORDS = `[!-\\/:-@\\[-\`{-~][A-Za-z]+|[^\\r\\n\\p{L}\\p{P}\\p{S}]?[\\p{L}\\p{M}]+`;
const DEEPSEEK_V3 = `${DEEPSEEK_V3_WORDS}| ?[\\p{P}\\p{S}]+[\\r\\n]*|${LINES_AND_SPACES}`;
const KANA_AND_HAN = '\\u4e00-\\u9fa5\\u3040-\\u30ff';
const BLOOM = ` ?[^(${SPACE}|.,!?\\u2026\\u3002\\uff0c\\u3001\\u0964\\u06d4\\u060c)]+`;
const LINES = '[^\\n]+|\\n+';
/**
 * Scripts written without spaces, as AFMoE cuts them from the rest. The list is llama.cpp's, with Thai from U+0E40 and a
 * range from U+8C48, which Unicode normalization makes of U+F900.
 */
const AFMOE_SCRIPTS =
  '[\\u4e00-\\u9fff\\u3400-\\u4dbf\\u8c48-\\ufaff\\u3040-\\u30ff\\uff65-\\uff9f\\u2f00-\\u2fdf\\u0e40-\\u0eff' +
  '\\u1780-\\u17ff\\u1000-\\u109f\\u1100-\\u11ff]+';
const YOUTU_SCRIPTS =
  '[\\uac00-\\ud7a3\\u3131-\\u318e]+|' +
  '[\\uff01\\u2026\\u201c\\u201d\\u2018\\u2019\\u2014\\uff1a\\uff1b\\uff0c\\u3001-\\u303f\\ufe30-\\ufe4f]+|' +
  `[\\u3105-\\u312f]+|[${KANA_AND_HAN}]+`;
/** Moonshot's letters are those of gpt-4o but Han, which stand alone. */
const NOT_HAN = (letters: string): string => `(?:(?!\\p{Script=Han})${letters})`;
const KIMI_WORDS = [`${NOT_HAN(UPPER)}*${NOT_HAN(LOWER)}+`, `${NOT_HAN(UPPER)}+${NOT_HAN(LOWER)}*`]
  .map((letters) => `[^\\r\\n\\p{L}\\p{N}]?${letters}(?:${ANY_CASE_CONTRACTIONS})?`)
  .join('|');

/** Cuts each match of the pattern into groups of three from its end. The pattern `(?=(\d{3})+$)` does it in n² steps. */
function threesFromTheEnd(run: string): Cutter {
  const pattern = new RegExp(run, 'gu');
  return (piece) => {
    const cut: string[] = [];
    let end = 0;
    for (const match of piece.matchAll(pattern)) {
      if (match.index > end) cut.push(piece.slice(end, match.index));
      const digits = [...match[0]];
      for (let from = 0, to = digits.length % 3 || 3; from < digits.length; from = to, to += 3)
        cut.push(digits.slice(from, to).join(''));
      end = match.index + match[0].length;
    }
    if (end < piece.length) cut.push(piece.slice(end));
    return cut;
  };
}

function family(
  patterns: readonly (string | Cutter)[],
  switches: Partial<Omit<PreTokenizer, 'patterns'>> = {},
): PreTokenizer {
  return {
    patterns: patterns.map((pattern) => (typeof pattern === 'string' ? new RegExp(pattern, 'gu') : pattern)),
    ignoreMerges: false,
    addBos: 'never',
    spelling: 'bytes',
    wholeLineBreaks: false,
    ...switches,
  };
}

/** Every family. */
export const PRE_TOKENIZERS: Readonly<Record<PreTokenizerFamily, PreTokenizer>> = {
  default: family(['[\\p{P}$+<=>^~|]+', GPT2, '\\p{N}+', '[0-9][0-9][0-9]']),
  'gpt-2': family([GPT2]),
  starcoder: family(['\\p{N}', GPT2]),
  falcon: family(['[\\p{P}$+<=>^~|`]+', GPT2, '[0-9][0-9][0-9]']),
  'deepseek-llm': family([
    '[\\r\\n]',
    `${SPACE}?[${DEEPSEEK_LETTERS}]+`,
    `${SPACE}?[!-\\/:-~\\uff01-\\uff0f\\uff1a-\\uff5e\\u2018-\\u201f\\u3000-\\u3002]+`,
    // Leftmost means the run's start, so the lookbehind changes nothing but the time: without it this is quadratic.
    `(?<!${SPACE})${SPACE}+$`,
    DEEPSEEK_CJK,
    '\\p{N}+',
  ]),
  'deepseek-coder': family(['[\\r\\n]', `${SPACE}?\\p{L}+`, `${SPACE}?\\p{P}+`, DEEPSEEK_CJK, '\\p{N}']),
  'deepseek-v3': family(['\\p{N}{1,3}', `[${KANA_AND_HAN}]+`, DEEPSEEK_V3]),
  spark2_5: family([
    '\\p{N}{1,3}',
    `[${KANA_AND_HAN}]+`,
    `${DEEPSEEK_V3_WORDS}| ?[\\p{P}\\p{S}]+|[\\r\\n]|${RUN}|${SPACE}+`,
    '\\p{N}',
  ]),
  afmoe: family([threesFromTheEnd('\\p{N}+'), AFMOE_SCRIPTS, DEEPSEEK_V3]),
  llama3: family([`${ANY_CASE_CONTRACTIONS}|${LETTERS}|\\p{N}{1,3}|${PUNCTUATION}|${LINES_AND_SPACES}`], {
    ignoreMerges: true,
    addBos: 'by default',
  }),
  minicpm5: family(['\\p{N}{1,3}', `${ANY_CASE_CONTRACTIONS}|${LETTERS}|\\p{N}+|${PUNCTUATION}|${LINES_AND_SPACES}`], {
    ignoreMerges: true,
  }),
  'jais-2': family([
    `${ANY_CASE_CONTRACTIONS}|${LETTERS}|\\p{N}{1,3}|${PUNCTUATION}|${SPACE}*[\\r\\n]+|` +
      `${['512', '256', '128', '64', '32', '16', '8', '4', '1,2'].map((count) => `${SPACE}{${count}}(?![^${SPACE}])`).join('|')}|${SPACE}`,
  ]),
  dbrx: family([`${ANY_CASE_CONTRACTIONS}|${LETTERS}|\\p{N}{1,3}|${PUNCTUATION}|${LINES_AND_SPACES}`]),
  qwen2: family([QWEN2]),
  qwen35: family([
    `${ANY_CASE_CONTRACTIONS}|${LETTERS_AND_MARKS}|\\p{N}| ?[^${SPACE}\\p{L}\\p{M}\\p{N}]+[\\r\\n]*|${LINES_AND_SPACES}`,
  ]),
  laguna: family([LINES, QWEN2]),
  ufakzeka: family([`${LETTERS}|\\p{N}|${PUNCTUATION}|${LINES_AND_SPACES}`]),
  'seed-coder': family([`${ANY_CASE_CONTRACTIONS}|${LETTERS}|\\p{N}| ?[^${SPACE}\\p{L}\\p{N}]+|${LINES_AND_SPACES}`]),
  bailingmoe: family([`${ANY_CASE_CONTRACTIONS}|${LETTERS}|\\p{N}|${PUNCTUATION}|${SPACE}*[\\r\\n]|${RUN}|${SPACE}+`]),
  'exaone-moe': family([
    `${ANY_CASE_CONTRACTIONS}|[^\\r\\n\\p{L}\\p{N}]?\\p{L}\\p{M}*(?: ?\\p{L}\\p{M}*)*|\\p{N}|` +
      ` ?[^${SPACE}\\p{L}\\p{N}]+[\\r\\n/]?|${SPACE}*[\\r\\n]|${RUN}|${SPACE}+`,
  ]),
  tekken: family([`${CASED_LETTERS.join('|')}|\\p{N}|${PUNCTUATION_OR_PATH}|${LINES_AND_SPACES}`], {
    ignoreMerges: true,
    addBos: 'by default',
  }),
  'gpt-4o': family([GPT4O]),
  'granite-embed': family([GPT4O], { ignoreMerges: true }),
  youtu: family([YOUTU_SCRIPTS, `${GPT4_WORDS}|\\p{N}|${PUNCTUATION_OR_PATH}|${LINES_AND_SPACES}`], {
    ignoreMerges: true,
  }),
  'tiny-aya': family([threesFromTheEnd('(?<!\\p{Nd})\\p{Nd}+(?![\\p{Alphabetic}\\p{M}\\p{Nd}\\p{Pc}])'), GPT4O]),
  'kimi-k2': family([`\\p{Script=Han}+|${KIMI_WORDS}|\\p{N}{1,3}|${PUNCTUATION}|${LINES_AND_SPACES}`]),
  superbpe: family(['\\p{N}+', threesFromTheEnd('\\p{Nd}+')]),
  chameleon: family(
    ['<sentinel:[0-9]+>', 'IMGIMG[A-I]{1,4}Z', '[\\t\\n]| {4}| {2}', '\\p{N}', '[\\p{P}!-\\/:-@\\[-`{-~]', GPT2],
    { addBos: 'by default' },
  ),
  bloom: family([BLOOM]),
  viking: family([BLOOM, '\\p{N}']),
  // Conversions of Gemma 4 say that it wants no BOS; it does.
  gemma4: family([LINES], { addBos: 'always', spelling: 'characters', wholeLineBreaks: true }),
  'sarvam-moe': family([LINES], { spelling: 'characters' }),
};

/** Cuts text into pieces that join to the text again; none is empty. */
export function cutText(text: string, cutters: readonly Cutter[]): string[] {
  let pieces = text === '' ? [] : [text];
  for (const cutter of cutters) {
    const cut: string[] = [];
    for (const piece of pieces) {
      if (cutter instanceof RegExp) cutAtMatches(piece, cutter, cut);
      else for (const part of cutter(piece)) cut.push(part);
    }
    pieces = cut;
  }
  return pieces;
}

function cutAtMatches(piece: string, pattern: RegExp, cut: string[]): void {
  let end = 0;
  pattern.lastIndex = 0;
  for (let match = pattern.exec(piece); match; match = pattern.exec(piece)) {
    if (match.index > end) cut.push(piece.slice(end, match.index));
    if (match[0] !== '') cut.push(match[0]);
    end = match.index + match[0].length;
  }
  if (end < piece.length) cut.push(piece.slice(end));
}
