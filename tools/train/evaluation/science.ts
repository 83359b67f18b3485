/** What the evaluation asks about simple science and household how-tos, for the row of facts. */
import { readFileSync } from 'node:fs';
import type { EvaluationCase } from './case.ts';
import { parseQuestions, questionCases } from './questions.ts';

/** The hand-written questions, relative to the repository's root. */
const QUESTIONS = 'tools/train/evaluation/text/science.txt';

/** One case for each held-out question on science and how-tos. */
export function scienceCases(): EvaluationCase[] {
  return questionCases('facts', parseQuestions(readFileSync(QUESTIONS, 'utf8'), 'science.txt'));
}
