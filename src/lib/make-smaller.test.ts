import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { modelSummary } from '../state/testing/samples.ts';
import { keepChoice, keptChoice, sizeChoices } from './make-smaller.ts';

let kept: Record<string, string>;
beforeEach(() => {
  kept = {};
  vi.stubGlobal('localStorage', {
    getItem: (key: string) => kept[key] ?? null,
    setItem: (key: string, value: string) => (kept[key] = value),
    removeItem: (key: string) => Reflect.deleteProperty(kept, key),
  });
});
afterEach(() => {
  vi.unstubAllGlobals();
});

const BF16 = modelSummary({ quantization: 'BF16', parameters: 32_000, fileBytes: 64_500 });

test('models of floats can be made smaller, by how much is said before', () => {
  expect(sizeChoices(BF16).map(({ quantize, weightBytes }) => [quantize, weightBytes])).toEqual([
    [null, 64_500],
    ['Q8_0', 34_000],
    ['Q4_0', 18_000],
  ]);
  expect(sizeChoices(modelSummary({ quantization: 'F16 + F32' }))).toHaveLength(3);
  expect(sizeChoices(modelSummary({ quantization: 'Q4_K + F16' }))).toEqual([]);
});

test('a choice is kept for its model alone, until it is taken back', () => {
  const other = { ...BF16, fileName: 'other.gguf' };
  keepChoice(BF16, 'Q4_0');
  keepChoice(other, 'Q8_0');
  expect([keptChoice(BF16), keptChoice(other), keptChoice({ ...BF16, fileBytes: 1 })]).toEqual(['Q4_0', 'Q8_0', null]);
  keepChoice(BF16, null);
  keepChoice(other, null);
  expect(keptChoice(BF16)).toBe(null);
  expect(kept).toEqual({});
});

test('what is kept but makes no sense counts for nothing', () => {
  for (const text of ['1', '"Q8_0"', 'null', '{"small.gguf 64500":"Q2_K"}', '{']) {
    kept['freehold.quantize'] = text;
    expect(keptChoice(BF16)).toBe(null);
  }
  keepChoice({ ...BF16, quantization: 'Q4_0' }, 'Q8_0');
  expect(keptChoice({ ...BF16, quantization: 'Q4_0' })).toBe(null);
});
