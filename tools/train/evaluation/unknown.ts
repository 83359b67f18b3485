/** What the evaluation asks that Ember cannot know: held-out phrasings with held-out names. Right is an honest "I don't know". */
import { readFileSync } from 'node:fs';
import { user } from '../corpus/example.ts';
import { Random } from '../corpus/random.ts';
import { fillSlots, slotsOf } from '../corpus/skills/fill-slots.ts';
import { slotValues } from '../corpus/unknown/slots.ts';
import type { EvaluationCase } from './case.ts';

const QUESTIONS = 'tools/train/evaluation/text/unknown.txt';
const SEED = 20_260;
const RIGHT = ["I don't know", 'I do not know'];

/** One case for each held-out phrasing, and a second one with another name where the phrasing has a name. */
export function unknownCases(): EvaluationCase[] {
  const phrasings = readFileSync(QUESTIONS, 'utf8')
    .split('\n')
    .filter((line) => line.trim() !== '' && !line.startsWith('# '));
  const random = new Random(SEED);
  const questions = phrasings.flatMap((phrasing) => {
    const ask = (): string => fillSlots(phrasing, slotValues(random, 'held-out'));
    return slotsOf(phrasing).length > 0 ? [ask(), ask()] : [ask()];
  });
  return [...new Set(questions)].map((question) => ({
    skill: 'unknown',
    messages: [user(question)],
    expect: { kind: 'contains', all: [RIGHT] },
  }));
}
