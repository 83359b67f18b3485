/** Two-digit sums and differences whose pairs of numbers were held out. */
import { user } from '../corpus/example.ts';
import { Random } from '../corpus/random.ts';
import { readLines } from '../corpus/read-text.ts';
import { ask, drawSum } from '../corpus/skills/arithmetic.ts';
import type { EvaluationCase } from './case.ts';

const CASES = 120;

/** 60 of each; both numbers have two digits, and none is asked twice. */
export function arithmeticCases(): EvaluationCase[] {
  const random = new Random(9);
  const phrasings = readLines('../../evaluation/text/arithmetic.txt');
  const cases = new Map<string, EvaluationCase>();
  while (cases.size < CASES) {
    const sum = drawSum(random, 'held-out', cases.size % 2 === 0 ? '+' : '-', 100);
    if (sum.a < 10 || sum.b < 10) continue;
    const question = ask(random, sum, phrasings);
    cases.set(question, {
      skill: 'arithmetic',
      messages: [user(question)],
      expect: { kind: 'number', value: sum.result },
    });
  }
  return [...cases.values()];
}
