/** Every case of the evaluation. */
import { arithmeticCases } from './arithmetic.ts';
import type { EvaluationCase } from './case.ts';
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
