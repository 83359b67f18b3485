import { describe, expect, test } from 'vitest';
import { randomValues } from '../tools/testing/real-data.ts';
import { runKernel, testDevices } from '../tools/testing/run-kernel.ts';
import { sampleFinalReference } from './sample-final.ref.ts';
import { sampleFinal } from './sample-final.ts';
import type { Candidate } from './sample-partial.ref.ts';

const devices = await testDevices();

/** Candidates with whole scores, so that many tie, in an order of ids that is not that of the groups. */
function candidates(groups: number): Candidate[] {
  const scores = randomValues(groups, groups, 6);
  return Array.from(scores, (value, group) => {
    const score = Math.round(value);
    return score < -4 ? null : { score, token: 1000 + ((group * 61) % 257) };
  });
}

describe.each(devices)('sample-final on $name', ({ device, variants }) => {
  describe.each(variants)('$real, $reduction', (variant) => {
    test.each([1, 7, 64, 100, 256])('%i candidates', async (groups) => {
      const given = groups === 1 ? [{ score: -2, token: 4 }] : candidates(groups);
      const result = await runKernel(
        device,
        sampleFinal,
        { groups },
        variant,
        { tokens: 3, kvLength: 8 },
        {
          // Any keys in the order of the scores do; 0 is no candidate.
          partials: new Uint32Array(given.flatMap((it) => (it ? [it.score + 10, it.token] : [0, 2 ** 32 - 1]))),
          tokens: new Uint32Array(10).fill(9),
          step: new Uint32Array([5, 3, 0, 0]),
        },
      );
      const expected = [9, 9, 9, 9, 9, 9, 9, 9, sampleFinalReference(given), 9];
      expect([...new Uint32Array(result['tokens']!)]).toEqual(expected);
    });

    test('the best of each row goes to its own place, over the drafts', async () => {
      const rows = [1, 2, 3].map((row) => candidates(64 + row).slice(row));
      const result = await runKernel(
        device,
        sampleFinal,
        { groups: 64 },
        variant,
        { tokens: 3, kvLength: 8, drafts: 2 },
        {
          partials: new Uint32Array(rows.flat().flatMap((it) => (it ? [it.score + 10, it.token] : [0, 2 ** 32 - 1]))),
          tokens: new Uint32Array(10).fill(9),
          step: new Uint32Array([5, 3, 2, 0]),
        },
      );
      const expected = [9, 9, 9, 9, 9, 9, ...rows.map(sampleFinalReference), 9];
      expect([...new Uint32Array(result['tokens']!)]).toEqual(expected);
    });
  });
});

test('the reference: best score, then lowest id', () => {
  const given = [{ score: 1, token: 3 }, null, { score: 2, token: 9 }, { score: 2, token: 7 }, { score: 0, token: 1 }];
  expect(sampleFinalReference(given)).toBe(7);
  expect(sampleFinalReference([null])).toBeUndefined();
});
