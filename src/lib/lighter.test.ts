import { describe, expect, it } from 'vitest';
import { modelSummary } from '../state/testing/samples.ts';
import { lighterLoads } from './lighter.ts';

describe('lighterLoads', () => {
  it('halves the context that was tried, or that is usual', () => {
    const long = modelSummary({ contextLength: 32_768 });
    expect(lighterLoads(long, { contextLength: 8192 }).map(({ options }) => options)).toEqual([
      { contextLength: 4096 },
    ]);
    const [usual] = lighterLoads(long, {});
    expect([usual!.label(), usual!.options]).toEqual([
      'Load with a context of 2,048 tokens, not 4,096',
      { contextLength: 2048 },
    ]);
    expect(lighterLoads(modelSummary({ contextLength: 1024 }), {})[0]!.options).toEqual({ contextLength: 512 });
  });

  it('ends where there would be no room for a conversation', () => {
    expect(lighterLoads(modelSummary({ contextLength: 511 }), {})).toEqual([]);
  });

  it('makes weights of floats smaller, step by step', () => {
    const floats = modelSummary({ quantization: 'F16', contextLength: 2 });
    expect(lighterLoads(floats, { quantize: null }).map(({ options }) => options)).toEqual([{ quantize: 'Q8_0' }]);
    expect(lighterLoads(floats, { quantize: 'Q8_0' }).map(({ options }) => options)).toEqual([{ quantize: 'Q4_0' }]);
    expect(lighterLoads(floats, { quantize: 'Q4_0' })).toEqual([]);
  });
});
