/**
 * Who and what a story is about: a hero with a name and a pronoun, a place, a thing, a friend. Kinds of heroes, names and
 * places belong to one split each; of the friends and things, all are trained on.
 */
import type { Split } from '../../example.ts';
import { inventPlace } from '../../names.ts';
import type { Random } from '../../random.ts';
import { readLines } from '../../read-text.ts';
import { drawFrom, splitOf } from '../../split.ts';
import { inventHeroName } from './hero-names.ts';
import { mentions, titleCase, withArticle } from './slots.ts';

/** "he" or "she". */
export type Pronoun = 'he' | 'she';

/** A place: its words without an article, and as one says them. */
export interface Place {
  readonly bare: string;
  readonly indefinite: string;
  readonly definite: string;
  readonly preposition: string;
}

/** A thing of the list, and what can be done with it. */
interface Thing {
  readonly words: string;
  readonly marks: readonly string[];
}

/** All that is drawn for a story. */
export interface Cast {
  readonly kind: string;
  readonly adjective: string;
  readonly name: string;
  readonly pronoun: Pronoun;
  readonly place: Place;
  readonly thing: Thing;
  readonly friend: string;
  readonly food: string;
  readonly spot: string;
}

/** From which split the parts of a cast are drawn. */
export interface CastSplits {
  readonly kind: Split;
  readonly name: Split;
  readonly place: Split;
}

const list = (name: string): string[] => readLines(`stories/lists/${name}.txt`);
const marked = (name: string): { words: string; mark: string }[] =>
  list(name).map((line) => {
    const [words, mark = ''] = line.split(' | ');
    return { words: words!, mark };
  });

const KINDS = marked('kinds');
const NAMES = marked('names');
const ADJECTIVES = list('adjectives');
const PLACES: readonly Place[] = marked('places').map(({ words, mark }) => placeOf(words, mark));
const PLAIN_PLACES = marked('plain-places');
const PLACE_ADJECTIVES = list('place-adjectives');
const THINGS: readonly Thing[] = marked('things').map(({ words, mark }) => ({ words, marks: mark.split(' ') }));
/** Those whose age is said by their kind. */
const AGED = new Set(['kitten', 'puppy', 'lamb', 'girl', 'boy', 'grandmother', 'grandfather']);
const FRIENDS = list('friends');
const FOODS = list('foods');
const SPOTS = list('spots');
const TIMES = list('times');

/** A place of its words with an article, such as "an old mill"; without one, it is a name: "Belaford". */
function placeOf(words: string, preposition: string): Place {
  const bare = words.replace(/^(?:an?|the) /u, '');
  return { bare, indefinite: words, definite: bare === words ? words : `the ${bare}`, preposition };
}

/** The place of the list with these words. Throws an `Error` if there is none. */
export function listedPlace(words: string): Place {
  const place = PLACES.find(({ indefinite }) => indefinite === words);
  if (!place) throw new Error(`not in the list of places: ${words}`);
  return place;
}

/** The pronoun that a kind of hero asks for; `null` if it may have both. Throws an `Error` for a kind that is not listed. */
export function pronounOf(kind: string): Pronoun | null {
  const listed = KINDS.find(({ words }) => words === kind);
  if (!listed) throw new Error(`not in the list of heroes: ${kind}`);
  return listed.mark === 'he' || listed.mark === 'she' ? listed.mark : null;
}

/** Draws a cast in which no two are the same. */
export function drawCast(random: Random, splits: CastSplits): Cast {
  const { words: kind, mark } = random.pick(KINDS.filter(({ words }) => splitOf(words) === splits.kind));
  const { name, pronoun } = drawName(random, splits.name, mark);
  return {
    kind,
    adjective: random.chance(0.3)
      ? random.pick(AGED.has(kind) ? ADJECTIVES.filter((one) => one !== 'old' && one !== 'young') : ADJECTIVES)
      : '',
    name,
    pronoun,
    place: drawFrom(
      splits.place,
      () => drawPlace(random, splits.place),
      ({ bare }) => bare,
    ),
    thing: random.pick(THINGS.filter(({ words }) => !mentions(words, kind))),
    friend: random.pick(FRIENDS.filter((words) => !mentions(words, kind))),
    food: random.pick(FOODS),
    spot: random.pick(SPOTS.filter((words) => !mentions(words, kind))),
  };
}

/** Another thing that has the mark, if the cast's own has it not. */
export function withMarkedThing(random: Random, cast: Cast, mark: string): Cast {
  if (mark === '' || cast.thing.marks.includes(mark)) return cast;
  return {
    ...cast,
    thing: random.pick(THINGS.filter(({ words, marks }) => marks.includes(mark) && !mentions(words, cast.kind))),
  };
}

/** The values of a story's slots. "{day}" is drawn anew each time. */
export function slotValues(random: Random, cast: Cast): (slot: string) => string | undefined {
  const { name, place, thing, friend, food, spot } = cast;
  const she = cast.pronoun === 'she';
  const kind = cast.adjective === '' ? cast.kind : `${cast.adjective} ${cast.kind}`;
  const days = random.shuffled(TIMES);
  const values: Readonly<Record<string, string>> = {
    kind,
    akind: withArticle(kind),
    hero: `${withArticle(kind)} called ${name}`,
    name,
    she: she ? 'she' : 'he',
    him: she ? 'her' : 'him',
    her: she ? 'her' : 'his',
    hers: she ? 'hers' : 'his',
    herself: she ? 'herself' : 'himself',
    bare: place.bare,
    place: place.definite,
    aplace: place.indefinite,
    in: `${place.preposition} ${place.definite}`,
    ain: `${place.preposition} ${place.indefinite}`,
    thing: thing.words,
    athing: withArticle(thing.words),
    'thing-title': titleCase(thing.words),
    friend,
    afriend: withArticle(friend),
    food,
    spot,
  };
  return (slot) => (slot === 'day' ? days.pop() : values[slot]);
}

function drawName(random: Random, split: Split, mark: string): { name: string; pronoun: Pronoun } {
  const pronoun: Pronoun = mark === 'he' || mark === 'she' ? mark : random.pick(['he', 'she']);
  if (random.chance(0.35)) return { name: inventHeroName(random, split), pronoun };
  const fitting = NAMES.filter((one) => one.mark === pronoun && splitOf(one.words) === split);
  return { name: random.pick(fitting).words, pronoun };
}

function drawPlace(random: Random, split: Split): Place {
  const choice = random.weighted([
    ['listed', 5],
    ['made', 4],
    ['named', 1],
  ]);
  if (choice === 'listed') return random.pick(PLACES);
  if (choice === 'named') return placeOf(inventPlace(random, split), 'in');
  const { words, mark } = random.pick(PLAIN_PLACES);
  return placeOf(withArticle(`${random.pick(PLACE_ADJECTIVES)} ${words}`), mark);
}
