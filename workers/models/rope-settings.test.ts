import { expect, test } from 'vitest';
import { randomModel, type RandomModelOptions } from '../../tools/testing/random-model.ts';
import { type FriendlyValue, writeGguf } from '../../tools/testing/write-gguf.ts';
import { readGguf } from '../format/gguf.ts';
import { bytesSource } from '../source/bytes-source.ts';
import { ropeSettings } from './rope-settings.ts';
import { readShape } from './shape.ts';

const SIZES = { layers: 1, embedding: 32, feedForward: 32, heads: 2, kvHeads: 1 } as const;
const float = (value: number): FriendlyValue => ({ type: 'float32', value });

async function settings(options: RandomModelOptions, contextLength = 512) {
  const file = await readGguf(bytesSource(writeGguf(randomModel({ ...SIZES, ...options }))));
  return ropeSettings(file, readShape(file), contextLength);
}

test('a file that says nothing of scaling turns by its base alone', async () => {
  const { base, scaling, frequencyFactors } = await settings({ metadata: { 'llama.rope.freq_base': float(500_000) } });
  expect(base).toBe(500_000);
  expect(scaling).toEqual({ type: 'linear', factor: 1, attentionFactor: 1 });
  expect(frequencyFactors).toBeUndefined();
});

test('a factor without a kind is linear, under its old name too, and 0 is none', async () => {
  for (const name of ['scaling.factor', 'scale_linear']) {
    const { scaling } = await settings({ metadata: { [`llama.rope.${name}`]: float(4) } });
    expect(scaling).toEqual({ type: 'linear', factor: 4, attentionFactor: 1 });
  }
  const { scaling } = await settings({ metadata: { 'llama.rope.scaling.factor': float(0) } });
  expect(scaling).toMatchObject({ factor: 1 });
});

test('the kind "none" wins over a factor', async () => {
  const metadata = { 'llama.rope.scaling.type': 'none', 'llama.rope.scaling.factor': float(4) };
  expect((await settings({ metadata })).scaling).toEqual({ type: 'none' });
});

test('yarn: the original context is the trained one where the file has none; the magnitude grows with the factor', async () => {
  const metadata = { 'llama.rope.scaling.type': 'yarn', 'llama.rope.scaling.factor': float(4) };
  const { scaling } = await settings({ metadata, contextLength: 256 });
  const attentionFactor = 1 + 0.1 * Math.log(4);
  expect(scaling).toEqual({
    type: 'yarn',
    factor: 4,
    originalContextLength: 256,
    attentionFactor,
    betaFast: 32,
    betaSlow: 1,
  });
});

test('LongRoPE takes the short factors within the original context and the long ones beyond', async () => {
  // Width 48, so that both heads hold the 16 values that turn.
  const options = { architecture: 'phi3', embedding: 48 } as const;
  const long = await settings(options, 257);
  const short = await settings(options, 256);
  expect(long.frequencyFactors).toHaveLength(8);
  expect(short.frequencyFactors).toHaveLength(8);
  expect([...long.frequencyFactors!]).not.toEqual([...short.frequencyFactors!]);
  expect(long.scaling).toEqual({ type: 'linear', factor: 1, attentionFactor: expect.closeTo(1.19, 6) as number });
});

test('an unknown kind and factors of another length are refused', async () => {
  const unknown = { metadata: { 'llama.rope.scaling.type': 'spiral' } };
  await expect(settings(unknown)).rejects.toMatchObject({ name: 'FileUnsupported' });
  const halved = { ropeFactors: true, metadata: { 'llama.rope.dimension_count': 8 } };
  await expect(settings(halved)).rejects.toMatchObject({ name: 'ShapeMismatch' });
});
