/**
 * What an answer begins with, as ids: those of an earlier answer as they are, a person's text as the model would have
 * written it. Ids that the model does not have are refused.
 */
import type { AnswerPrefix } from '../protocol/engine.ts';
import { EngineError } from '../protocol/errors.ts';
import { endsInThought, type ThinkingMarks } from '../text/thinking-format.ts';
import type { Tokenizer } from '../text/tokenizer.ts';
import { writeAnswer } from '../text/write-answer.ts';

/** A prefix that is ready to go behind a prompt. */
export interface PrefixIds {
  readonly ids: readonly number[];
  /** Spaces at a text's end that were left for the model to write. */
  readonly leftOut: string;
}

/** The prefix of an answer that begins with nothing. */
export const NO_PREFIX: PrefixIds = { ids: [], leftOut: '' };

/**
 * Makes a prefix's ids. `answers` gives the ids of answers by their text, as they are in the cache.
 *
 * A text's last spaces are left out: models write a space and the word behind it as one token, so behind a space of its
 * own nearly every word would be one that they never saw there.
 *
 * Throws `SettingInvalid` for ids outside the vocabulary.
 */
export function prefixIds(
  prefix: AnswerPrefix,
  promptIds: readonly number[],
  marks: ThinkingMarks | null,
  tokenizer: Tokenizer,
  answers: ReadonlyMap<string, readonly number[]>,
): PrefixIds {
  if ('tokens' in prefix) {
    checkIds(prefix.tokens, tokenizer);
    return { ids: [...prefix.tokens], leftOut: '' };
  }
  const { text, thinking = '' } = prefix;
  const known = thinking === '' ? answers.get(text) : undefined;
  if (known !== undefined) return { ids: known, leftOut: '' };
  const last = text === '' ? thinking : text;
  const leftOut = / *$/.exec(last)![0];
  const kept = last.slice(0, last.length - leftOut.length);
  const answer = text === '' ? { text, thinking: kept } : { text: kept, thinking };
  const opened = marks !== null && endsInThought(marks, promptIds, tokenizer);
  return { ids: writeAnswer(answer, marks, opened, tokenizer), leftOut };
}

/** Throws `SettingInvalid` for ids that the vocabulary does not have. */
export function checkIds(ids: readonly number[], { vocabularySize }: Tokenizer): void {
  const strange = ids.find((id) => !(Number.isInteger(id) && id >= 0 && id < vocabularySize));
  if (strange === undefined) return;
  throw new EngineError('SettingInvalid', {
    what: 'An answer holds a token that this model does not have',
    expected: `whole numbers from 0 to ${vocabularySize - 1}`,
    got: strange,
    remedy: 'Load the model that gave the answer, or go on from its text instead.',
  });
}
