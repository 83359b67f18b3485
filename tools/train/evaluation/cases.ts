/** Every case of the evaluation. */
import { arithmeticCases } from './arithmetic.ts';
import { type EvaluationCase, SKILLS } from './case.ts';
import { factsCases } from './facts.ts';
import { freeholdCases } from './freehold.ts';
import { jsonCases } from './json.ts';
import { openWeightsCases } from './open-weights.ts';
import { notInTextCases, readingCases } from './reading.ts';
import { recallCases } from './recall.ts';
import { scienceCases } from './science.ts';
import { storyCases } from './stories.ts';
import { toolCases } from './tools.ts';
import { unknownCases } from './unknown.ts';

/** At most this many cases of each row, spread evenly over the row, which is sorted by kind. */
export function spread(cases: readonly EvaluationCase[], limit: number): EvaluationCase[] {
  return SKILLS.flatMap((skill) => {
    const row = cases.filter((one) => one.skill === skill);
    const count = Math.min(limit, row.length);
    return Array.from({ length: count }, (_, index) => row[Math.floor((index * row.length) / count)]!);
  });
}

/** All cases, always the same and in the same order. */
export function allCases(): EvaluationCase[] {
  return [
    ...freeholdCases(),
    ...openWeightsCases(),
    ...factsCases(),
    ...scienceCases(),
    ...readingCases(),
    ...notInTextCases(),
    ...unknownCases(),
    ...toolCases(),
    ...jsonCases(),
    ...recallCases(),
    ...arithmeticCases(),
    ...storyCases(),
  ];
}
