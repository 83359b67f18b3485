import { describe, expect, test } from 'vitest';
import { nmse, runKernel, seededRandom, testDevices } from '../tools/testing/run-kernel.ts';
import { rowStride } from './kernel.ts';
import { poolReference } from './pool.ref.ts';
import { pool } from './pool.ts';

const devices = await testDevices();
const cases = [
  { dim: 3, tokens: 1 },
  { dim: 67, tokens: 5 },
  { dim: 130, tokens: 301 },
];

/** What lies past the step's last token must not be read: it would show in every sum. */
const GARBAGE = 1e4;

describe.each(devices)('pool on $name', ({ device, variants }) => {
  describe.each(variants)('$real, $reduction', (variant) => {
    describe.each(['mean', 'first', 'last'] as const)('%s', (rows) => {
      test.each(cases)('$tokens tokens of $dim', async ({ dim, tokens }) => {
        const random = seededRandom(dim);
        const stride = rowStride(dim);
        const shape = { dim, stride, rows };
        const x = Float32Array.from({ length: (tokens + 1) * stride }, (_, i) =>
          i < tokens * stride ? random() : GARBAGE,
        );
        // Behind other tokens: rows are those of the step.
        const step = Uint32Array.of(7, tokens, 0, 0);
        const extent = { tokens, kvLength: 7 + tokens };
        const output = await runKernel(device, pool, shape, variant, extent, { x, y: new Float32Array(dim), step });
        expect(nmse(new Float32Array(output['y']!), poolReference(shape, x, tokens))).toBeLessThan(1e-10);
      });
    });
  });
});

test('the reference, by hand', () => {
  const x = [1, 2, 9, 3, 6, 9];
  expect([...poolReference({ dim: 2, stride: 3, rows: 'mean' }, x, 2)]).toEqual([2, 4]);
  expect([...poolReference({ dim: 2, stride: 3, rows: 'first' }, x, 2)]).toEqual([1, 2]);
  expect([...poolReference({ dim: 2, stride: 3, rows: 'last' }, x, 2)]).toEqual([3, 6]);
});
