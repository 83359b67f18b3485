import { describe, expect, it } from 'vitest';
import { modelSummary } from '../src/state/testing/samples.ts';
import { Embeddings, type EmbeddingsRequest } from './embeddings.ts';
import { EngineQueue } from './engine-queue.ts';
import { scriptedEngine } from '../tools/testing/scripted-engine.ts';

const embeddings = new Embeddings(new EngineQueue(scriptedEngine([]).api), modelSummary());

describe('embeddings.create', () => {
  it.each([
    ['a text', 'abc', [[3, -0.5]]],
    [
      'texts',
      ['a', 'ab'],
      [
        [1, -0.5],
        [2, -0.5],
      ],
    ],
    ['ids', [5, 6], [[2, -0.5]]],
    [
      'ids of several texts',
      [[5], [6, 7, 8]],
      [
        [1, -0.5],
        [3, -0.5],
      ],
    ],
  ])('embeds %s', async (_what, input, vectors) => {
    const tokens = vectors.reduce((sum, [length]) => sum + length!, 0);
    expect(await embeddings.create({ input } as EmbeddingsRequest)).toEqual({
      object: 'list',
      data: vectors.map((embedding, index) => ({ object: 'embedding', index, embedding })),
      model: 'Small',
      usage: { prompt_tokens: tokens, total_tokens: tokens },
    });
  });

  it('gives floats in base64, little-endian', async () => {
    const { data } = await embeddings.create({ input: 'abc', encoding_format: 'base64' });
    // 3 is 40400000, −0.5 is BF000000.
    expect(data[0]!.embedding).toBe(Buffer.from('00004040000000bf', 'hex').toString('base64'));
  });

  it.each([
    [{ input: [] }, 'input'],
    [{ input: 5 }, 'input'],
    [{ input: ['a', 5] }, 'input[1]'],
    [{ input: 'a', encoding_format: 'hex' }, 'encoding_format'],
    [{ input: 'a', dimensions: 8 }, 'dimensions'],
  ])('refuses by the field: %j', async (request, param) => {
    const asked = embeddings.create(request as EmbeddingsRequest);
    await expect(asked).rejects.toMatchObject({ name: 'FreeholdError', code: 'SettingInvalid', param });
  });

  it('rejects with the engine’s code, or when aborted', async () => {
    await expect(embeddings.create({ input: ['a', 'far too long'] })).rejects.toMatchObject({ code: 'ContextFull' });
    const signal = AbortSignal.abort();
    await expect(embeddings.create({ input: 'a' }, { signal })).rejects.toMatchObject({ name: 'AbortError' });
  });
});
