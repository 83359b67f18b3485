/** Files of random weights: their sizes and types against published files of the same shape, and that our reader takes them. */
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { readGguf } from '../../workers/format/gguf.ts';
import { summarize } from '../../workers/format/summary.ts';
import { bytesSource } from '../../workers/source/bytes-source.ts';
import { createTokenizer } from '../../workers/text/create-tokenizer.ts';
import { modelTensors } from './model-tensors.ts';
import { FILE_TYPES, SHAPES } from './shapes.ts';
import { writeModel } from './write-model.ts';

const weightsOf = (name: keyof typeof SHAPES): number =>
  modelTensors(SHAPES[name], 'Q8_0')
    .filter((tensor) => tensor.name !== 'rope_freqs.weight')
    .reduce((sum, { shape }) => sum + shape.reduce((product, size) => product * size, 1), 0);

// As the models' cards give them.
test.each([
  ['qwen2-0.5b', 494_032_768],
  ['llama-3.2-1b', 1_235_814_400],
  ['llama-3.2-3b', 3_212_749_824],
] as const)('%s has the weights of the model that it is named after', (name, weights) => {
  expect(weightsOf(name)).toBe(weights);
});

describe('Q4_K_M', () => {
  const typesOf = (name: keyof typeof SHAPES, tensor: RegExp): string =>
    modelTensors(SHAPES[name], 'Q4_K_M')
      .filter(({ name }) => tensor.test(name))
      .map(({ type }) => type)
      .join(' ');

  test('gives values and the way down in some layers more bits, by llama.cpp’s rule', () => {
    const finer = 'Q6_K Q6_K Q4_K Q4_K Q6_K Q4_K Q4_K Q6_K Q4_K Q4_K Q6_K Q4_K Q4_K Q6_K Q6_K Q6_K';
    expect(typesOf('llama-3.2-1b', /attn_v/)).toBe(finer);
    expect(typesOf('llama-3.2-1b', /ffn_down/)).toBe(finer);
    expect(typesOf('llama-3.2-1b', /token_embd/)).toBe('Q6_K');
    const others = typesOf('llama-3.2-1b', /attn_[qk]\.|attn_output|ffn_(gate|up)/);
    expect(new Set(others.split(' '))).toEqual(new Set(['Q4_K']));
  });

  test('falls back where rows are no whole number of blocks of 256', () => {
    expect(new Set(typesOf('qwen2-0.5b', /attn_v.weight/).split(' '))).toEqual(new Set(['Q5_0', 'Q8_0']));
    expect(new Set(typesOf('qwen2-0.5b', /ffn_down/).split(' '))).toEqual(new Set(['Q4_K', 'Q6_K']));
    expect(typesOf('qwen2-0.5b', /token_embd/)).toBe('Q8_0');
  });
});

describe('a written file', () => {
  let folder = '';
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'freehold-'))));
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  test.each(FILE_TYPES)('in %s is as large as was said, the same each time, and can be read', async (type) => {
    const [path, again] = [join(folder, 'one.gguf'), join(folder, 'two.gguf')];
    const bytes = await writeModel(path, SHAPES.tiny, type, 'Tiny');
    expect(statSync(path).size).toBe(bytes);
    await writeModel(again, SHAPES.tiny, type, 'Tiny');
    expect(readFileSync(again).equals(readFileSync(path))).toBe(true);
    const model = await readGguf(bytesSource(new Uint8Array(readFileSync(path))));
    expect(summarize(model, 'one.gguf')).toMatchObject({
      ...{ architecture: 'llama', name: 'Tiny', parameters: weightsOf('tiny'), unsupported: null },
      sizes: { layers: 4, embeddingLength: 256, heads: 8, kvHeads: 2, headDim: 32, vocabularySize: 2048 },
    });
  });

  test('takes any text, and gives single tokens to the words of the bench', async () => {
    const path = join(folder, 'one.gguf');
    await writeModel(path, SHAPES.tiny, 'Q8_0', 'Tiny');
    const model = await readGguf(bytesSource(new Uint8Array(readFileSync(path))));
    const tokenizer = createTokenizer(model);
    expect(tokenizer.encode('the a an and of the')).toHaveLength(6);
    const text = 'Grüße, 世界!';
    const bytes = tokenizer.encode(text).flatMap((id) => [...tokenizer.tokenBytes(id)]);
    expect(new TextDecoder().decode(new Uint8Array(bytes)).trim()).toBe(text);
  });

  test('is refused where the vocabulary has no room for the bytes', async () => {
    const shape = { ...SHAPES.tiny, vocabularySize: 100 };
    await expect(writeModel(join(folder, 'one.gguf'), shape, 'Q4_0', 'Tiny')).rejects.toThrow(
      'a vocabulary of 100 is too small',
    );
  });
});
