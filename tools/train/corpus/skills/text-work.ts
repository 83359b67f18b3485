/**
 * Simple work on text: rewriting, shortening, titles, corrections, opposites, translations of simple words, lists and letters.
 *
 * Nothing is mistyped here: the exact characters of what is to be worked on matter.
 */
import { assistant, type Conversation, type Skill, user } from '../example.ts';
import type { Random } from '../random.ts';
import * as lists from './text-work/lists-and-words.ts';
import * as rewriting from './text-work/rewriting.ts';
import type { Task } from './text-work/task.ts';

const TASKS: readonly (readonly [task: Task, weight: number])[] = [
  [rewriting.polite, 5],
  [rewriting.shorten, 3],
  [rewriting.title, 4],
  [rewriting.fix, 4],
  [rewriting.fixWord, 2],
  [rewriting.opposite, 3],
  [rewriting.translate, 4],
  [rewriting.translateBack, 2],
  [lists.sort, 3],
  [lists.upper, 2],
  [lists.lower, 2],
  [lists.countLetters, 2],
  [lists.countWords, 2],
  [lists.countItems, 2],
  [lists.reverse, 2],
  [lists.first, 2],
  [lists.last, 2],
  [lists.next, 3],
  [lists.spell, 2],
  [lists.listOf, 5],
];

/** Simple work on text; one to three requests. */
export const textWork: Skill = {
  name: 'text-work',
  generate(random): Conversation {
    const count = random.weighted([
      [1, 6],
      [2, 3],
      [3, 1],
    ] as const);
    return Array.from({ length: count }, () => turns(random)).flat();
  },
};

function turns(random: Random): Conversation {
  const { request, answer } = random.weighted(TASKS)(random);
  return [user(request), assistant(answer)];
}
