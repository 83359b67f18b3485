/** Numbers for the calculator's questions: such that results are short, and of one split by the whole expression. */
import type { Split } from '../../example.ts';
import type { Random } from '../../random.ts';
import { splitOf } from '../../split.ts';
import { fillSlots, NUMBER_WORDS, slotsOf } from '../fill-slots.ts';
import { calculate } from './calculate.ts';

const TRIES = 5000;
const RESULT_MAX = 1e7;

/**
 * Values for all slots of a calculator topic; `r` is the result. Throws a `RangeError` if no numbers fit the expression.
 * @param id the topic; stories count things, so they get whole numbers
 * @param asked the question's frame: slots such as `aw` ask for small numbers, which have words
 */
export function drawNumbers(
  random: Random,
  split: Split,
  id: string,
  expression: string,
  asked: string,
): Map<string, string> {
  for (let tries = 0; tries < TRIES; tries++) {
    const values = drawAll(random, id.startsWith('story'), slotsOf(asked).includes('aw'), expression);
    const filled = fillSlots(expression, (slot) => values.get(slot));
    if (splitOf(filled) !== split) continue;
    if (id === 'divide.zero') return values;
    const result = calculate(filled);
    const short = Math.abs(result * 100 - Math.round(result * 100)) < 1e-6;
    if (!short || result < 0 || result > RESULT_MAX) continue;
    return values.set('r', String(Math.round(result * 100) / 100));
  }
  throw new RangeError(`no ${split} numbers fit ${expression}`);
}

function drawAll(random: Random, whole: boolean, small: boolean, expression: string): Map<string, string> {
  const operand = (): number => (small ? random.integer(2, 20) : drawOperand(random, whole));
  const b = expression.includes('/ {b}') ? random.integer(2, whole ? 12 : 40) : operand();
  const a = expression.includes('/ {b}') ? quotient(random, whole) * b : operand();
  const root = random.integer(2, 40);
  return new Map<string, string>([
    ['a', String(Number(a.toFixed(2)))],
    ['b', String(b)],
    ['c', String(operand())],
    ['aw', NUMBER_WORDS[a] ?? ''],
    ['bw', NUMBER_WORDS[b] ?? ''],
    ['p', String(random.chance(0.6) ? random.integer(1, 19) * 5 : random.integer(1, 99))],
    ['s', String(random.integer(2, 12))],
    ['t', String(random.integer(3, 7))],
    ['q', String(root * root)],
  ]);
}

function drawOperand(random: Random, whole: boolean): number {
  return random.weighted([
    [random.integer(2, 20), 3],
    [random.integer(2, 99), 5],
    [random.integer(100, 999), 3],
    [random.integer(1000, 9999), 1],
    [random.integer(1, 20) * 50, 1],
    [random.integer(3, 199) / 2, whole ? 0 : 1],
  ]);
}

function quotient(random: Random, whole: boolean): number {
  return !whole && random.chance(0.2) ? random.integer(3, 99) / 2 : random.integer(2, 99);
}
