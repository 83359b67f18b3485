/** What the evaluation asks about Freehold itself. */
import { readFileSync } from 'node:fs';
import type { EvaluationCase } from './case.ts';
import { parseQuestions, questionCases } from './questions.ts';

/** The hand-written questions, relative to the repository's root. */
const QUESTIONS = 'tools/train/evaluation/text/freehold.txt';

/** One case for each held-out question on Freehold. */
export function freeholdCases(): EvaluationCase[] {
  return questionCases('freehold', parseQuestions(readFileSync(QUESTIONS, 'utf8'), 'freehold.txt'));
}
