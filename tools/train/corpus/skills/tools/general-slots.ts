/** Values for the slots of questions for every tool but the calculator, drawn when first asked for and then kept. */
import type { Split } from '../../example.ts';
import { firstName, inventCompany, inventPlace, inventProduct } from '../../names.ts';
import type { Random } from '../../random.ts';
import { readLines } from '../../read-text.ts';
import { drawFrom, splitOf } from '../../split.ts';
import { fillSlots } from '../fill-slots.ts';
import { type Conversion, drawConversion, ODD_UNITS, UNIT_KINDS } from './units.ts';

const CITIES = readLines('tools/cities.txt');
const TOPICS = readLines('tools/topics.txt');
const MESSAGES = readLines('tools/messages.txt');
const TRANSLATIONS = readLines('tools/translations.txt').map((line) => line.split(' | '));
const DEFINITIONS = readLines('tools/definitions.txt').map((line) => line.split(' | '));
const ZONES = list(
  'UTC, GMT, CET, EST, PST, IST, Europe/Berlin, Europe/London, America/New_York, America/Chicago, Asia/Tokyo, Asia/Kolkata, Africa/Cairo, Australia/Sydney, America/Sao_Paulo, Asia/Seoul',
);
const WEEKDAYS = list('Sunday, Monday, Tuesday, Wednesday, Thursday, Friday, Saturday');
const MONTHS = list('January, February, March, April, May, June, July, August, September, October, November, December');
const LISTS: Readonly<Record<string, readonly string[]>> = {
  task: list(
    'call mother, buy milk, water the plants, feed the cat, take my pills, lock the door, pay the rent, start the oven, wake the children, write to Ben, go to the dentist, bring the books back, charge my phone, clean the desk, walk the dog, open the windows, fetch the parcel, leave for the station, do the dishes, check the mail',
  ),
  item: list(
    'milk, rice, bread, eggs, cheese, onions, carrots, apples, honey, butter, beans, fish, potatoes, tomatoes, lemons, flour, sugar, coffee, salt, mushrooms, yogurt, spinach',
  ),
  room: list(
    'kitchen, hall, bedroom, bathroom, living room, office, garage, attic, cellar, dining room, nursery, guest room',
  ),
  dish: list(
    'apple pie, onion soup, fish stew, carrot cake, cheese bread, bean salad, rice pudding, lemon tart, potato bake, mushroom pie, plum cake, egg toast',
  ),
  event: list(
    'dentist visit, team lunch, school play, concert, piano lesson, football game, birthday party, parents evening, yoga class, job interview, book club, car check',
  ),
  sky: list('sunny, cloudy, rainy, windy, foggy, clear, snowy, stormy'),
  file: list(
    'notes.txt, letters.txt, report.pdf, summary.pdf, plan.txt, diary.txt, papers.pdf, guide.pdf, handbook.pdf, minutes.txt',
  ),
  title: list(
    'Morning Train, Red Leaves, Two Winters, The Salt Road, Paper Birds, Wild Honey, Dancing at Noon, Small Wonders, Blue Harbor, Cold Water, Summer Road, The Silver Key, Ten Steps, Only Yesterday, Night Ferry, Golden Hill',
  ),
};

/** A function that gives each slot its value. Throws an `Error` for a slot that it does not know. */
export function generalSlots(random: Random, split: Split): (slot: string) => string {
  const values = new Map<string, string>();
  const set = (entries: Readonly<Record<string, string | number>>): void => {
    for (const [slot, value] of Object.entries(entries)) values.set(slot, String(value));
  };
  return function valueOf(slot): string {
    if (!values.has(slot)) set(draw(random, split, slot, valueOf));
    return values.get(slot)!;
  };
}

