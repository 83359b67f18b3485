/**
 * Recall: what the person said earlier in the conversation is given back exactly, corrected if it was corrected; what was
 * never said is not made up.
 */
import type { Conversation, Skill } from '../example.ts';
import { asTyped } from '../phrasing.ts';
import type { Random } from '../random.ts';
import { readLines, readText } from '../read-text.ts';
import { readSections } from '../sections.ts';
import { all, correction, echo, never, one, type Recalled, several } from './recall/conversations.ts';
import type { RecallSource } from './recall/facts.ts';
import { parseKinds } from './recall/kinds.ts';

/** What the training conversations are made of. */
export const RECALL_SOURCE: RecallSource = {
  split: 'train',
  kinds: parseKinds(readText('recall/kinds.txt'), 'kinds.txt'),
  between: parseExchanges(readLines('recall/between.txt')),
  frame: readSections('recall/frame.txt'),
};

/** Questions for what was said earlier. */
export const recall: Skill = {
  name: 'recall',
  generate(random): Conversation {
    if (random.chance(0.08)) return echo(random, RECALL_SOURCE);
    return typed(random, recalled(random).turns);
  },
};

/** A training conversation before it is typed, with the facts in it. */
export function recalled(random: Random): Recalled {
  const make = random.weighted([
    [one, 9],
    [correction, 4],
    [several, 6],
    [all, 2],
    [never, 4],
  ] as const);
  return make(random, RECALL_SOURCE, random.pick(RECALL_SOURCE.kinds));
}

/** Reads small exchanges: lines of "? " and "= " in turn. */
export function parseExchanges(lines: readonly string[]): RecallSource['between'] {
  return lines.flatMap((line, index) =>
    line.startsWith('? ') ? [{ question: line.slice(2), answer: lines[index + 1]!.slice(2) }] : [],
  );
}

/** The last question as people type it; the messages before it hold what must be copied and stay as they are. */
function typed(random: Random, turns: Conversation): Conversation {
  if (turns.length < 3) return turns;
  return turns.map((turn, index) =>
    index === turns.length - 2 ? { ...turn, content: asTyped(random, turn.content) } : turn,
  );
}
