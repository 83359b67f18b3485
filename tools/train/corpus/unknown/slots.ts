/**
 * Values for the slots of questions that Ember cannot answer: invented names, and real things from a hand-written list.
 * The same slot has the same value within a question and its answers. It refuses slots that it does not know.
 */
import type { Split } from '../example.ts';
import {
  inventAnimal,
  inventCompany,
  inventCountry,
  inventPerson,
  inventPlace,
  inventPlant,
  inventProduct,
  inventSurname,
  inventTitle,
  inventWord,
} from '../names.ts';
import type { Random } from '../random.ts';
import { readLines } from '../read-text.ts';
import { drawFrom } from '../split.ts';

/** The value of a slot, by its name. */
export type SlotValue = (slot: string) => string;

const INVENTED: Readonly<Record<string, (random: Random, split: Split) => string>> = {
  animal: inventAnimal,
  code: inventCode,
  company: inventCompany,
  country: inventCountry,
  person: inventPerson,
  plant: inventPlant,
  product: inventProduct,
  surname: inventSurname,
  title: inventTitle,
  town: inventPlace,
  word: inventWord,
};

// By place, not by text: a short list must have values of both splits.
const HELD_OUT_EVERY = 9;

const LISTS = new Map(
  readLines('unknown/lists/values.txt').map((line) => {
    const colon = line.indexOf(': ');
    return [line.slice(0, colon), line.slice(colon + 2).split('; ')];
  }),
);

/** Draws values for slots of this split, each once. */
export function slotValues(random: Random, split: Split): SlotValue {
  const drawn = new Map<string, string>();
  return (slot) => {
    const value = drawn.get(slot) ?? drawValue(random, split, slot);
    drawn.set(slot, value);
    return value;
  };
}

/** All values of the hand-written list for a slot, of this split. */
export function listed(slot: string, split: Split): string[] {
  const values = LISTS.get(slot) ?? [];
  return values.filter((_, index) => (index % HELD_OUT_EVERY === 5) === (split === 'held-out'));
}

function drawValue(random: Random, split: Split, slot: string): string {
  const invent = INVENTED[slot];
  if (invent) return invent(random, split);
  if (!LISTS.has(slot)) throw new Error(`no values for the slot "${slot}"`);
  return random.pick(listed(slot, split));
}

/** An error code, such as "E-417" or "0x80F2". */
function inventCode(random: Random, split: Split): string {
  const make = (): string =>
    random.chance(0.7)
      ? `${random.pick(['E', 'F', 'H', 'P', 'U', 'E-', 'ERR-', 'X'])}${random.integer(1, 999)}`
      : `0x8${random.integer(0, 0xffff).toString(16).toUpperCase().padStart(4, '0')}`;
  return drawFrom(split, make, (code) => code);
}
