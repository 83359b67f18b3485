/** Work with a right answer that is computed: order, number and letters of words and lists. */
import type { Random } from '../../random.ts';
import { readLines } from '../../read-text.ts';
import { NUMBER_WORDS } from '../fill-slots.ts';
import { drawWords, exchange, readPairs, type Task, THINGS, WORDS } from './task.ts';

const SEQUENCES = readLines('text-work/sequences.txt').map((line) => line.split(', '));
const SENTENCES = [
  ...readPairs('text-work/fix.txt', ' => ').map(([, right]) => right),
  ...readPairs('text-work/polite.txt', ' => ').map(([blunt]) => blunt),
].filter((sentence) => /^[A-Za-z ]+[.?!]$/u.test(sentence));

/** Words by the alphabet. */
export const sort: Task = listTask('sort', (words) => words.toSorted().join(', '));

/** A list from its end to its start. */
export const reverse: Task = listTask('reverse', (words) => words.toReversed().join(', '));

/** A list's first item. */
export const first: Task = listTask('first', (words) => words[0]!, true);

/** A list's last item. */
export const last: Task = listTask('last', (words) => words.at(-1)!, true);

/** The number of a list's items. */
export const countItems: Task = listTask('count-items', (words) => String(words.length), true);

/** A sentence or words in capitals. */
export const upper: Task = (random) => {
  const text = drawText(random);
  return exchange(random, 'upper', { text, answer: text.toUpperCase() });
};

/** A sentence or words in small letters; what is given has capitals. */
export const lower: Task = (random) => {
  const text = drawText(random).toUpperCase();
  return exchange(random, 'lower', { text, answer: text.toLowerCase() });
};

/** The number of a short word's letters. */
export const countLetters: Task = (random) => {
  const text = random.pick(WORDS.filter(({ length }) => length <= 9));
  return exchange(random, 'count-letters', { text, answer: String(text.length) }, true);
};

/** The number of a sentence's words. */
export const countWords: Task = (random) => {
  const text = random.pick(SENTENCES);
  return exchange(random, 'count-words', { text, answer: String(text.split(' ').length) }, true);
};

/** A word letter by letter. */
export const spell: Task = (random) => {
  const text = random.pick(WORDS);
  return exchange(random, 'spell', { text, answer: [...text.toUpperCase()].join('-') }, true);
};

/** What comes after the items shown, in a known order or in equal steps. */
export const next: Task = (random) => {
  const sequence = random.chance(0.3) ? equalSteps(random) : random.pick(SEQUENCES);
  const shown = random.integer(2, Math.min(5, sequence.length - 1));
  const start = random.integer(0, sequence.length - 1 - shown);
  const text = sequence.slice(start, start + shown).join(', ');
  return exchange(random, 'next', { text, answer: sequence[start + shown]! }, true);
};

/** Some things of a kind, always in the same order, one a line. */
export const listOf: Task = (random) => {
  const [kind, things] = random.pick([...THINGS]);
  const count = random.integer(2, things.length);
  const answer = things
    .slice(0, count)
    .map((thing) => `- ${thing}`)
    .join('\n');
  return exchange(random, 'list', {
    text: kind,
    count: random.chance(0.5) ? String(count) : NUMBER_WORDS[count]!,
    answer,
  });
};

function listTask(kind: string, work: (words: string[]) => string, worded = false): Task {
  return (random) => {
    const words = drawWords(random, random.integer(3, 6));
    return exchange(random, kind, { text: words.join(', '), answer: work(words) }, worded);
  };
}

function equalSteps(random: Random): string[] {
  const step = random.pick([1, 2, 3, 4, 5, 10, 100]);
  const from = step * random.integer(0, 5);
  return Array.from({ length: 6 }, (_, index) => String(from + step * index));
}

function drawText(random: Random): string {
  return random.chance(0.5) ? random.pick(SENTENCES) : drawWords(random, random.integer(1, 4)).join(' ');
}
