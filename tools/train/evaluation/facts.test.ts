/** The questions on everyday facts are held out, use taught words, and the corpus' own answers count as right. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { fill } from '../corpus/facts/fill.ts';
import { readRelations } from '../corpus/facts/relation.ts';
import { Random } from '../corpus/random.ts';
import { readTopics } from '../corpus/read-text.ts';
import { facts } from '../corpus/skills/facts.ts';
import { factsCases } from './facts.ts';
import { parseQuestions } from './questions.ts';

const cases = factsCases();
const relations = readRelations();
const topics = readTopics('facts/topics');
const blocks = parseQuestions(readFileSync('tools/train/evaluation/text/facts.txt', 'utf8'), 'facts.txt');
const generated = Array.from({ length: 2000 }, (_, seed) => facts.generate(new Random(seed))).flat();

/** A text without what `asTyped` may change. */
function plain(text: string): string {
  return text
    .toLowerCase()
    .replace(/[^a-z0-9]+/gu, ' ')
    .trim();
}

describe('the evaluation on everyday facts', () => {
  it('has many cases, none twice, the same each time', () => {
    expect(cases.length).toBeGreaterThanOrEqual(120);
    expect(new Set(cases.map(({ messages }) => JSON.stringify(messages))).size).toBe(cases.length);
    expect(factsCases()).toEqual(cases);
  });

  it('asks in phrasings that are not in the corpus', () => {
    const written = relations.flatMap(({ questions, next, pronoun, yesNo }) => [
      ...questions,
      ...next,
      ...pronoun,
      ...yesNo,
    ]);
    const templates = new Set([...written, ...topics.flatMap(({ questions }) => questions)].map(withoutColumns));
    const heldOut = blocks.flatMap(({ questions }) => questions);
    expect(heldOut.filter((question) => templates.has(withoutColumns(question)))).toEqual([]);
    const said = new Set(generated.map(({ content }) => plain(content)));
    const asked = cases.flatMap(({ messages }) => messages.filter(({ role }) => role === 'user'));
    expect(asked.filter(({ content }) => said.has(plain(content)))).toEqual([]);
  });

  it('counts the answers of the corpus as right', () => {
    for (const { id, all } of blocks) {
      const [kind, name] = id.split(' ') as [string, string];
      if (kind === 'yes') continue;
      const topic = topics.find((one) => one.id === name);
      const relation = relations.find((one) => one.id === name);
      const answers = relation
        ? relation.rows.map(
            (row) => [fill(relation.answer, row), all.map((group) => group.map((text) => fill(text, row)))] as const,
          )
        : topic!.answers.map((answer) => [answer, all] as const);
      for (const [answer, demands] of answers) {
        const right = demands.every((group) => group.some((text) => answer.toLowerCase().includes(text.toLowerCase())));
        expect(right, `${id}: ${answer}`).toBe(true);
      }
    }
  });

  it('asks in words that the corpus teaches', () => {
    const topicText = topics.flatMap(({ questions, answers }) => [...questions, ...answers]);
    const relationText = relations.flatMap(({ answer, questions, next, pronoun, yesNo, rows }) => [
      ...[answer, ...questions, ...next, ...pronoun, ...yesNo].map(withoutColumns),
      ...rows.flatMap((row) => [...row.values()].flat()),
    ]);
    const taught = new Set(plain([...topicText, ...relationText].join(' ')).split(' '));
    const words = cases.flatMap(({ messages }) => plain(messages.at(-1)!.content).split(' '));
    expect(words.filter((word) => !taught.has(word))).toEqual([]);
  });
});

/** What a template says whatever its columns are called. */
function withoutColumns(template: string): string {
  return plain(template.replace(/\{[^}]*\}/gu, ' '));
}
