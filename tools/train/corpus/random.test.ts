/** Random choices: the known stream, its bounds, and nothing lost in shuffling. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hashText, Random } from './random.ts';

const seed = fc.integer({ min: 0, max: 0xffff_ffff });

describe('the stream of random choices', () => {
  // Computed apart from this code, with whole numbers of any length.
  it('is splitmix32', () => {
    const first = (start: number): number[] => {
      const random = new Random(start);
      return [random.bits(), random.bits(), random.bits()];
    };
    expect(first(0)).toEqual([1_684_164_658, 3_653_269_916, 2_939_563_536]);
    expect(first(1)).toEqual([1_580_013_426, 350_525_680, 3_524_174_333]);
    expect(first(2 ** 32)).toEqual(first(0));
  });

  // The shares of 2³² that the first three draws of seed 0 are: 0.392, 0.851, 0.684.
  it('draws known things of a known seed', () => {
    const thrice = <T>(draw: (random: Random) => T): T[] => {
      const random = new Random(0);
      return [draw(random), draw(random), draw(random)];
    };
    const weights = [
      ['a', 1],
      ['b', 1],
      ['c', 2],
    ] as const;
    expect(thrice((random) => random.integer(1, 6))).toEqual([3, 6, 5]);
    expect(thrice((random) => random.chance(0.5))).toEqual([true, false, false]);
    expect(thrice((random) => random.pick(['a', 'b', 'c', 'd']))).toEqual(['b', 'd', 'c']);
    expect(thrice((random) => random.weighted(weights))).toEqual(['b', 'c', 'c']);
    expect(new Random(0).shuffled([1, 2, 3, 4])).toEqual([1, 4, 3, 2]);
    expect(new Random(0).sample([1, 2, 3, 4], 2)).toEqual([1, 4]);
  });

  it('is the same for the same seed', () => {
    fc.assert(
      fc.property(seed, (start) => {
        const [one, other] = [new Random(start), new Random(start)];
        expect(Array.from({ length: 5 }, () => one.bits())).toEqual(Array.from({ length: 5 }, () => other.bits()));
      }),
    );
  });
});

describe('a random choice', () => {
  it('stays within its bounds and reaches both', () => {
    fc.assert(
      fc.property(seed, fc.integer({ min: -50, max: 50 }), fc.nat(3), (start, from, more) => {
        const random = new Random(start);
        const drawn = new Set(Array.from({ length: 200 }, () => random.integer(from, from + more)));
        expect([...drawn].toSorted((a, b) => a - b)).toEqual(Array.from({ length: more + 1 }, (_, i) => from + i));
      }),
    );
  });

  it('is as likely as it should be', () => {
    const random = new Random(3);
    const count = (happens: () => boolean): number => Array.from({ length: 10_000 }, happens).filter(Boolean).length;
    const weights = [
      ['rare', 1],
      ['often', 3],
    ] as const;
    for (const hits of [count(() => random.chance(0.25)), count(() => random.weighted(weights) === 'rare')]) {
      expect(hits).toBeGreaterThan(2300);
      expect(hits).toBeLessThan(2700);
    }
    expect(count(() => random.chance(0))).toBe(0);
    expect(count(() => random.chance(1))).toBe(10_000);
  });

  it('never takes what weighs nothing, and refuses an empty list', () => {
    const random = new Random(4);
    const weights = [
      ['never', 0],
      ['always', 1],
    ] as const;
    expect(new Set(Array.from({ length: 100 }, () => random.weighted(weights)))).toEqual(new Set(['always']));
    expect(() => random.pick([])).toThrow(new RangeError('there is nothing to pick from'));
  });

  it('shuffles without losing or changing anything', () => {
    fc.assert(
      fc.property(seed, fc.array(fc.integer()), fc.nat(10), (start, items, count) => {
        const before = [...items];
        const sorted = (list: readonly number[]): number[] => list.toSorted((a, b) => a - b);
        expect(sorted(new Random(start).shuffled(items))).toEqual(sorted(items));
        expect(new Random(start).sample(items, count)).toEqual(new Random(start).shuffled(items).slice(0, count));
        expect(items).toEqual(before);
      }),
    );
  });
});

// FNV-1a of the empty text is 0x811c9dc5 and of "a" 0xe40c292c; the mixing was computed apart from this code.
it('the number of a text is known', () => {
  expect(['', 'a', 'split:Ember'].map(hashText)).toEqual([3_770_332_432, 3_993_327_588, 1_906_418_875]);
});