function draw(
  random: Random,
  split: Split,
  slot: string,
  valueOf: (slot: string) => string,
): Record<string, string | number> {
  const words = LISTS[slot];
  if (words) return { [slot]: random.pick(words) };
  for (const kind of Object.keys(UNIT_KINDS)) {
    if (slot.endsWith(kind) || slot === `${kind}to`) return unitSlots(random, split, kind);
  }
  switch (slot) {
    case 'v':
    case 'from':
    case 'to':
      return plainUnits(random, split);
    case 'one':
      return oneUnit(random, split);
    case 'odd':
    case 'oddto':
      return { odd: random.pick(ODD_UNITS), oddto: random.pick(['meters', 'grams', 'liters', 'miles', 'hours']) };
    case 'topic':
      return { topic: topic(random, split, valueOf) };
    case 'city':
    case 'city2':
      return { [slot]: city(random, split) };
    case 'zone':
      return { zone: random.pick(ZONES) };
    case 'time':
      return { time: clockTime(random) };
    case 'hour':
      return { hour: random.chance(0.5) ? `${random.integer(1, 12)} ${random.pick(['am', 'pm'])}` : clockTime(random) };
    case 'day':
      return { day: calendarDay(random) };
    case 'weekday':
      return { weekday: random.pick(WEEKDAYS) };
    case 'date':
      return { date: `${random.integer(1, 28)} ${random.pick(MONTHS)}` };
    case 'name':
    case 'name2':
      return { [slot]: firstName(random, split) };
    case 'company':
      return { company: inventCompany(random, split) };
    case 'product':
      return { product: inventProduct(random, split) };
    case 'place':
      return { place: inventPlace(random, split) };
    case 'phone':
      return { phone: `555-${random.integer(1000, 9999)}` };
    case 'message':
    case 'words_count': {
      const message = random.pick(MESSAGES);
      return { message, words_count: message.split(' ').length };
    }
    case 'words':
    case 'language': {
      const [said, language, translated] = random.pick(TRANSLATIONS);
      return { words: said!, language: language!, translated: translated! };
    }
    case 'word': {
      const [word, meaning] = random.pick(DEFINITIONS);
      return { word: word!, meaning: meaning! };
    }
    case 'low':
    case 'high': {
      const low = random.integer(1, 20);
      const high = low + random.integer(2, 100);
      return { low, high, between: random.integer(low, high) };
    }
    case 'count': {
      const count = random.integer(2, 8);
      return { count, sum: Array.from({ length: count }, () => random.integer(1, 6)).reduce((sum, die) => sum + die) };
    }
    case 'die':
      return { die: random.integer(1, 6) };
    case 'n':
      return { n: random.integer(2, 60) };
    case 'amount':
      return { amount: random.chance(0.5) ? random.integer(2, 99) * 10 : random.integer(20, 9999) };
    case 'degrees':
      return { degrees: random.integer(-8, 36) };
    default:
      throw new Error(`nothing is known of the slot "${slot}"`);
  }
}

function unitSlots(random: Random, split: Split, kind: string): Record<string, string | number> {
  const { value, from, to, result } = inSplit(split, () => drawConversion(random, kind));
  return { [`v${kind}`]: value, [kind]: from, [`${kind}to`]: to, r: result };
}

function plainUnits(random: Random, split: Split): Record<string, string | number> {
  const kinds = [...Object.keys(UNIT_KINDS), 'long', 'heavy'];
  const { value, from, to, result } = inSplit(split, () => drawConversion(random, random.pick(kinds)));
  return { v: value, from, to, r: result };
}

function oneUnit(random: Random, split: Split): Record<string, string | number> {
  const kinds = ['long', 'heavy', 'wet', 'span', 'data', 'area'];
  const { one, to, result } = inSplit(split, () => drawConversion(random, random.pick(kinds), 1));
  return { one, to, r: result };
}

function inSplit(split: Split, drawOne: () => Conversion): Conversion {
  return drawFrom(split, drawOne, ({ value, from, to }) => `${value} ${from} ${to}`);
}

function topic(random: Random, split: Split, valueOf: (slot: string) => string): string {
  return fillSlots(
    drawFrom(
      split,
      () => random.pick(TOPICS),
      (text) => text,
    ),
    valueOf,
  );
}

function city(random: Random, split: Split): string {
  return random.chance(0.2)
    ? inventPlace(random, split)
    : random.pick(CITIES.filter((name) => splitOf(name) === split));
}

function clockTime(random: Random): string {
  return `${String(random.integer(0, 23)).padStart(2, '0')}:${String(random.integer(0, 59)).padStart(2, '0')}`;
}

function calendarDay(random: Random): string {
  const date = new Date(Date.UTC(random.integer(2025, 2028), random.integer(0, 11), random.integer(1, 28)));
  return `${WEEKDAYS[date.getUTCDay()]!}, ${date.getUTCDate()} ${MONTHS[date.getUTCMonth()]!} ${date.getUTCFullYear()}`;
}

function list(text: string): string[] {
  return text.split(', ');
}
