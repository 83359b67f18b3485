import { describe, expect, test } from 'vitest';
import { randomValues } from '../tools/testing/real-data.ts';
import { nmse, runKernel, testDevices } from '../tools/testing/run-kernel.ts';
import { attentionCombineReference } from './attention-combine.ref.ts';
import { attentionCombine } from './attention-combine.ts';
import { attentionReference } from './attention.ref.ts';
import { rowStride } from './kernel.ts';

const devices = await testDevices();

const cases = [
  { heads: 5, headDim: 24, splitUnit: 7, position: 9, tokens: 4, sinks: true },
  { heads: 1, headDim: 8, splitUnit: 4, position: 0, tokens: 1 },
  { heads: 8, headDim: 40, splitUnit: 4, position: 4, tokens: 3 },
  { heads: 3, headDim: 128, splitUnit: 100, position: 512, tokens: 1 },
  { heads: 4, headDim: 256, splitUnit: 30, position: 77, tokens: 35 },
];

describe.each(devices)('attention-combine on $name', ({ device, variants }) => {
  describe.each(variants)('$real, $reduction', (variant) => {
    test.each(cases)('$heads heads of $headDim, $tokens at $position, splits of $splitUnit', async (given) => {
      const { heads, headDim, splitUnit, position, tokens, sinks = false } = given;
      const outputStride = rowStride(heads * headDim + 1);
      const kvLength = position + tokens;
      const splits = Math.ceil(kvLength / splitUnit);
      const shape = { heads, headDim, splitUnit, mostSplits: splits, outputStride, sinks };
      // Any numbers do, with maxima a few units apart, totals above 0, and empty splits as attention leaves them.
      const partials = randomValues(tokens * heads * splits * (headDim + 2), 1).map((value, i) => {
        const [column, split] = [i % (headDim + 2), Math.floor(i / (headDim + 2)) % splits];
        const token = Math.floor(i / (headDim + 2) / splits / heads);
        const empty = split * splitUnit > position + token;
        if (column === headDim) return empty ? -3.4e38 : Math.fround(5 * value);
        if (empty) return 0;
        return column === headDim + 1 ? Math.fround(1 + value * value) : value;
      });
      const sinkScores = randomValues(heads, 4, 8);
      const result = await runKernel(
        device,
        attentionCombine,
        shape,
        variant,
        { tokens, kvLength },
        {
          partials: Float32Array.from(partials),
          sinks: Float32Array.from(sinkScores),
          output: new Float32Array(tokens * outputStride),
          step: new Uint32Array([position, tokens, 0, 0]),
        },
      );
      const expected = attentionCombineReference(shape, partials, position, tokens, sinkScores);
      expect(nmse(new Float32Array(result['output']!), expected)).toBeLessThanOrEqual(1e-10);
    });
  });
});

describe('the reference', () => {
  test('weighs splits by exp(maximum) and divides by the whole', () => {
    const shape = { heads: 1, headDim: 2, splitUnit: 1, mostSplits: 2, outputStride: 3, sinks: false };
    const partials = [1, 0, Math.log(3), 1, 0, 4, 0, 1];
    // Weights 3 and 1: (3·1 + 1·0) / 4 and (3·0 + 1·4) / 4.
    const output = attentionCombineReference(shape, partials, 1, 1);
    expect(output[0]).toBeCloseTo(0.75, 12);
    expect(output[1]).toBeCloseTo(1, 12);
    expect(output[2]).toBe(0);
  });

  test('a sink takes its share of the whole', () => {
    const shape = { heads: 2, headDim: 1, splitUnit: 4, mostSplits: 1, outputStride: 2, sinks: true };
    // One position each, of score 0 and value 6; sinks of ln 2 and ln 0.5.
    const partials = [6, 0, 1, 6, 0, 1];
    const output = attentionCombineReference(shape, partials, 0, 1, [Math.log(2), -Math.log(2)]);
    expect([...output]).toEqual([expect.closeTo(6 / 3, 12), expect.closeTo(6 / 1.5, 12)]);
  });

  test('does not depend on how attention was split', () => {
    const sizes = { heads: 4, kvHeads: 2, headDim: 8, stride: 64, mostSplits: 20, scale: 0.5 };
    const data = { qkv: randomValues(192, 1), kCache: randomValues(1024, 2), vCache: randomValues(1024, 3) };
    const rows = [20, 7, 3, 1].map((splitUnit) => {
      const partials = attentionReference({ ...sizes, splitUnit }, data, 15, 3);
      const shape = { heads: 4, headDim: 8, splitUnit, mostSplits: 20, outputStride: 32, sinks: false };
      return attentionCombineReference(shape, partials, 15, 3);
    });
    for (const other of rows.slice(1)) expect(nmse(other, rows[0]!)).toBeLessThanOrEqual(1e-28);
  });
});
