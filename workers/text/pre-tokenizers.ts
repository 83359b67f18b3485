/**
 * How text is cut into pieces before byte-level BPE; no token crosses a cut.
 *
 * Each pattern of a family cuts the pieces that the pattern before it left: every match is a piece, and so is every gap
 * between matches. White space is Unicode's White_Space, as in the libraries that trained these models: JavaScript's \s
 * has U+FEFF and lacks U+0085. None of the patterns can backtrack further than the run it stands in.
 * Sources: the models' `tokenizer.json`, and llama.cpp's `llm_tokenizer_bpe`, where tekken's and gpt-4o's letter classes
 * are approximated and the originals are used here.
 */
import type { PreTokenizerFamily } from '../format/tokenizer-names.ts';

/** A family's patterns in order, and the two switches that go with it. */
export interface PreTokenizer {
  readonly patterns: readonly RegExp[];
  /** A piece that is a token as a whole is taken as it is, whatever the merges would make of it. */
  readonly ignoreMerges: boolean;
  /** Whether BOS goes before a prompt where the file does not say. */
  readonly addBos: boolean;
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

function family(
  patterns: readonly string[],
  { ignoreMerges = false, addBos = false }: { ignoreMerges?: boolean; addBos?: boolean } = {},
): PreTokenizer {
  return { patterns: patterns.map((pattern) => new RegExp(pattern, 'gu')), ignoreMerges, addBos };
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
  'deepseek-v3': family([
    '\\p{N}{1,3}',
    '[\\u4e00-\\u9fa5\\u3040-\\u30ff]+',
    `[!-\\/:-@\\[-\`{-~][A-Za-z]+|[^\\r\\n\\p{L}\\p{P}\\p{S}]?[\\p{L}\\p{M}]+| ?[\\p{P}\\p{S}]+[\\r\\n]*|${LINES_AND_SPACES}`,
  ]),
  llama3: family([`${ANY_CASE_CONTRACTIONS}|${LETTERS}|\\p{N}{1,3}|${PUNCTUATION}|${LINES_AND_SPACES}`], {
    ignoreMerges: true,
    addBos: true,
  }),
  dbrx: family([`${ANY_CASE_CONTRACTIONS}|${LETTERS}|\\p{N}{1,3}|${PUNCTUATION}|${LINES_AND_SPACES}`]),
  qwen2: family([`${ANY_CASE_CONTRACTIONS}|${LETTERS}|\\p{N}|${PUNCTUATION}|${LINES_AND_SPACES}`]),
  tekken: family([`${CASED_LETTERS.join('|')}|\\p{N}|${PUNCTUATION_OR_PATH}|${LINES_AND_SPACES}`], {
    ignoreMerges: true,
    addBos: true,
  }),
  'gpt-4o': family([
    `${CASED_LETTERS.map((letters) => `${letters}(?:${ANY_CASE_CONTRACTIONS})?`).join('|')}|\\p{N}{1,3}|${PUNCTUATION_OR_PATH}|${LINES_AND_SPACES}`,
  ]),
};

/** Cuts text into pieces that join to the text again; none is empty. */
export function cutText(text: string, patterns: readonly RegExp[]): string[] {
  let pieces = text === '' ? [] : [text];
  for (const pattern of patterns) {
    const cut: string[] = [];
    for (const piece of pieces) {
      let end = 0;
      pattern.lastIndex = 0;
      for (let match = pattern.exec(piece); match; match = pattern.exec(piece)) {
        if (match.index > end) cut.push(piece.slice(end, match.index));
        cut.push(match[0]);
        end = pattern.lastIndex;
      }
      if (end < piece.length) cut.push(piece.slice(end));
    }
    pieces = cut;
  }
  return pieces;
}
