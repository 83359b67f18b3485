/** Which names, pairs of numbers and other drawn things belong to training, and which are kept for the evaluation. */
import type { Split } from './example.ts';
import { hashText } from './random.ts';

const HELD_OUT_SHARE = 0.1;

/** The set that a thing belongs to, by its text alone: one in ten is held out. */
export function splitOf(text: string): Split {
  return hashText(`split:${text}`) / 2 ** 32 < HELD_OUT_SHARE ? 'held-out' : 'train';
}

/** Draws until the result's text is in the set. Throws after 1,000 tries: the source has too little of that set. */
export function drawFrom<T>(split: Split, draw: () => T, text: (drawn: T) => string): T {
  for (let tries = 0; tries < 1000; tries++) {
    const drawn = draw();
    if (splitOf(text(drawn)) === split) return drawn;
  }
  throw new RangeError(`nothing ${split} among 1,000 draws, the last: ${text(draw())}`);
}
