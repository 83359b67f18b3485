/** Work on sentences written by hand: politeness, brevity, titles, mistakes, opposites and translations. */
import type { Random } from '../../random.ts';
import { readLines } from '../../read-text.ts';
import { type Exchange, exchange, readPairs, type Task } from './task.ts';

const OPPOSITES = readPairs('text-work/opposites.txt', ' - ').flatMap(([one, other]) => [
  [one, other] as const,
  [other, one] as const,
]);
const LANGUAGES = ['Spanish', 'French', 'German', 'Italian', 'Portuguese'];
const EXPRESSIONS = readLines('text-work/translate.txt').map((line) => line.split(' | '));

/** A blunt sentence made polite. */
export const polite: Task = pairTask('polite', readPairs('text-work/polite.txt', ' => '));

/** A long sentence made short. */
export const shorten: Task = pairTask('shorten', readPairs('text-work/shorten.txt', ' => '));

/** A title for a short text. */
export const title: Task = pairTask(
  'title',
  readPairs('text-work/titles.txt', ' :: ').map(([name, text]) => [text, name]),
);

/** A sentence with a mistake made right. */
export const fix: Task = pairTask('fix', readPairs('text-work/fix.txt', ' => '));

/** A misspelt word made right. */
export const fixWord: Task = pairTask('fix-word', readPairs('text-work/words-fixed.txt', ' => '), true);

/** A word's opposite: the first that is written down for it, always the same. */
export const opposite: Task = (random) => {
  const [text] = random.pick(OPPOSITES);
  return exchange(random, 'opposite', { text, answer: OPPOSITES.find(([one]) => one === text)![1] }, true);
};

/** An expression in another language. */
export const translate: Task = (random) => {
  const { english, language, foreign } = drawExpression(random);
  return exchange(random, 'translate', { text: english, language, answer: foreign }, true);
};

/** An expression of another language in English; never one with two meanings. */
export const translateBack: Task = (random) => {
  let drawn = drawExpression(random);
  while (EXPRESSIONS.some(([english, ...rest]) => english !== drawn.english && rest.includes(drawn.foreign))) {
    drawn = drawExpression(random);
  }
  return exchange(
    random,
    'translate-back',
    { text: drawn.foreign, language: drawn.language, answer: drawn.english },
    true,
  );
};

function drawExpression(random: Random): { english: string; language: string; foreign: string } {
  const [english, ...foreign] = random.pick(EXPRESSIONS);
  const index = random.integer(0, LANGUAGES.length - 1);
  return { english: english!, language: LANGUAGES[index]!, foreign: foreign[index]! };
}

function pairTask(kind: string, pairs: readonly (readonly [text: string, answer: string])[], worded = false): Task {
  return (random): Exchange => {
    const [text, answer] = random.pick(pairs);
    return exchange(random, kind, { text, answer }, worded);
  };
}
