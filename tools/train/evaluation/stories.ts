/**
 * The evaluation of stories: ways to ask that the corpus does not hold, with names that were never trained on, and with
 * kinds of heroes, places or pairs of both that were not.
 */
import { user } from '../corpus/example.ts';
import { Random } from '../corpus/random.ts';
import { readLines } from '../corpus/read-text.ts';
import { askOf } from '../corpus/skills/stories/asks.ts';
import { type Cast, drawCast, slotValues } from '../corpus/skills/stories/cast.ts';
import { fillStory } from '../corpus/skills/stories/slots.ts';
import { pairText } from '../corpus/skills/stories.ts';
import { splitOf } from '../corpus/split.ts';
import type { EvaluationCase } from './case.ts';

const ASKS = readLines('../../evaluation/text/stories.txt').map(askOf);
const CASES_PER_ASK = 3;
const SEED = 7100;

/** All cases on stories: the hero's name (or kind, if no name is given) and the place must be kept. */
export function storyCases(): EvaluationCase[] {
  return ASKS.flatMap((ask, row) =>
    Array.from({ length: CASES_PER_ASK }, (_, at): EvaluationCase => {
      const random = new Random(SEED + row * CASES_PER_ASK + at);
      const cast = heldOutCast(random, at);
      const asked = fillStory(ask.text, slotValues(random, cast));
      const expect = { kind: 'story', hero: ask.name ? cast.name : cast.kind, place: cast.place.bare } as const;
      return { skill: 'story', messages: [user(asked)], expect };
    }),
  );
}

/** The first has a new kind of hero, the second a new place, the third a pair that was not trained on; all have new names. */
function heldOutCast(random: Random, at: number): Cast {
  const kind = at === 0 ? 'held-out' : 'train';
  const place = at === 1 ? 'held-out' : 'train';
  let cast = drawCast(random, { kind, name: 'held-out', place });
  while (at === 2 && splitOf(pairText(cast)) === 'train') cast = drawCast(random, { kind, name: 'held-out', place });
  return cast;
}
