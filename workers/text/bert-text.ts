/**
 * How BERT cleans text and cuts it into words before WordPiece.
 *
 * Source: Google's BERT, `tokenization.py`, and Hugging Face's tokenizers, `normalizers/bert.rs` and
 * `pre_tokenizers/bert.rs`, which these models were trained with. llama.cpp differs where no vocabulary that we know can
 * tell: it counts U+0085 as a space and strips spacing marks too.
 */

/** What is done to the text. */
export interface BertCleaning {
  /** Control characters go, and every white space becomes a plain space. */
  readonly cleanText: boolean;
  /** Spaces around every Han character. */
  readonly spaceHan: boolean;
  readonly stripAccents: boolean;
  readonly lowerCase: boolean;
}

/** Han as BERT counts it: neither kana nor Hangul. One range begins at U+2B920 where U+2B820 was meant, in all of them. */
const HAN =
  /[\u4e00-\u9fff\u3400-\u4dbf\u{20000}-\u{2a6df}\u{2a700}-\u{2b73f}\u{2b740}-\u{2b81f}\u{2b920}-\u{2ceaf}\uf900-\ufaff\u{2f800}-\u{2fa1f}]/gu;
/** Characters that no Unicode has assigned stay: Hugging Face's code counts them to no kind, nor does llama.cpp. */
const DROPPED = /[\0\ufffd]|(?![\t\n\r])[\p{Cc}\p{Cf}\p{Co}]/gu;
const WHITE_SPACE = /\p{White_Space}/gu;
const WHITE_SPACES = /\p{White_Space}+/u;

/** What counts as punctuation: all of ASCII's, and Unicode's P. */
export const PUNCTUATION = '[!-\\/:-@\\[-`{-~\\p{P}]';
const PUNCTUATION_MARK = new RegExp(`(${PUNCTUATION})`, 'u');

/** Lower case, character by character: no rule that looks around, such as that for a Greek word's last sigma. */
export function lowerCase(text: string): string {
  return text.replace(/[A-Z]+|\P{ASCII}/gu, (part) => part.toLowerCase());
}

/** The text, cleaned. */
export function cleanBertText(text: string, cleaning: BertCleaning): string {
  let clean = text;
  if (cleaning.cleanText) clean = clean.replace(DROPPED, '').replace(WHITE_SPACE, ' ');
  if (cleaning.spaceHan) clean = clean.replace(HAN, ' $& ');
  if (cleaning.stripAccents) clean = clean.normalize('NFD').replace(/\p{Mn}/gu, '');
  return cleaning.lowerCase ? lowerCase(clean) : clean;
}

/** Words between white space, each punctuation mark a word of its own; none is empty. */
export function bertWords(text: string): string[] {
  return text
    .split(WHITE_SPACES)
    .flatMap((word) => word.split(PUNCTUATION_MARK))
    .filter((word) => word !== '');
}
