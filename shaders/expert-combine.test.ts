import { describe, expect, test } from 'vitest';
import { randomValues } from '../tools/testing/real-data.ts';
import { nmse, runKernel, testDevices } from '../tools/testing/run-kernel.ts';
import { expertCombineReference } from './expert-combine.ref.ts';
import { expertCombine } from './expert-combine.ts';

const devices = await testDevices();
const cases = [
  { used: 1, stride: 32, tokens: 1 },
  { used: 3, stride: 160, tokens: 7 },
];

describe.each(devices)('expert-combine on $name', ({ device, variants }) => {
  // There is one form of it.
  const variant = variants[0]!;
  test.each(cases)('$tokens tokens, $used of $stride', async ({ used, stride, tokens }) => {
    const z = randomValues(tokens * used * stride, 1);
    const y = randomValues((tokens + 1) * stride, 2);
    const weights = randomValues(tokens * used, 3);
    const routes = Array.from(weights, (weight, expert) => ({ expert, weight }));
    const data = {
      z: Float32Array.from(z),
      routes: Float32Array.from(routes.flatMap(({ weight }) => [0, weight])),
      y: Float32Array.from(y),
      step: Uint32Array.of(7, tokens, 0, 0),
    };
    // A recorded grid may be made for more tokens than the step has.
    const extent = { tokens: tokens + 1, kvLength: tokens + 9 };
    const result = await runKernel(device, expertCombine, { used, stride }, variant, extent, data);
    const actual = new Float32Array(result['y']!);
    expect(nmse(actual, expertCombineReference({ used, stride }, z, routes, y))).toBeLessThanOrEqual(1e-12);
    expect([...actual.subarray(tokens * stride)]).toEqual([...y.subarray(tokens * stride)]);
  });
});

test('the reference, by hand', () => {
  const routes = [
    { expert: 4, weight: 0.5 },
    { expert: 0, weight: 3 },
  ];
  expect([...expertCombineReference({ used: 2, stride: 2 }, [2, 4, 10, 20], routes, [100, 200])]).toEqual([131, 262]);
});
