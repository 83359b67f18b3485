/** Values for the slots of the JSON skill's sentences: what stands in the sentence, and what it is in JSON. */
import type { Split } from '../../example.ts';
import { firstName, inventCompany, inventPerson, inventPlace, inventProduct, inventSurname } from '../../names.ts';
import type { Random } from '../../random.ts';
import { readLines } from '../../read-text.ts';
import { drawFrom, splitOf } from '../../split.ts';
import { joinWords, NUMBER_WORDS } from '../fill-slots.ts';

/** A value of JSON. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/** What a slot holds. */
export interface SlotValue {
  readonly text: string;
  readonly json: Json;
}

const CITIES = readLines('tools/cities.txt');
const TITLES = readLines('json/words-titles.txt');
const WORDS = new Map(
  readLines('json/words.txt').map((line) => {
    const [slot, words] = line.split(': ') as [string, string];
    return [slot, words.split(', ')] as const;
  }),
);

/** Slots that hold a list, and the slot that each of its items is like. */
const LISTS: Readonly<Record<string, string>> = {
  foods: 'food',
  names: 'name',
  colors: 'color',
  animals: 'animal',
  languages: 'language',
  countries: 'country',
  weekdays: 'weekday',
  hobbies: 'hobby',
  things: 'thing',
  numbers: 'n',
};

/** The types of slots, as a schema calls them; all others are strings. */
const NUMBERS = new Set('age n small year big price count cm kg km fever percent stars degrees memory'.split(' '));

/** What a schema says of a slot's value. */
export function typeOf(slot: string): 'string' | 'number' | 'boolean' | 'array' {
  const base = slot.replace(/\d$/u, '');
  if (base === 'yes') return 'boolean';
  if (base === 'goods' || LISTS[base]) return 'array';
  return NUMBERS.has(base) ? 'number' : 'string';
}

/** One value for a slot; a digit at the end of its name does not count. Throws an `Error` for an unknown slot. */
export function drawValue(random: Random, split: Split, slot: string): SlotValue {
  const base = slot.replace(/\d$/u, '');
  const item = LISTS[base];
  if (item) return drawList(random, split, item);
  if (base === 'goods') return drawGoods(random);
  if (base === 'count') return drawCount(random);
  const value = NUMBERS.has(base) ? drawNumber(random, base) : drawText(random, split, base);
  return { text: String(value), json: value };
}

/** Two to four different items, "a, b and c". */
function drawList(random: Random, split: Split, item: string): SlotValue {
  const count = random.weighted([
    [2, 3],
    [3, 4],
    [4, 2],
  ]);
  const items = new Map<string, Json>();
  while (items.size < count) {
    const { text, json } = drawValue(random, split, item);
    items.set(text, json);
  }
  const texts = [...items.keys()];
  return { text: random.chance(0.12) ? texts.join(', ') : joinWords(texts), json: [...items.values()] };
}

/** Things with their numbers: "2 lamps and 3 chairs". */
function drawGoods(random: Random): SlotValue {
  const names = [
    'chairs',
    'lamps',
    'cups',
    'pens',
    'books',
    'plates',
    'towels',
    'candles',
    'boxes',
    'bottles',
    'apples',
    'rolls',
  ];
  const goods = random.sample(names, random.integer(1, 3)).map((item) => ({ item, count: drawCount(random) }));
  return {
    text: joinWords(goods.map(({ item, count }) => `${count.text} ${item}`)),
    json: goods.map(({ item, count }) => ({ item, count: count.json })),
  };
}

/** A small number, at times in words. */
function drawCount(random: Random): SlotValue {
  const json = random.integer(2, 12);
  return { text: random.chance(0.35) ? NUMBER_WORDS[json]! : String(json), json };
}

