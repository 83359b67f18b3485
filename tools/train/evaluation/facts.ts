/**
 * The evaluation's questions on everyday facts: the facts stand in the corpus, the phrasings do not. Each phrasing is asked
 * of one thing, drawn from all rows of the relation's table, well known or not.
 */
import { readFileSync } from 'node:fs';
import { assistant, type Conversation, system, user } from '../corpus/example.ts';
import { fill } from '../corpus/facts/fill.ts';
import { readRelations, type Relation } from '../corpus/facts/relation.ts';
import type { Row } from '../corpus/facts/table.ts';
import { Random } from '../corpus/random.ts';
import type { EvaluationCase } from './case.ts';
import { parseQuestions, type QuestionBlock } from './questions.ts';

const FILE = 'tools/train/evaluation/text/facts.txt';
const SEED = 7001;
const FIRST_QUESTION = 'Please give me the capital city of {name}.';

/** One case for each phrasing of the hand-written file; the same every time. */
export function factsCases(): EvaluationCase[] {
  const random = new Random(SEED);
  const relations = new Map(readRelations().map((relation) => [relation.id, relation]));
  return parseQuestions(readFileSync(FILE, 'utf8'), FILE).flatMap((block) => {
    const [kind = '', id = ''] = block.id.split(' ');
    const relation = relations.get(id);
    if (kind === 'topic') return block.questions.map((question) => caseOf([user(question)], block.all));
    if (!relation) throw new Error(`${FILE}: no relation ${JSON.stringify(id)}`);
    return relationCases(random, kind, relation, block);
  });
}

function relationCases(random: Random, kind: string, relation: Relation, block: QuestionBlock): EvaluationCase[] {
  const nameOf = (row: Row): string => row.get(relation.to[0]!)![0]!;
  const bare = kind === 'short' || kind === 'system';
  const fits = (row: Row): boolean =>
    (kind !== 'pronoun' || row.has('capital')) && !(bare && nameOf(row).includes(' '));
  return block.questions.map((template) => {
    const row = random.pick(relation.rows.filter(fits));
    const other = random.pick(relation.rows.filter((one) => nameOf(one) !== nameOf(row)));
    const wrong = new Map([...row, ...relation.to.map((column) => [column, other.get(column)!] as const)]);
    const messages = [...before(kind, relation, row, other), user(fill(template, kind === 'no' ? wrong : row))];
    const right = block.all.map((group) => group.flatMap((text) => namesIn(text, row)));
    if (bare) return caseOf(messages, right, [' is ']);
    return kind === 'no' ? caseOf(messages, right, ['yes']) : caseOf(messages, right);
  });
}

/** What was said before the question. */
function before(kind: string, relation: Relation, row: Row, other: Row): Conversation {
  if (kind === 'system') return [system('Answer with one word.')];
  const capital = 'The capital of {name} is {capital}.';
  if (kind === 'pronoun') return [user(fill(FIRST_QUESTION, row)), assistant(fill(capital, row))];
  if (kind !== 'next') return [];
  const question = relation.id === 'capital' ? FIRST_QUESTION : 'Please tell me the opposite of {word}.';
  return [user(fill(question, other)), assistant(fill(relation.answer, other))];
}

/** A demand's text, its columns filled; a demand that is one column is met by any of the row's names there. */
function namesIn(text: string, row: Row): readonly string[] {
  const column = /^\{(\w+)\}$/u.exec(text)?.[1];
  return column === undefined ? [fill(text, row)] : row.get(column)!;
}

function caseOf(messages: Conversation, all: readonly (readonly string[])[], not?: readonly string[]): EvaluationCase {
  return { skill: 'facts', messages, expect: not ? { kind: 'contains', all, not } : { kind: 'contains', all } };
}
