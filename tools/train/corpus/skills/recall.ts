/**
 * Recall: what the person said earlier in the conversation is given back exactly, corrected if it was corrected; what was
 * never said is not made up.
 */
import { assistant, type Conversation, type Skill, type Turn, user } from '../example.ts';
import { asTyped } from '../phrasing.ts';
import type { Random } from '../random.ts';
import { readLines, readText } from '../read-text.ts';
import { readSections } from '../sections.ts';
import { all, correction, echo, never, one, type Recalled, several } from './recall/conversations.ts';
import { answer, question, type RecallSource } from './recall/facts.ts';
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
    const conversation = recalled(random);
    return [...typed(random, conversation.turns), ...asksForMore(random, conversation)];
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

/** Some of what else was said and still holds is asked for after the first question. */
function asksForMore(random: Random, { given, other }: Recalled): Turn[] {
  const corrected = new Set(given.map(({ kind }) => kind));
  return random
    .shuffled([...given, ...other.filter(({ kind }) => !corrected.has(kind))])
    .filter(() => random.chance(0.4))
    .flatMap((fact) => [user(asTyped(random, question(random, fact))), assistant(answer(random, fact))]);
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
