/** What all kinds of text work share: a task is one request with its answer. */
import type { Random } from '../../random.ts';
import { readLines } from '../../read-text.ts';
import { fillPhrase, readSections } from '../../sections.ts';
import { splitOf } from '../../split.ts';

/** One request and its answer. */
export interface Exchange {
  readonly request: string;
  readonly answer: string;
}

/** Makes an exchange. */
export type Task = (random: Random) => Exchange;

const asks = readSections('text-work/asks.txt');

/** A request of this kind for the text; the answer as the kind words it, or `answer` itself if it has no wording. */
export function exchange(
  random: Random,
  kind: string,
  slots: Readonly<Record<string, string>>,
  worded = false,
): Exchange {
  const request = fillPhrase(random.pick(asks.of(kind)), slots);
  const answer = worded ? fillPhrase(random.pick(asks.of(`${kind}-answer`)), slots) : slots.answer!;
  return { request, answer };
}

/** The lines of a file as pairs, divided by this mark. */
export function readPairs(path: string, mark: string): [text: string, answer: string][] {
  return readLines(path).map((line) => {
    const [text, answer, ...rest] = line.split(mark);
    if (answer === undefined || rest.length > 0)
      throw new Error(`${path}: expected one "${mark}" in ${JSON.stringify(line)}`);
    return [text!, answer];
  });
}

/** Things by their kind: "fruits" and some fruits. */
export const THINGS: ReadonlyMap<string, readonly string[]> = new Map(
  readPairs('text-work/lists.txt', ': ').map(([kind, things]) => [kind, things.split(', ')]),
);

/** All single words among the things, in small letters. */
export const WORDS: readonly string[] = [...new Set([...THINGS.values()].flat())].filter((thing) =>
  /^[a-z]+$/u.test(thing),
);

/** This many different words, whose list as a whole belongs to training. */
export function drawWords(random: Random, count: number): string[] {
  for (;;) {
    const words = random.sample(WORDS, count);
    if (splitOf(words.join(', ')) === 'train') return words;
  }
}
