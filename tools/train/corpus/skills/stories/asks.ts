/** How people ask for a story, and what they say about it: a hero's kind, a name, a place, a thing. */
import type { Random } from '../../random.ts';
import { readLines } from '../../read-text.ts';
import { hasSlot } from './slots.ts';

/** A way to ask, and what it gives. */
export interface Ask {
  readonly text: string;
  readonly kind: boolean;
  readonly name: boolean;
  readonly place: boolean;
  readonly thing: boolean;
}

const PLACE_SLOTS = ['ain', 'in', 'place', 'aplace', 'bare'];
const ASKS = readAsks('stories/asks.txt');
const SHORT_ASKS = readAsks('stories/asks-short.txt');
// What people give, and how often: a kind and a place, with a name, and so on.
const GIVEN: readonly (readonly [given: Omit<Ask, 'text'>, weight: number])[] = [
  [{ kind: true, name: false, place: true, thing: false }, 32],
  [{ kind: true, name: true, place: true, thing: false }, 26],
  [{ kind: false, name: true, place: true, thing: false }, 14],
  [{ kind: true, name: false, place: false, thing: false }, 6],
  [{ kind: true, name: true, place: false, thing: false }, 5],
  [{ kind: false, name: true, place: false, thing: false }, 3],
  [{ kind: false, name: false, place: true, thing: false }, 4],
  [{ kind: true, name: false, place: true, thing: true }, 2],
  [{ kind: true, name: false, place: false, thing: true }, 2],
  [{ kind: false, name: false, place: false, thing: true }, 2],
  [{ kind: false, name: false, place: false, thing: false }, 6],
];

/** A way to ask, with what it gives told from its slots. */
export function askOf(text: string): Ask {
  return {
    text,
    kind: hasSlot(text, 'kind') || hasSlot(text, 'akind'),
    name: hasSlot(text, 'name'),
    place: PLACE_SLOTS.some((slot) => hasSlot(text, slot)),
    thing: hasSlot(text, 'athing'),
  };
}

/** Draws a way to ask for a story. */
export function drawAsk(random: Random): Ask {
  const given = random.weighted(GIVEN);
  return random.pick(
    ASKS.filter(
      ({ kind, name, place, thing }) =>
        kind === given.kind && name === given.name && place === given.place && thing === given.thing,
    ),
  );
}

/** Draws a way to ask for a story of three sentences. */
export function drawShortAsk(random: Random): Ask {
  return random.pick(SHORT_ASKS);
}

/** All ways to ask of the corpus, with their slots. */
export function allAsks(): readonly Ask[] {
  return [...ASKS, ...SHORT_ASKS];
}

function readAsks(path: string): Ask[] {
  return readLines(path).map(askOf);
}
