import { describe, expect, test } from 'vitest';
import { type FriendlyValue, writeGguf } from '../../tools/testing/write-gguf.ts';
import { errorCode } from '../protocol/errors.ts';
import { bytesSource } from '../source/bytes-source.ts';
import { isCausal, poolingOf, poolingType, writesText } from './embedding-model.ts';
import { readGguf } from './gguf.ts';
import type { ModelFile } from './model-file.ts';

function fileWith(metadata: Record<string, FriendlyValue>): Promise<ModelFile> {
  return readGguf(bytesSource(writeGguf({ metadata })));
}

describe('what a file says of embeddings', () => {
  test.each([
    [0, null],
    [1, 'mean'],
    [2, 'first'],
    [3, 'last'],
    [4, null],
  ])('pooling %i is %s', async (number, pooling) => {
    const file = await fileWith({ 'qwen3.pooling_type': number });
    expect(poolingOf(file, 'qwen3')).toBe(pooling);
    expect(poolingType(file, 'qwen3')).toBe(number);
    expect(writesText(file, 'qwen3')).toBe(number === 0);
    expect(poolingOf(file, 'llama')).toBe(null);
  });

  test('the direction of attention is what the file says, else what its family is', async () => {
    const silent = await fileWith({});
    expect(['llama', 'bert', 'nomic-bert'].map((name) => isCausal(silent, name))).toEqual([true, false, false]);
    expect(writesText(silent, 'llama')).toBe(true);
    expect(writesText(silent, 'bert')).toBe(false);
    const bothWays = await fileWith({ 'llama.attention.causal': false });
    expect(isCausal(bothWays, 'llama')).toBe(false);
    expect(writesText(bothWays, 'llama')).toBe(false);
  });

  test('values of a wrong type are malformed', async () => {
    const file = await fileWith({ 'bert.pooling_type': 'mean', 'bert.attention.causal': 0 });
    for (const read of [poolingType, poolingOf, isCausal]) {
      const code = (() => {
        try {
          return read(file, 'bert');
        } catch (error) {
          return errorCode(error);
        }
      })();
      expect(code).toBe('FileMalformed');
    }
  });
});
