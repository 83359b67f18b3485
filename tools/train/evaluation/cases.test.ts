/** The whole evaluation: enough of every skill, well formed, and every case can be answered rightly. */
import { describe, expect, it } from 'vitest';
import { renderCall } from '../corpus/tools-prompt.ts';
import { type Expectation, SKILLS } from './case.ts';
import { allCases } from './cases.ts';
import { isRight } from './judge.ts';

const cases = allCases();

/** An answer that is as it should be; none for a story, which no rule can write. */
function idealAnswer(expected: Expectation): string | null {
  switch (expected.kind) {
    case 'contains':
      return expected.all.map((group) => group[0]).join('; ');
    case 'json':
      return JSON.stringify(expected.value);
    case 'tool-call':
      return renderCall(expected.name, expected.arguments);
    case 'list':
      return expected.items.join('\n');
    case 'number':
      return `It is ${expected.value}.`;
    case 'story':
      return null;
  }
}

describe('the evaluation', () => {
  it.each(SKILLS)('has at least 100 cases of %s', (skill) => {
    expect(cases.filter((one) => one.skill === skill).length).toBeGreaterThanOrEqual(100);
  });

  it('asks nothing twice for one skill, and the same each time', () => {
    expect(new Set(cases.map(({ skill, messages }) => JSON.stringify([skill, messages]))).size).toBe(cases.length);
    expect(allCases()).toEqual(cases);
  });

  it('puts well-formed conversations that end with the user', () => {
    const broken = cases.filter(({ messages }) => {
      const roles = messages.map(({ role }) => role[0]).join('');
      const text = messages.map(({ content }) => content).join('\n');
      const isWhole = messages.every(({ content }) => content.trim() !== '') && !/undefined|NaN/u.test(text);
      return !(/^s?(?:u(?:at)*a)*u$/u.test(roles) && isWhole && text.length < 3000);
    });
    expect(broken).toEqual([]);
  });

  it('asks for something: no demand is empty', () => {
    const empty = cases.filter(({ expect: expected }) => {
      if (isRight({ text: '', ended: true }, expected)) return true;
      if (expected.kind !== 'contains') return false;
      const texts = [...expected.all.flat(), ...(expected.not ?? [])];
      return expected.all.some((group) => group.length === 0) || texts.some((text) => text.trim() === '');
    });
    expect(empty).toEqual([]);
  });

  it('can be answered rightly', () => {
    const impossible = cases.filter(({ expect: expected }) => {
      const text = idealAnswer(expected);
      return text !== null && !isRight({ text, ended: true }, expected);
    });
    expect(impossible).toEqual([]);
  });
});
