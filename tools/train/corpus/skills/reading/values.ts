/** Values that a passage's facts take: names, years, prices, times. Every value is text, written as the passage shows it. */
import type { Split } from '../../example.ts';
import { firstName, inventCompany, inventPerson, inventPlace, inventProduct, inventSurname } from '../../names.ts';
import type { Random } from '../../random.ts';
import { drawFrom } from '../../split.ts';

const WEEKDAYS = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'];
const MONTHS = 'January February March April May June July August September October November December'.split(' ');
const COLOURS = 'red blue green yellow white black brown grey silver pink purple golden'.split(' ');
const CODE_LETTERS = 'ABCDEFGHKLMNPRSTVXZ'.split('');

/** Fewer possible numbers than this are not split: too few would be left for the evaluation. */
const SMALLEST_SPLIT_RANGE = 150;

/**
 * Draws a value. The spec is a word (`person`, `weekday`), a word with a range (`year 1850-2000`, `money 4-20`), a number with
 * its unit (`number 20-90 metres`, `number 1.5-9.9 kilograms`) or a choice (`one: a / b / c`; `two:` gives "a and b").
 * Throws an `Error` at a spec that is none of these.
 */
export function drawValue(random: Random, spec: string, split: Split): string {
  const choice = /^(one|two): (.+)$/u.exec(spec);
  if (choice) return random.sample(choice[2]!.split(' / '), choice[1] === 'two' ? 2 : 1).join(' and ');
  const range = /^(year|money|time|number) ([\d.]+)-([\d.]+)(?: (.+))?$/u.exec(spec);
  if (range) return drawRanged(random, range[1]!, Number(range[2]), Number(range[3]), range[4] ?? '', split);
  switch (spec) {
    case 'person':
      return inventPerson(random, split);
    case 'place':
      return inventPlace(random, split);
    case 'surname':
      return inventSurname(random, split);
    case 'first':
      return firstName(random, split);
    case 'company':
      return inventCompany(random, split);
    case 'product':
      return inventProduct(random, split);
    case 'weekday':
      return random.pick(WEEKDAYS);
    case 'colour':
      return random.pick(COLOURS);
    case 'date':
      return date(random);
    case 'code':
      return ofSplit(split, () => code(random));
    case 'phone':
      return ofSplit(split, () => `${random.pick(['555-', '0555-', '555 '])}${digits(random, random.integer(4, 6))}`);
    default:
      throw new Error(`no such value: ${spec}`);
  }
}

/** The value's number, if the two values count the same thing; `null` where they can not be compared. */
export function compareValues(one: string, other: string): number | null {
  const unit = (value: string): string => value.replace(/[\d.,]/gu, '').trim();
  const number = (value: string): number => Number(value.replace(/[^\d.]/gu, ''));
  const difference = number(one) - number(other);
  return unit(one) === unit(other) && Number.isFinite(difference) && difference !== 0 ? difference : null;
}

function drawRanged(random: Random, type: string, from: number, to: number, unit: string, split: Split): string {
  if (type === 'time') return time(random, random.integer(from, to));
  if (type === 'money') return money(random, random.integer(from, to));
  const parts = Number.isInteger(from) ? 1 : 10;
  const draw = (): number => random.integer(from * parts, to * parts) / parts;
  const value = to - from >= SMALLEST_SPLIT_RANGE ? drawFrom(split, draw, String) : draw();
  if (unit === '') return String(value);
  return `${value >= 1000 && random.chance(0.8) ? withCommas(value) : String(value)} ${unit}`;
}

function time(random: Random, hour: number): string {
  const minutes = random.pick(['00', '00', '15', '30', '30', '45', String(random.integer(1, 11) * 5).padStart(2, '0')]);
  if (random.chance(0.35)) return `${hour}:${minutes}`;
  const twelve = hour > 12 ? hour - 12 : hour;
  return `${twelve}${minutes === '00' ? '' : `:${minutes}`} ${hour >= 12 ? 'pm' : 'am'}`;
}

function money(random: Random, amount: number): string {
  const withCents = amount < 2 || (amount < 100 && random.chance(0.5));
  const text = withCents
    ? `${amount}.${random.integer(1, 19) * 5}`.replace(/\.5$/u, '.05')
    : amount >= 1000
      ? withCommas(amount)
      : `${amount}`;
  return random.chance(0.3) ? `$${text}` : `${text} ${random.pick(['euros', 'euros', 'pounds', 'dollars'])}`;
}

function date(random: Random): string {
  const day = random.integer(1, 28);
  const month = random.pick(MONTHS);
  return random.chance(0.7) ? `${day} ${month}` : `${month} ${day}`;
}

function code(random: Random): string {
  const letters = random.pick(CODE_LETTERS) + (random.chance(0.5) ? random.pick(CODE_LETTERS) : '');
  return `${letters}${random.pick(['-', '-', ''])}${random.integer(1, 9)}${digits(random, random.integer(1, 4))}`;
}

function digits(random: Random, count: number): string {
  return Array.from({ length: count }, () => random.integer(0, 9)).join('');
}

function withCommas(value: number): string {
  return String(value).replace(/\B(?=(?:\d{3})+$)/gu, ',');
}

function ofSplit(split: Split, draw: () => string): string {
  return drawFrom(split, draw, (text) => text);
}
