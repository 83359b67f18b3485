import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { likeliest, logSoftmax, rankOf } from './softmax.ts';

describe('softmax', () => {
  it('gives log-probabilities, and none to what is impossible', () => {
    const [a, b, c] = logSoftmax(Float64Array.of(Math.log(3) + 700, 700, -Infinity));
    expect([a, b, c]).toEqual([expect.closeTo(Math.log(0.75), 10), expect.closeTo(Math.log(0.25), 10), -Infinity]);
  });

  it('orders the likeliest, the lower id first among equals', () => {
    const values = Float32Array.of(1, 3, 2, 3, 0, 2);
    expect(likeliest(values, 4)).toEqual([1, 3, 2, 5]);
    expect(likeliest(values, 3)).toEqual([1, 3, 2]);
    expect(likeliest(values, 0)).toEqual([]);
    expect(likeliest(values, 9)).toEqual([1, 3, 2, 5, 0, 4]);
  });

  it('ranks each value where the order has it', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -3, max: 3 }), { minLength: 1, maxLength: 20 }), (numbers) => {
        const values = Float32Array.from(numbers);
        const order = likeliest(values, values.length);
        expect(order.map((id) => rankOf(values, id))).toEqual(numbers.map((_, index) => index + 1));
      }),
    );
  });
});
