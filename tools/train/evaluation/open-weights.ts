/**
 * Asks about open weights, local inference, choosing a model and Ember itself, in words that are not in the corpus, and
 * takes Ember for others whose names were never trained on. It asks nothing about the page's own features.
 */
import { readFileSync } from 'node:fs';
import { user } from '../corpus/example.ts';
import { Random } from '../corpus/random.ts';
import { drawName, type Mistake } from '../corpus/skills/ember.ts';
import type { EvaluationCase } from './case.ts';
import { parseQuestions, questionCases } from './questions.ts';

const FILE = 'tools/train/evaluation/text/open-weights.txt';

const TAKEN_FOR_ANOTHER: readonly (readonly [
  question: string,
  mistake: Mistake,
  all: readonly (readonly string[])[],
])[] = [
  ['Is it true that you are {name}?', 'is', [['am Ember'], ['Freehold']]],
  ['Am I wrong, or are you {name}?', 'is', [['am Ember'], ['Freehold']]],
  ['I would say that this is {name}.', 'is', [['am Ember'], ['Freehold']]],
  ['Did the people at {name} make you?', 'madeBy', [['Freehold project']]],
  ['Is it true that {name} trained you?', 'madeBy', [['Freehold project']]],
];

/** All cases of this part; the same ones each time. */
export function openWeightsCases(): EvaluationCase[] {
  return [...questionCases('freehold', parseQuestions(readFileSync(FILE, 'utf8'), FILE)), ...takenForAnother()];
}

/** Every question with two different names. */
function takenForAnother(): EvaluationCase[] {
  const random = new Random(20_261);
  const contents = new Map<string, readonly (readonly string[])[]>();
  for (const [question, mistake, all] of TAKEN_FOR_ANOTHER) {
    const wanted = contents.size + 2;
    while (contents.size < wanted) contents.set(question.replace('{name}', drawName(random, 'held-out', mistake)), all);
  }
  return [...contents].map(([content, all]) => ({
    skill: 'freehold',
    messages: [user(content)],
    expect: { kind: 'contains', all },
  }));
}
