/** Everyday facts: conversations are well formed, and what can be computed without the tables is right. */
import { describe, expect, it } from 'vitest';
import { fill } from '../facts/fill.ts';
import { readRelations, type Relation } from '../facts/relation.ts';
import { parseTable } from '../facts/table.ts';
import { Random } from '../random.ts';
import { readTopics } from '../read-text.ts';
import { facts } from './facts.ts';

const relations = readRelations();
const conversations = Array.from({ length: 2000 }, (_, seed) => facts.generate(new Random(seed)));

function pairs(id: string): [from: string, to: string][] {
  const { rows, from, to } = relationOf(id);
  return rows.map((row) => [row.get(from[0]!)![0]!, row.get(to[0]!)![0]!]);
}

function relationOf(id: string): Relation {
  return relations.find((relation) => relation.id === id)!;
}

describe('everyday facts', () => {
  it('makes well-formed conversations, the same for the same seed', () => {
    for (const [seed, turns] of conversations.entries()) {
      const roles = turns.map(({ role }) => role).filter((role, index) => !(role === 'system' && index === 0));
      expect(roles).toEqual(roles.map((_, index) => (index % 2 === 0 ? 'user' : 'assistant')));
      expect(roles.length % 2).toBe(0);
      const text = turns.map(({ content }) => content).join('\n');
      expect(text.length).toBeLessThan(3000);
      expect(text).not.toMatch(/undefined|[{}]|\ba [aio][a-z]|\ban [bcdfgjklmnpqrstvwxz]| {2}|\bthe the\b/u);
      for (const { content } of turns) expect(content.trim()).not.toBe('');
      expect(facts.generate(new Random(seed))).toEqual(turns);
    }
  });

  it('has enough ways to ask for each fact, and one answer', () => {
    const few = relations.filter(({ questions }) => new Set(questions).size < 12).map(({ id }) => id);
    expect(few).toEqual([]);
    const answers = new Map<string, string>();
    const clashes = relations.flatMap(({ questions, rows, answer }) =>
      rows.flatMap((row) => questions.map((question) => [fill(question, row), fill(answer, row)] as const)),
    );
    const topics = readTopics('facts/topics').flatMap(({ questions, answers: [answer] }) =>
      questions.map((question) => [question, answer!] as const),
    );
    const twice: string[] = [];
    for (const [question, answer] of [...clashes, ...topics]) {
      const known = answers.get(question.toLowerCase());
      if (known !== undefined && known !== answer) twice.push(`${question} ${known} ${answer}`);
      answers.set(question.toLowerCase(), answer);
    }
    expect(twice).toEqual([]);
  });

  it('knows the calendar and the alphabet', () => {
    const monthName = (month: number) => new Date(2026, month, 1).toLocaleString('en', { month: 'long' });
    const months = Array.from({ length: 12 }, (_, month) => month);
    expect(pairs('month-next')).toEqual(months.map((month) => [monthName(month), monthName(month + 1)]));
    expect(pairs('month-before')).toEqual(months.map((month) => [monthName(month), monthName(month + 11)]));
    const long = months.filter((month) => month !== 1);
    expect(pairs('month-days')).toEqual(
      long.map((month) => [monthName(month), String(new Date(2026, month + 1, 0).getDate())]),
    );
    const dayName = (day: number) => new Date(2026, 5, day).toLocaleString('en', { weekday: 'long' });
    const days = [1, 2, 3, 4, 5, 6, 7];
    expect(pairs('day-next')).toEqual(days.map((day) => [dayName(day), dayName(day + 1)]));
    expect(pairs('day-before')).toEqual(days.map((day) => [dayName(day), dayName(day + 6)]));
    for (const [letter, next] of pairs('letter-next')) expect(next.charCodeAt(0)).toBe(letter.charCodeAt(0) + 1);
  });

  it('has units that agree with one another', () => {
    const size = new Map<string, number>();
    const counted = relationOf('unit').rows.map((row) =>
      ['whole', 'parts', 'count'].map((column) => row.get(column)![0]!),
    );
    for (const [whole, parts, count] of counted as [string, string, string][])
      size.set(`${whole} ${parts}`, Number(count.replace(',', '')));
    const agree = [
      ['hour', 'minutes', 'minute', 'seconds'],
      ['day', 'hours', 'hour', 'minutes'],
      ['yard', 'feet', 'foot', 'inches'],
      ['mile', 'yards', 'yard', 'feet'],
      ['metre', 'centimetres', 'centimetre', 'millimetres'],
      ['gallon', 'quarts', 'quart', 'pints'],
    ] as const;
    for (const [whole, parts, part, least] of agree) {
      expect(size.get(`${whole} ${least}`), whole).toBe(size.get(`${whole} ${parts}`)! * size.get(`${part} ${least}`)!);
    }
  });

  it('says no with the right answer, and yes only to what is so', () => {
    const statements = new Set(
      relations.flatMap(({ rows, answer }) => rows.map((row) => fill(answer, row).toLowerCase())),
    );
    for (const { role, content } of conversations.flat()) {
      const judged = role === 'assistant' && /^(?:Yes|No), (.*)$/u.exec(content)?.[1];
      if (judged) expect(statements.has(judged.toLowerCase()), content).toBe(true);
    }
  });

  it('refuses a table whose line has a field too few', () => {
    expect(() => parseTable(['name | capital', 'Peru'], 'countries.txt')).toThrow(
      'countries.txt: expected 2 fields: "Peru"',
    );
  });
});
