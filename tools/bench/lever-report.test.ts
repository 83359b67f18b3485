/** What the levers are worth, as a person reads it. */
import { expect, test } from 'vitest';
import type { GpuCounts } from '../../workers/gpu/gpu.ts';
import { leverReport, tuningLine } from './lever-report.ts';
import { LEVERS, type LeverName, type LeverRun } from './levers.ts';

const COUNTS: GpuCounts = {
  ...{ submits: 1, passes: 1, dispatches: 34, bindGroups: 0, buffers: 0, bufferWrites: 1, maps: 1 },
};
const IN_FLIGHT = Object.fromEntries(Object.keys(LEVERS).map((name) => [name, 4])) as Record<LeverName, number>;

function run(lever: LeverName, round: number, tokensPerSecond: number, more: Partial<LeverRun> = {}): LeverRun {
  const none = { draftedTokens: 0, acceptedTokens: 0, countsPerToken: COUNTS };
  return { ...none, lever, text: 'drawn', round, tokensPerSecond, ...more };
}

test('a setting is held against all on in the same round, not against its median', () => {
  const runs = [
    ...[run('all on', 1, 100), run('all on', 2, 50), run('all on', 3, 200)],
    ...[run('no fusion', 1, 50), run('no fusion', 2, 25), run('no fusion', 3, 50)],
  ];
  const report = leverReport({ runs, tokensInFlight: { ...IN_FLIGHT, 'no fusion': 2 } });
  expect(report.slice(2)).toEqual([
    '| drawn at temperature 1 | all on | 100 tokens/s (50–200) | 1 | none ran | 4 | 1 | 1 | 34 | 1 | 1 | 0 |',
    '| drawn at temperature 1 | no fusion | 50 tokens/s (25–50) | 0.5 × (0.25–0.5) | none ran | 2 | 1 | 1 | 34 | 1 | 1 | 0 |',
  ]);
  expect(new Set(report.map((line) => line.split('|').length)).size).toBe(1);
});

test('guesses of all rounds are added up, calls averaged, and texts kept apart', () => {
  const repeating = { text: 'repeating', draftedTokens: 70, acceptedTokens: 63 } as const;
  const fewer = { ...COUNTS, submits: 0.5, dispatches: 17, buffers: 1, bindGroups: 2 };
  const runs = [
    ...[run('all on', 1, 10), run('all on', 1, 40, repeating)],
    ...[run('all on', 2, 10), run('all on', 2, 40, { ...repeating, countsPerToken: fewer })],
  ];
  expect(leverReport({ runs, tokensInFlight: IN_FLIGHT }).slice(2)).toEqual([
    '| drawn at temperature 1 | all on | 10 tokens/s | 1 | none ran | 4 | 1 | 1 | 34 | 1 | 1 | 0 |',
    '| one token for ever | all on | 40 tokens/s | 1 | 126 of 140 (90 %) | 4 | 0.75 | 1 | 25.5 | 1 | 1 | 1.5 |',
  ]);
});

test('what measuring the device gained is said, and that it gained nothing', () => {
  const plan = { reduction: 'thread', lanes: 1, rows: 1, groups: 1 } as const;
  const product = { type: 'Q4_0', rows: 64, columns: 64, tokens: 1, plan } as const;
  const same = { ...product, microseconds: 10, defaultMicroseconds: 10 };
  const faster = { ...product, microseconds: 10, defaultMicroseconds: 12.5 };
  expect(tuningLine([same], 500)).toBe(
    'Measuring the device took 0.5 s: products measured: 1; faster by another plan: 0.',
  );
  expect(tuningLine([faster, same], 500)).toContain('products measured: 2; faster by another plan: 1, by 25 % at most');
});