function drawNumber(random: Random, slot: string): number {
  const ranges: Readonly<Record<string, readonly [from: number, to: number]>> = {
    age: [6, 95],
    small: [1, 9],
    year: [1890, 2026],
    cm: [98, 205],
    kg: [2, 140],
    km: [1, 42],
    percent: [5, 70],
    stars: [1, 5],
    degrees: [-12, 38],
  };
  if (slot === 'price') return drawPrice(random);
  if (slot === 'fever') return random.integer(365, 409) / 10;
  if (slot === 'memory') return random.pick([4, 8, 16, 32, 64, 128, 256, 512]);
  if (slot === 'big') return random.chance(0.6) ? random.integer(11, 990) * 100 : random.integer(1100, 99_000);
  const [from, to] = ranges[slot] ?? (random.chance(0.6) ? [2, 99] : [100, 999]);
  return random.integer(from, to);
}

function drawPrice(random: Random): number {
  return random.weighted([
    [random.integer(2, 99), 4],
    [random.integer(100, 1999), 2],
    [random.integer(1, 60) + 0.5, 2],
    [random.integer(1, 200) + 0.95, 1],
    [random.integer(1, 60) + 0.25, 1],
  ]);
}

function drawText(random: Random, split: Split, slot: string): string {
  const words = WORDS.get(slot);
  if (words) return random.pick(words);
  switch (slot) {
    case 'name':
      return firstName(random, split);
    case 'full':
      return inventPerson(random, split);
    case 'surname':
      return inventSurname(random, split);
    case 'place':
      return random.chance(0.5) ? inventPlace(random, split) : drawCity(random, split);
    case 'city':
      return drawCity(random, split);
    case 'river':
      return drawFrom(
        split,
        () => inventSurname(random, split).slice(0, -2),
        (name) => name,
      );
    case 'company':
      return inventCompany(random, split);
    case 'product':
      return inventProduct(random, split);
    case 'title':
      return random.pick(TITLES);
    case 'date':
      return drawDate(random);
    case 'time':
      return random.chance(0.6) ? clockTime(random) : `${random.integer(1, 12)} ${random.pick(['am', 'pm'])}`;
    case 'phone':
      return `555-${random.integer(1000, 9999)}`;
    case 'email':
      return `${firstName(random, split).toLowerCase()}@${inventPlace(random, split).toLowerCase()}.example`;
    case 'street':
      return `${random.integer(1, 120)} ${random.pick(['Mill', 'Park', 'River', 'Church', 'Hill', 'Station', 'Garden', 'Lake'])} ${random.pick(['Road', 'Street', 'Lane'])}`;
    case 'zip':
      return String(random.integer(10_000, 99_999));
    case 'code':
      return `${random.pick(['A', 'B', 'C', 'K', 'M', 'X'])}-${random.integer(100, 9999)}`;
    case 'flight':
      return `${random.pick(['KL', 'AF', 'BA', 'LX', 'SK', 'TP'])} ${random.integer(100, 999)}`;
    case 'room':
      return `${random.pick(['A', 'B', 'C', 'D'])}${random.integer(1, 30)}`;
    case 'file':
      return `${random.pick(['report', 'notes', 'plan', 'letter', 'list', 'budget', 'guide'])}${random.integer(1, 40)}.${random.pick(['pdf', 'txt'])}`;
    default:
      throw new Error(`nothing is known of the slot "${slot}"`);
  }
}

function drawCity(random: Random, split: Split): string {
  return random.pick(CITIES.filter((name) => splitOf(name) === split));
}

function drawDate(random: Random): string {
  const day = random.integer(1, 28);
  const month = random.integer(1, 12);
  const name = random.pick(WORDS.get('month')!);
  const year = random.integer(2024, 2029);
  return random.weighted([
    [`${day} ${name}`, 4],
    [`${name} ${day}`, 3],
    [`${day} ${name} ${year}`, 2],
    [`${year}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`, 2],
  ]);
}

function clockTime(random: Random): string {
  return `${random.integer(7, 21)}:${random.pick(['00', '05', '10', '15', '20', '30', '40', '45'])}`;
}
