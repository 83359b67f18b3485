/** Sums: every step of the working is true, and what is held out is never trained on. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { arithmeticCases } from '../../evaluation/arithmetic.ts';
import { Random } from '../random.ts';
import { readLines } from '../read-text.ts';
import { splitOf } from '../split.ts';
import { arithmetic, ask, drawSum, type Operator, solve, type Sum } from './arithmetic.ts';

const CONVERSATIONS = Array.from({ length: 2000 }, (_, seed) => arithmetic.generate(new Random(seed)));
const OPERATORS: readonly Operator[] = ['+', '-', '*', '/'];
const OPERATIONS: Readonly<Record<Operator, (a: number, b: number) => number>> = {
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '/': (a, b) => a / b,
};
const EQUATION = /(\d+) ([-+*/]) (\d+) = (\d+)/u;

/** The equations of a working. Throws if anything else stands in it. */
function equations(working: string): Sum[] {
  expect(working).toMatch(new RegExp(`^(?:${EQUATION.source}(?:, ${EQUATION.source})*\\. So )?${EQUATION.source}\\.$`));
  return [...working.matchAll(new RegExp(EQUATION, 'gu'))].map(([, a, operator, b, result]) => ({
    a: Number(a),
    operator: operator as Operator,
    b: Number(b),
    result: Number(result),
  }));
}

function isTrue({ a, operator, b, result }: Sum): boolean {
  return OPERATIONS[operator](a, b) === result;
}

describe('the working of a sum', () => {
  it.each([
    [7, '+', 5, '7 + 5 = 12.'],
    [47, '+', 38, '40 + 30 = 70, 7 + 8 = 15, 70 + 15 = 85. So 47 + 38 = 85.'],
    [305, '+', 47, '300 + 40 = 340, 5 + 7 = 12, 340 + 12 = 352. So 305 + 47 = 352.'],
    [9, '-', 4, '9 - 4 = 5.'],
    [90, '-', 30, '90 - 30 = 60.'],
    [63, '-', 28, '63 - 20 = 43, 43 - 8 = 35. So 63 - 28 = 35.'],
    [412, '-', 305, '412 - 300 = 112, 112 - 5 = 107. So 412 - 305 = 107.'],
    [6, '*', 7, '6 * 7 = 42.'],
    [72, '/', 8, '72 / 8 = 9.'],
  ] as const)('is known for %i %s %i', (a, operator, b, working) => {
    expect(solve({ a, operator, b, result: OPERATIONS[operator](a, b) })).toBe(working);
  });

  it('is true in every step and ends with the sum itself', () => {
    const number = fc.integer({ min: 1, max: 999 });
    fc.assert(
      fc.property(number, number, fc.constantFrom('+', '-'), (x, y, operator) => {
        const [a, b] = operator === '-' ? [Math.max(x, y), Math.min(x, y)] : [x, y];
        const sum = { a, operator, b, result: OPERATIONS[operator](a, b) };
        const steps = equations(solve(sum));
        expect(steps.filter((step) => !isTrue(step))).toEqual([]);
        expect(steps.at(-1)).toEqual(sum);
        // The step before the last has the result already.
        expect(steps.at(-2)?.result ?? sum.result).toBe(sum.result);
      }),
      { numRuns: 500 },
    );
  });
});

describe('a drawn sum', () => {
  it('is whole, not negative, and of its split', () => {
    const random = new Random(1);
    for (const operator of OPERATORS) {
      for (const split of ['train', 'held-out'] as const) {
        for (let i = 0; i < 100; i++) {
          const sum = drawSum(random, split, operator, 100);
          expect(isTrue(sum)).toBe(true);
          expect(Number.isInteger(sum.result) && sum.result >= 0).toBe(true);
          expect(splitOf(`${sum.a} ${operator} ${sum.b}`)).toBe(split);
        }
      }
    }
  });

  it('is asked for in signs or in words', () => {
    const asked = (frame: string): Set<string> => {
      const random = new Random(2);
      return new Set(Array.from({ length: 60 }, () => ask(random, { a: 4, operator: '*', b: 3, result: 12 }, [frame])));
    };
    expect(asked('{sum}?')).toEqual(new Set(['4 * 3?', '4*3?', '4 x 3?', '4 × 3?', '4×3?']));
    expect(asked('What is {words}?')).toEqual(new Set(['What is 4 times 3?', 'What is 4 multiplied by 3?']));
  });
});

describe('the arithmetic skill', () => {
  it('makes well-formed conversations, the same of the same seed', () => {
    for (const turns of CONVERSATIONS) {
      expect(turns.map(({ role }) => role[0]).join('')).toMatch(/^(?:ua){1,4}$/u);
      expect(turns.map(({ content }) => content).join('\n')).not.toMatch(/undefined|NaN|[{}]/u);
    }
    expect(arithmetic.generate(new Random(7))).toEqual(CONVERSATIONS[7]);
  });

  it('answers what was asked, truly, and never a sum that is held out', () => {
    const operators = new Set<string>();
    for (const turns of CONVERSATIONS) {
      for (const [index, { role, content }] of turns.entries()) {
        if (role !== 'assistant') continue;
        const told = / The answer is (?<answer>\d+)(?: [a-z]+)?\.$/u.exec(content);
        const steps = equations(content.slice(0, told?.index));
        const { a, operator, b, result } = steps.at(-1)!;
        expect(steps.filter((step) => !isTrue(step))).toEqual([]);
        expect(Number(told?.groups?.['answer'] ?? result)).toBe(result);
        const numbers = [...turns[index - 1]!.content.matchAll(/\d+/gu)].map(Number);
        expect(numbers.toSorted((x, y) => x - y)).toEqual([a, b].toSorted((x, y) => x - y));
        expect(splitOf(`${a} ${operator} ${b}`)).toBe('train');
        operators.add(operator);
      }
    }
    expect(operators).toEqual(new Set(OPERATORS));
  });
});

describe('the evaluation of arithmetic', () => {
  const cases = arithmeticCases();

  it('has enough cases, none twice, the same each time', () => {
    expect(cases.length).toBeGreaterThanOrEqual(100);
    expect(new Set(cases.map(({ messages }) => messages[0]!.content)).size).toBe(cases.length);
    expect(arithmeticCases()).toEqual(cases);
  });

  it('asks for held-out sums and differences of two-digit numbers', () => {
    const operators = cases.map(({ messages, expect: expected }) => {
      if (expected.kind !== 'number') throw new Error('not a number');
      const [a, b, ...more] = [...messages[0]!.content.matchAll(/\d+/gu)].map(Number);
      expect([a, b].every((number) => number! >= 10 && number! <= 99)).toBe(true);
      expect(more).toEqual([]);
      const operator = OPERATIONS['+'](a!, b!) === expected.value ? '+' : '-';
      expect(OPERATIONS[operator](a!, b!)).toBe(expected.value);
      expect(splitOf(`${a} ${operator} ${b}`)).toBe('held-out');
      return operator;
    });
    expect(operators.filter((operator) => operator === '+')).toHaveLength(cases.length / 2);
  });

  it('asks in phrasings that the corpus does not have', () => {
    const frame = (text: string): string => text.toLowerCase().replaceAll(/\{\w+\}|[^a-z]/gu, '');
    const corpus = new Set(readLines('arithmetic/questions.txt').map(frame));
    const asked = readLines('../../evaluation/text/arithmetic.txt');
    expect(asked.length).toBeGreaterThanOrEqual(5);
    expect(asked.filter((line) => corpus.has(frame(line)))).toEqual([]);
  });
});
