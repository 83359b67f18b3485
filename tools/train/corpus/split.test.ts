/** What is held out: one in ten, by the text alone, today as tomorrow. */
import { describe, expect, it } from 'vitest';
import { drawFrom, splitOf } from './split.ts';

describe('the split', () => {
  // Computed apart from this code: a change here would mix what was trained on into the evaluation.
  it('never changes', () => {
    const names = ['Anna', 'Bert', 'Cleo', 'Dora', 'Emil', 'Finn', 'Gina', 'Hugo', 'Ines', 'Jonas', 'Kira', 'Leo'];
    const sums = ['12 + 10', '14 + 12', '18 + 12', '19 + 12', '21 + 10', '26 + 13', '29 + 11', '12 + 34'];
    expect(names.filter((name) => splitOf(name) === 'held-out')).toEqual(['Dora']);
    expect(sums.filter((sum) => splitOf(sum) === 'train')).toEqual(['12 + 10', '12 + 34']);
  });

  it('holds out about one in ten', () => {
    const heldOut = Array.from({ length: 20_000 }, (_, index) => splitOf(`thing ${index}`));
    const count = heldOut.filter((split) => split === 'held-out').length;
    expect(count).toBeGreaterThan(1800);
    expect(count).toBeLessThan(2200);
  });
});

describe('drawing from one side of the split', () => {
  it('draws until a thing is of that side', () => {
    const from = (split: 'train' | 'held-out'): string => {
      const names = ['Anna', 'Bert', 'Cleo', 'Dora', 'Emil'];
      return drawFrom(
        split,
        () => names.shift()!,
        (name) => name,
      );
    };
    expect(from('train')).toBe('Anna');
    expect(from('held-out')).toBe('Dora');
  });

  it('gives up where there is nothing', () => {
    let draws = 0;
    const anna = (): string => {
      draws++;
      return 'Anna';
    };
    expect(() => drawFrom('held-out', anna, (name) => name)).toThrow(
      new RangeError('nothing held-out among 1,000 draws, the last: Anna'),
    );
    expect(draws).toBe(1001);
  });
});
