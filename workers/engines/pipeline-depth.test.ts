/** The depth that each kind of device ends up with, and what it takes to find it. */
import { expect, test } from 'vitest';
import { MAX_TOKENS_IN_FLIGHT, PipelineDepth } from './pipeline-depth.ts';

/** Runs answers of 40 tokens on a device whose tokens come as `arrival` says, until the depth is settled; its tokens. */
function settle(depth: PipelineDepth, arrival: (token: number, depth: number) => number): number {
  let now = 0;
  for (let token = 0; token < 10_000; token++) {
    if (depth.settled) return token;
    if (token % 40 === 0) depth.interrupt();
    now += arrival(token, depth.depth);
    depth.arrive(now);
  }
  return Infinity;
}

test('a device whose readback costs nothing keeps the shallowest', () => {
  const depth = new PipelineDepth();
  expect(settle(depth, () => 20)).toBeLessThan(120);
  expect(depth.depth).toBe(2);
  expect(depth.msPerToken).toBeCloseTo(20);
});

test('a browser that looks for finished work every 100 ms gets the deepest', () => {
  const depth = new PipelineDepth();
  // Bursts: one wait, then all that was in flight at once.
  settle(depth, (token, inFlight) => (token % inFlight === 0 ? 100 : 0));
  expect(depth.depth).toBe(MAX_TOKENS_IN_FLIGHT);
});

test('a readback as long as three steps is hidden by four in flight', () => {
  const depth = new PipelineDepth();
  settle(depth, (_token, inFlight) => Math.max(5, 20 / inFlight));
  expect(depth.depth).toBe(4);
});

test('a pause now and then does not send it deeper', () => {
  const depth = new PipelineDepth();
  settle(depth, (token) => (token % 25 === 0 ? 60 : 20));
  expect(depth.depth).toBe(2);
});

test('times count only once the pipeline has filled', () => {
  const depth = new PipelineDepth(4);
  const arrivals = Array.from({ length: 6 }, (_, token) => depth.arrive(10 * token));
  expect(arrivals).toEqual([false, false, false, false, true, true]);
  depth.interrupt();
  expect(depth.arrive(100)).toBe(false);
});

test.each([0, 9, 2.5, NaN])('a fixed depth of %s is refused', (fixed) => {
  expect(() => new PipelineDepth(fixed)).toThrow(`from 1 to 8`);
});

test('a fixed depth is kept, and measured', () => {
  const depth = new PipelineDepth(1);
  for (let token = 0; token < 40; token++) depth.arrive(3 * token);
  expect([depth.depth, depth.settled, depth.msPerToken]).toEqual([1, true, 3]);
});
