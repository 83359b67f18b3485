import { describe, expect, test } from 'vitest';
import { randomValues } from '../tools/testing/real-data.ts';
import { nmse, runKernel, testDevices } from '../tools/testing/run-kernel.ts';
import { samplerSettings, samplerUniform } from '../tools/testing/sampler-settings.ts';
import { rowStride } from './kernel.ts';
import { penalizeReference } from './penalize.ref.ts';
import { penalize } from './penalize.ts';

const devices = await testDevices();
const vocabularySize = 131;

const cases = [
  { penaltyWindow: 64, position: 0, tokens: 1 },
  { penaltyWindow: 0, position: 40, tokens: 1 },
  { penaltyWindow: 64, position: 40, tokens: 3 },
  { penaltyWindow: 64, position: 300, tokens: 1 },
  { penaltyWindow: 256, position: 400, tokens: 35 },
];

describe.each(devices)('penalize on $name', ({ device, variants }) => {
  test.each(cases)('window $penaltyWindow, $tokens at $position', async ({ penaltyWindow, position, tokens }) => {
    const sampler = samplerSettings({
      penaltyWindow,
      repetitionPenalty: 1.3,
      frequencyPenalty: 0.2,
      presencePenalty: 0.7,
    });
    const logits = randomValues(vocabularySize, 1, 10);
    logits[5] = -Infinity;
    // Ids up to 20 come often, one lies past the logits; what comes after the step must not count.
    const sequence = [...randomValues(position + tokens, 2)].map((value) => Math.floor(10 * (value + 1)));
    sequence[0] = vocabularySize;
    const result = await runKernel(
      device,
      penalize,
      { vocabularySize },
      variants[0]!,
      { tokens, kvLength: 1 },
      {
        tokens: new Uint32Array([...sequence, 100, 101]),
        logits: Float32Array.from(logits),
        sampler: samplerUniform(sampler),
        step: new Uint32Array([position, tokens, 0, 0]),
      },
    );
    const expected = penalizeReference(logits, sequence, sampler);
    const actual = new Float32Array(result['logits']!);
    expect(actual[5]).toBe(-Infinity);
    expect(nmse(actual.with(5, 0), expected.with(5, 0))).toBeLessThanOrEqual(1e-13);
  });

  test('a row for each draft and the token before them, each penalised for what stands before its own place', async () => {
    const settings = { repetitionPenalty: 1.3, frequencyPenalty: 0.2, presencePenalty: 0.7 };
    const sampler = samplerSettings({ penaltyWindow: 5, ...settings });
    const stride = rowStride(vocabularySize);
    const logits = randomValues(4 * stride, 3, 10);
    const sequence = [7, 8, 7, 9, 10, 9, 11, 8, 12];
    const result = await runKernel(
      device,
      penalize,
      { vocabularySize },
      variants[0]!,
      { tokens: 4, kvLength: 9, drafts: 3 },
      {
        tokens: new Uint32Array(sequence),
        logits: Float32Array.from(logits),
        sampler: samplerUniform(sampler),
        step: new Uint32Array([5, 4, 3, 0]),
      },
    );
    const expected = Float64Array.from(logits);
    for (let row = 0; row < 4; row++) {
      const own = expected.subarray(row * stride, row * stride + vocabularySize);
      own.set(penalizeReference(own, sequence.slice(0, 6 + row), sampler));
    }
    expect(nmse(new Float32Array(result['logits']!), expected)).toBeLessThanOrEqual(1e-13);
  });
});

test('the reference: counts, changes each token once, and only what the window holds', () => {
  const sampler = samplerSettings({
    penaltyWindow: 4,
    repetitionPenalty: 2,
    frequencyPenalty: 0.25,
    presencePenalty: 1,
  });
  const sequence = [0, 3, 1, 3, 1, 1];
  expect([...penalizeReference([8, 8, 8, -8], sequence, sampler)]).toEqual([8, 4 - 0.75 - 1, 8, -16 - 0.25 - 1]);
});
