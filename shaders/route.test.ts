import { describe, expect, test } from 'vitest';
import { randomValues } from '../tools/testing/real-data.ts';
import { nmse, runKernel, testDevices } from '../tools/testing/run-kernel.ts';
import type { Variant } from './kernel.ts';
import { routeReference } from './route.ref.ts';
import { route, type RouteShape } from './route.ts';

const devices = await testDevices();
const cases: (RouteShape & { readonly tokens: number })[] = [
  { experts: 1, used: 1, stride: 32, weights: 'sigmoid', scale: 1, tokens: 2 },
  { experts: 8, used: 2, stride: 32, weights: 'softmax-of-chosen', scale: 1, tokens: 3 },
  { experts: 60, used: 4, stride: 64, weights: 'softmax', scale: 1, tokens: 5 },
  { experts: 131, used: 10, stride: 160, weights: 'softmax-of-chosen', scale: 2.5, tokens: 1 },
  { experts: 130, used: 7, stride: 160, weights: 'softmax', scale: 0.7, tokens: 2 },
  { experts: 5, used: 5, stride: 32, weights: 'sigmoid', scale: 3, tokens: 2 },
];

async function run(device: GPUDevice, variant: Variant, shape: RouteShape, logits: Float64Array, tokens: number) {
  const { routes } = await runKernel(
    device,
    route,
    shape,
    variant,
    // A recorded grid may be made for more tokens than the step has.
    { tokens: tokens + 2, kvLength: tokens + 9 },
    {
      logits: Float32Array.from(logits),
      routes: new Float32Array(2 * shape.used * (tokens + 1)).fill(7),
      step: Uint32Array.of(7, tokens, 0, 0),
    },
  );
  const count = tokens * shape.used;
  const words = new Uint32Array(routes!);
  const floats = new Float32Array(routes!);
  return {
    experts: Array.from({ length: count }, (_, i) => words[2 * i]!),
    weights: Array.from({ length: count }, (_, i) => floats[2 * i + 1]!),
    rest: [...floats.subarray(2 * count)],
  };
}

describe.each(devices)('route on $name', ({ device, variants }) => {
  describe.each(variants.filter(({ real }) => real === 'f32'))('$reduction', (variant) => {
    test.each(cases)('$used of $experts by $weights', async ({ tokens, ...shape }) => {
      const logits = randomValues(tokens * shape.stride, shape.experts, 4);
      const expected = routeReference(shape, logits, tokens);
      const { experts, weights, rest } = await run(device, variant, shape, logits, tokens);
      expect(experts).toEqual(expected.map(({ expert }) => expert));
      const wanted = expected.map(({ weight }) => weight);
      expect(nmse(weights, wanted)).toBeLessThanOrEqual(1e-12);
      expect(rest.every((value) => value === 7)).toBe(true);
    });

    test('of equal logits the lower expert, each only once', async () => {
      const shape: RouteShape = { experts: 70, used: 3, stride: 96, weights: 'softmax', scale: 1 };
      const logits = new Float64Array(96).fill(-1).fill(2, 66, 69);
      expect((await run(device, variant, { ...shape, used: 5 }, logits, 1)).experts).toEqual([66, 67, 68, 0, 1]);
    });

    test('a logit that is no number names no expert that is not there', async () => {
      const shape: RouteShape = { experts: 6, used: 4, stride: 32, weights: 'softmax-of-chosen', scale: 1 };
      const { experts } = await run(device, variant, shape, new Float64Array(32).fill(NaN), 1);
      for (const expert of experts) expect(expert).toBeLessThan(6);
    });
  });
});

test('the reference, by hand', () => {
  const shape = { experts: 3, used: 2, stride: 4, scale: 2 } as const;
  const logits = [Math.log(1), Math.log(5), Math.log(2), 99];
  const near = (weight: number): unknown => expect.closeTo(weight, 12);
  const chosen = (weights: RouteShape['weights']) => routeReference({ ...shape, weights }, logits, 1);
  expect(chosen('softmax')).toEqual([
    { expert: 1, weight: near(10 / 8) },
    { expert: 2, weight: near(4 / 8) },
  ]);
  expect(chosen('softmax-of-chosen')).toEqual([
    { expert: 1, weight: near(10 / 7) },
    { expert: 2, weight: near(4 / 7) },
  ]);
  expect(chosen('sigmoid')).toEqual([
    { expert: 1, weight: near(10 / 6) },
    { expert: 2, weight: near(4 / 3) },
  ]);
});
