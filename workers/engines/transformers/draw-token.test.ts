/** The CPU's draw: what is left to be drawn, held against probabilities by hand, and the same token for the same seed. */
import { expect, it } from 'vitest';
import { DEFAULT_SAMPLER } from '../../protocol/engine.ts';
import { drawToken } from './draw-token.ts';

/** Probabilities of 0.5, 0.3 and 0.2. */
const LOGITS = Float32Array.of(Math.log(0.5), Math.log(0.3), Math.log(0.2));
const PLAIN = { ...DEFAULT_SAMPLER, temperature: 1, topK: 0, topP: 1, minP: 0, seed: 1 };

it('draws each token as often as it is likely', () => {
  const counts = [0, 0, 0];
  for (let seed = 0; seed < 20_000; seed++) counts[drawToken(LOGITS, [], { ...PLAIN, seed })!]!++;
  // Four standard deviations of 20,000 draws are 0.014.
  for (const [id, share] of [0.5, 0.3, 0.2].entries())
    expect(Math.abs(counts[id]! / 20_000 - share)).toBeLessThan(0.014);
});

it.each([
  ['greedily', { temperature: 0 }, [0]],
  ['of the two likeliest', { topK: 2 }, [0, 1]],
  ['of the fewest that reach 0.6', { topP: 0.6 }, [0, 1]],
  ['of those half as likely as the likeliest', { minP: 0.5 }, [0, 1]],
  ['of all', {}, [0, 1, 2]],
])('draws %s', (_, settings, expected) => {
  const drawn = new Set<number>();
  for (let seed = 0; seed < 200; seed++) drawn.add(drawToken(LOGITS, [], { ...PLAIN, ...settings, seed })!);
  expect([...drawn].sort()).toEqual(expected);
});

it('penalizes what was said', () => {
  expect(drawToken(LOGITS, [0], { ...PLAIN, temperature: 0, presencePenalty: 2 })).toBe(1);
});

it('draws the same token for a seed and a place, and none where there are no numbers', () => {
  const at = (seed: number, length: number) => drawToken(LOGITS, new Array<number>(length).fill(3), { ...PLAIN, seed });
  expect(Array.from({ length: 50 }, (_, seed) => at(seed, 4))).toEqual(
    Array.from({ length: 50 }, (_, seed) => at(seed, 4)),
  );
  expect(new Set(Array.from({ length: 50 }, (_, place) => at(7, place))).size).toBe(3);
  expect(drawToken(Float32Array.of(NaN, NaN), [], PLAIN)).toBeUndefined();
});
