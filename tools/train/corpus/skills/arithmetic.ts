/**
 * Sums: +, -, * and / with whole results, to three digits. Two-digit and longer sums show their working place by place,
 * which is what makes them learnable: each step is one that fits in the head.
 *
 * A pair of two-digit numbers that is held out never stands in the training with its operator.
 */
import { assistant, type Conversation, type Skill, type Split, user } from '../example.ts';
import { firstName } from '../names.ts';
import { asTyped } from '../phrasing.ts';
import type { Random } from '../random.ts';
import { readLines } from '../read-text.ts';
import { drawFrom } from '../split.ts';

export type Operator = '+' | '-' | '*' | '/';

/** A sum with a whole result that is not negative. */
export interface Sum {
  readonly a: number;
  readonly operator: Operator;
  readonly b: number;
  readonly result: number;
}

/** How a sum is said in words. */
const OPERATOR_WORDS: Readonly<Record<Operator, readonly string[]>> = {
  '+': ['plus', 'and'],
  '-': ['minus', 'take away'],
  '*': ['times', 'multiplied by'],
  '/': ['divided by', 'over'],
};

const SIGNS: Readonly<Record<Operator, readonly string[]>> = {
  '+': ['+'],
  '-': ['-'],
  '*': ['*', 'x', '\u00d7'],
  '/': ['/', ':', '\u00f7'],
};

const QUESTIONS = readLines('arithmetic/questions.txt');

interface WordProblem {
  readonly operator: Operator;
  readonly text: string;
  readonly unit: string;
}

const WORD_PROBLEMS: readonly WordProblem[] = readLines('arithmetic/word-problems.txt').map((line) => {
  const [operator, text, unit] = line.split(' | ') as [Operator, string, string];
  return { operator, text, unit };
});

/** A sum of numbers below `limit`, in this split. */
export function drawSum(random: Random, split: Split, operator: Operator, limit: number): Sum {
  const draw = (): Sum => {
    const [x, y] = [random.integer(1, limit - 1), random.integer(1, limit - 1)];
    if (operator === '+') return { a: x, operator, b: y, result: x + y };
    if (operator === '-') return { a: Math.max(x, y), operator, b: Math.min(x, y), result: Math.abs(x - y) };
    const [factor, other] = [
      random.integer(2, 12),
      random.integer(2, Math.max(2, Math.min(12, Math.floor(limit / 12))) + 8),
    ];
    if (operator === '*') return { a: factor, operator, b: other, result: factor * other };
    return { a: factor * other, operator, b: factor, result: other };
  };
  return drawFrom(split, draw, ({ a, b }) => `${a} ${operator} ${b}`);
}

/** The answer: the working if it has more than one step, then the result. */
export function solve({ a, operator, b, result }: Sum): string {
  const steps = operator === '+' ? addSteps(a, b) : operator === '-' ? subtractSteps(a, b) : [];
  const end = `${a} ${operator} ${b} = ${result}.`;
  return steps.length === 0 ? end : `${steps.join(', ')}. So ${end}`;
}

function parts(value: number): number[] {
  return [100, 10, 1].map((place) => (Math.floor(value / place) % 10) * place);
}

/** 47 + 38: 40 + 30 = 70, 7 + 8 = 15, 70 + 15 = 85. */
function addSteps(a: number, b: number): string[] {
  if (a < 10 && b < 10) return [];
  const steps: string[] = [];
  let total = 0;
  const [left, right] = [parts(a), parts(b)];
  for (const place of [0, 1, 2]) {
    const [x, y] = [left[place]!, right[place]!];
    if (x === 0 && y === 0) continue;
    const here = x + y;
    if (x !== 0 && y !== 0) steps.push(`${x} + ${y} = ${here}`);
    if (total !== 0) steps.push(`${total} + ${here} = ${total + here}`);
    total += here;
  }
  return steps;
}

/** 63 - 28: 63 - 20 = 43, 43 - 8 = 35; the largest place of the second number goes first. */
function subtractSteps(a: number, b: number): string[] {
  if (a < 20 && b < 10) return [];
  let rest = a;
  const steps: string[] = [];
  for (const part of parts(b).filter((one) => one !== 0)) {
    steps.push(`${rest} - ${part} = ${rest - part}`);
    rest -= part;
  }
  return steps.length > 1 ? steps : [];
}

/** The sum as a person writes it, in one of these phrasings. */
export function ask(random: Random, { a, operator, b }: Sum, phrasings: readonly string[]): string {
  const sign = random.pick(SIGNS[operator]);
  const sum = random.chance(0.2) && sign !== 'x' && sign !== ':' ? `${a}${sign}${b}` : `${a} ${sign} ${b}`;
  const words = `${a} ${random.pick(OPERATOR_WORDS[operator])} ${b}`;
  return random.pick(phrasings).replace('{sum}', sum).replace('{words}', words);
}

function drawTrainingSum(random: Random): Sum {
  const operator = random.weighted<Operator>([
    ['+', 4],
    ['-', 4],
    ['*', 2],
    ['/', 1],
  ]);
  const limit = random.weighted([
    [10, 2],
    [100, 6],
    [1000, 2],
  ] as const);
  return drawSum(random, 'train', operator, limit);
}

function wordProblem(random: Random): Conversation {
  const { operator, text, unit } = random.pick(WORD_PROBLEMS);
  const sum = drawSum(random, 'train', operator, 100);
  const problem = text
    .replace('{a}', String(sum.a))
    .replace('{b}', String(sum.b))
    .replace('{name}', firstName(random, 'train'));
  const answer = unit === '' ? String(sum.result) : `${sum.result} ${unit}`;
  return [user(problem), assistant(`${solve(sum)} The answer is ${answer}.`)];
}

/** One to four sums in a row, or a sum told as a small story. */
export const arithmetic: Skill = {
  name: 'arithmetic',
  generate(random) {
    if (random.chance(0.2)) return wordProblem(random);
    const count = random.weighted([
      [1, 5],
      [2, 3],
      [4, 2],
    ] as const);
    return Array.from({ length: count }, () => drawTrainingSum(random)).flatMap((sum) => [
      user(asTyped(random, ask(random, sum, QUESTIONS))),
      assistant(solve(sum)),
    ]);
  },
};
