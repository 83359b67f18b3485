/** Stories that were written by hand, each with slots for its hero and its place, told with any cast. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Random } from '../../random.ts';
import { readParts, TEXT_FOLDER } from '../../read-text.ts';
import { splitOf } from '../../split.ts';
import { type Cast, listedPlace, type Place, type Pronoun, pronounOf, slotValues } from './cast.ts';
import { fillStory, hasSlot, mentions, repeats } from './slots.ts';

/** A story as it is told. */
export interface Story {
  readonly title: string;
  readonly text: string;
}

/** A story as it was written, with the hero and the place that it was written for. */
export interface Tale {
  readonly title: string;
  readonly text: string;
  readonly kind: string;
  readonly name: string;
  readonly pronoun: Pronoun;
  readonly place: Place;
}

const FOLDER = 'stories/tales';
const HEADER = ['hero', 'hero-name', 'hero-kind', 'pronoun', 'place', 'title'];
const PLACE_SLOTS = ['ain', 'in', 'aplace', 'place'];

/** All hand-written stories. */
export const TALES: readonly Tale[] = readdirSync(join(TEXT_FOLDER, FOLDER))
  .toSorted()
  .flatMap((file) => readParts(`${FOLDER}/${file}`))
  .map(parseTale);

/** Reads a story: six header lines, an empty line, the text. Throws an `Error` that names the story and what is wrong. */
function parseTale(part: string): Tale {
  const fail = (message: string): never => {
    throw new Error(`${message}: ${JSON.stringify(part.slice(0, 200))}`);
  };
  const [header = '', text = ''] = part.split('\n\n');
  const lines = header.split('\n').map((line) => line.split(': '));
  if (lines.map(([key]) => key).join(' ') !== HEADER.join(' ')) fail(`expected the header lines ${HEADER.join(', ')}`);
  const [hero, name, kind, pronoun, place, title] = lines.map(([, value]) => value!) as [
    string,
    string,
    string,
    string,
    string,
    string,
  ];
  if (!hero.endsWith(`${kind} called ${name}`)) fail(`the hero is not a ${kind} called ${name}`);
  if (pronoun !== 'he' && pronoun !== 'she') return fail('the pronoun must be "he" or "she"');
  if (!hasSlot(text, 'hero') || !PLACE_SLOTS.some((slot) => hasSlot(text, slot))) fail('hero and place must occur');
  if ((pronounOf(kind) ?? pronoun) !== pronoun) fail(`a ${kind} is not "${pronoun}"`);
  return { title, text: text.trim(), kind, name, pronoun, place: listedPlace(place) };
}

/** A hand-written story told with this cast, one that does not speak of another of the hero's kind or name. */
export function tellTale(random: Random, cast: Cast, told: readonly string[] = []): Story {
  for (;;) {
    const { title, text } = random.pick(TALES);
    if (!fits(text, cast) || !fits(title, cast)) continue;
    const values = slotValues(random, cast);
    const story = { title: fillStory(title, values), text: fillStory(text, values) };
    if (!told.includes(story.title) && !repeats(story.text)) return story;
  }
}

/** The cast with the hero and the place that a story was written for; as it was if these are kept for the evaluation. */
export function asWritten(random: Random, cast: Cast): Cast {
  const { kind, name, pronoun, place } = random.pick(TALES);
  const held = [kind, name, place.bare].some((words) => splitOf(words) === 'held-out');
  return held ? cast : { ...cast, kind, name, pronoun, place, adjective: '' };
}

/** True if a text speaks of nobody else of the hero's kind or name. */
export function fits(text: string, { kind, name }: Cast): boolean {
  return !mentions(text, kind) && !mentions(text, name);
}
