/**
 * Reads the evaluation's questions on topics: phrasings that are not in the corpus, and what a right answer holds.
 *
 *     ## capital.france              the topic in the corpus that holds the answer
 *     ? Paris is the seat of government of which country, or is it another city?
 *     ! Paris / the city of light    at least one of these must stand in the answer; each "!" line is one more demand
 */
import { user } from '../corpus/example.ts';
import type { EvaluatedSkill, EvaluationCase } from './case.ts';

/** A topic's questions, with what an answer to any of them must hold. */
export interface QuestionBlock {
  readonly id: string;
  readonly questions: readonly string[];
  readonly all: readonly (readonly string[])[];
}

/** Reads a file of questions. Throws an `Error` that names the line and what was expected there. */
export function parseQuestions(text: string, fileName: string): QuestionBlock[] {
  const blocks: { id: string; questions: string[]; all: string[][] }[] = [];
  for (const [index, line] of text.split('\n').entries()) {
    const rest = line.slice(2).trim();
    if (line.trim() === '' || line.startsWith('# ')) continue;
    if (line.startsWith('## ')) blocks.push({ id: line.slice(3).trim(), questions: [], all: [] });
    else if (line.startsWith('? ') && blocks.length > 0) blocks.at(-1)!.questions.push(rest);
    else if (line.startsWith('! ') && blocks.length > 0)
      blocks.at(-1)!.all.push(rest.split(' / ').map((one) => one.trim()));
    else
      throw new Error(`${fileName}:${index + 1}: expected "## id", then "? " and "! " lines: ${JSON.stringify(line)}`);
  }
  const broken = blocks.find(({ questions, all }) => questions.length === 0 || all.length === 0);
  if (broken) throw new Error(`${fileName}: ${broken.id} needs at least one "? " line and one "! " line`);
  return blocks;
}

/** One case for each question. */
export function questionCases(skill: EvaluatedSkill, blocks: readonly QuestionBlock[]): EvaluationCase[] {
  return blocks.flatMap(({ questions, all }) =>
    questions.map((question) => ({ skill, messages: [user(question)], expect: { kind: 'contains', all } as const })),
  );
}
