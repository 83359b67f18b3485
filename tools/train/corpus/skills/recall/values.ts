/** Draws what people say about themselves: names, numbers, dates, lists and words; each belongs to one split. */
import type { Split } from '../../example.ts';
import { firstName, inventCompany, inventPlace, inventSurname } from '../../names.ts';
import { hashText, type Random } from '../../random.ts';
import { readLines } from '../../read-text.ts';
import { drawFrom } from '../../split.ts';
import { joinWords } from '../fill-slots.ts';

/** Words that questions are made of, so the same for both splits. */
const SHARED = new Set(['pet', 'relative', 'month']);
const LEAST_HELD_OUT = 4;
const HELD_OUT_SHARE = 0.1;
const NUMBER_WORDS = ['two', 'three', 'four', 'five', 'six', 'seven'];

const words = new Map(
  readLines('recall/values.txt').map((line): [string, string[]] => {
    const [source, values] = line.split(': ');
    return [source!, values!.split(', ').toSorted((a, b) => hashText(a) - hashText(b))];
  }),
);

type Draw = (random: Random, split: Split) => string;

const DRAWS: Readonly<Record<string, Draw>> = {
  personName: (random, split) =>
    random.chance(0.2) ? `${firstName(random, split)} ${inventSurname(random, split)}` : firstName(random, split),
  firstName,
  petName: (random, split) => (random.chance(0.7) ? wordOf('petName', random, split) : firstName(random, split)),
  place: (random, split) => (random.chance(0.5) ? inventPlace(random, split) : wordOf('city', random, split)),
  company: inventCompany,
  age: (random, split) => number(split, () => random.integer(7, 95)),
  luckyNumber: (random, split) => number(split, () => random.integer(2, 10 ** random.integer(1, 5))),
  smallNumber: (random) => random.pick(NUMBER_WORDS),
  date: (random, split) => whole(split, () => `${random.integer(1, 28)} ${wordOf('month', random, 'train')}`),
  clock: (random, split) =>
    whole(split, () => `${random.integer(6, 22)}:${random.pick(['00', '10', '15', '20', '30', '40', '45', '50'])}`),
  list: (random, split) => {
    const count = random.integer(2, 5);
    return whole(split, () => joinWords(random.sample(words.get('goods')!, count)));
  },
  car: (random, split) =>
    whole(split, () => `${random.pick(words.get('carColour')!)} ${random.pick(words.get('carKind')!)}`),
};

/** A value of the split, from the source that a kind names. */
export function drawValue(random: Random, split: Split, source: string): string {
  return (DRAWS[source] ?? ((stream, set) => wordOf(source, stream, set)))(random, split);
}

/** The parts of a value: the items of a list, or the value itself. */
export function partsOf(source: string, value: string): string[] {
  return source === 'list' ? value.split(/, | and /u) : [value];
}

/** One of a source's words. Too few are there for `splitOf`, so those with the lowest hashes are held out. */
function wordOf(source: string, random: Random, split: Split): string {
  const all = words.get(source);
  if (!all) throw new Error(`there is no source of values named ${source}`);
  if (SHARED.has(source)) return random.pick(all);
  const heldOut = Math.max(LEAST_HELD_OUT, Math.round(all.length * HELD_OUT_SHARE));
  return random.pick(split === 'held-out' ? all.slice(0, heldOut) : all.slice(heldOut));
}

function number(split: Split, draw: () => number): string {
  return whole(split, () => String(draw()));
}

function whole(split: Split, draw: () => string): string {
  return drawFrom(split, draw, (text) => text);
}
