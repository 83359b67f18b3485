import { describe, expect, it } from 'vitest';
import { GGUF_QUANT_TYPES, quantFormats } from '../../shaders/quant/format.ts';
import { writeGguf } from '../../tools/testing/write-gguf.ts';
import type { FriendlyValue, TensorToWrite } from '../../tools/testing/write-gguf.ts';
import { errorCode } from '../protocol/errors.ts';
import type { ModelSummary } from '../protocol/model.ts';
import { bytesSource } from '../source/bytes-source.ts';
import { readGguf } from './gguf.ts';
import { summarize } from './summary.ts';
import { tensorTypeByName } from './tensor-types.ts';

const METADATA: Record<string, FriendlyValue> = {
  'general.architecture': 'llama',
  'general.name': 'Small',
  'llama.context_length': 2048,
  'tokenizer.ggml.model': 'gpt2',
  'tokenizer.ggml.pre': 'llama-bpe',
};

function tensor(name: string, type: string, rows: number): TensorToWrite {
  const { blockElements, blockBytes } = tensorTypeByName(type)!;
  return { name, type, shape: [rows, 256], bytes: new Uint8Array(((rows * 256) / blockElements) * blockBytes) };
}

async function summary(
  metadata: Record<string, FriendlyValue> = {},
  tensors: readonly TensorToWrite[] = [tensor('a', 'Q4_K', 8), tensor('b', 'F32', 1)],
): Promise<ModelSummary> {
  const bytes = writeGguf({ metadata: { ...METADATA, ...metadata }, tensors });
  return summarize(await readGguf(bytesSource(bytes)), 'small.gguf');
}

describe('summarize', () => {
  it('says what the file says', async () => {
    expect(
      await summary({
        'general.license': 'mit',
        'general.author': 'A. Person',
        'tokenizer.chat_template': '{{ messages }}',
      }),
    ).toEqual({
      name: 'Small',
      fileName: 'small.gguf',
      fileBytes: expect.any(Number) as number,
      architecture: 'llama',
      quantization: 'Q4_K + F32',
      parameters: 9 * 256,
      contextLength: 2048,
      license: 'mit',
      author: 'A. Person',
      hasChatTemplate: true,
      sampling: {},
      unsupported: null,
    });
  });

  it('reads the sizes that memory follows from, where the file has them all', async () => {
    const metadata = {
      'llama.block_count': 16,
      'llama.embedding_length': 2048,
      'llama.feed_forward_length': 8192,
      'llama.attention.head_count': 32,
      'llama.attention.head_count_kv': 8,
    };
    const tensors = [tensor('token_embd.weight', 'Q8_0', 96)];
    const sizes = {
      ...{ layers: 16, embeddingLength: 2048, feedForwardLength: 8192, heads: 32, kvHeads: 8, headDim: 64 },
      ...{ vocabularySize: 96, experts: null },
    };
    expect((await summary(metadata, tensors)).sizes).toEqual(sizes);
    const experts = {
      'llama.expert_count': 128,
      'llama.expert_used_count': 8,
      'llama.expert_feed_forward_length': 768,
      'llama.attention.key_length': 128,
    };
    const mixture = { ...sizes, headDim: 128, feedForwardLength: 768, experts: { count: 128, used: 8 } };
    expect((await summary({ ...metadata, ...experts }, tensors)).sizes).toEqual(mixture);
    expect((await summary({ ...metadata, 'llama.expert_count': 128 }, tensors)).sizes).toBeUndefined();
    const byLayer = { 'llama.attention.head_count_kv': [8, 4] };
    expect((await summary({ ...metadata, ...byLayer }, tensors)).sizes).toBeUndefined();
    expect((await summary(metadata)).sizes).toBeUndefined();
  });

  it('names the types that most weights have, not the norms', async () => {
    const tensors = [tensor('a', 'Q4_K', 80), tensor('b', 'Q6_K', 16), tensor('c', 'F32', 1)];
    expect((await summary({}, tensors)).quantization).toBe('Q4_K + Q6_K');
    expect((await summary({}, [tensor('a', 'Q8_0', 80), tensor('c', 'F32', 1)])).quantization).toBe('Q8_0');
  });

  it('falls back to the file name, and claims no licence, author or template', async () => {
    expect(await summary({ 'general.name': ' ' })).toMatchObject({
      name: 'small.gguf',
      license: null,
      author: null,
      hasChatTemplate: false,
    });
  });

  it('shows no control or direction characters, and not endless text', async () => {
    const { name } = await summary({ 'general.name': `a\u202eb\u0000c\n${'d'.repeat(500)}` });
    expect(name).toMatch(/^a\ufffdb\ufffdc\ufffdd+$/);
    expect(name).toHaveLength(200);
    const file = await readGguf(bytesSource(writeGguf({ metadata: METADATA, tensors: [] })));
    expect(summarize(file, 'a\u202eb.gguf').fileName).toBe('a\ufffdb.gguf');
  });

  it('reads how its maker recommends to sample, and drops what no sampler takes', async () => {
    const float = (value: number) => ({ type: 'float32', value }) as const;
    const { sampling } = await summary({
      'general.sampling.temp': float(0.3),
      'general.sampling.top_k': { type: 'int32', value: -1 },
      'general.sampling.top_p': float(7),
      'general.sampling.min_p': 'much',
      'general.sampling.penalty_repeat': float(1.1),
    });
    expect(sampling).toEqual({ temperature: 0.3, topK: 0, repetitionPenalty: 1.1 });
    expect((await summary({})).sampling).toEqual({});
  });

  it.each<[string, Record<string, FriendlyValue>, RegExp]>([
    ['another architecture', { 'general.architecture': 'gemma9' }, /architecture "gemma9" are not supported yet/],
    ['a part of a split file', { 'split.count': { type: 'uint16', value: 3 }, 'split.no': 0 }, /one of 3 parts/],
    ['an adapter', { 'general.type': 'adapter' }, /no whole model but "adapter"/],
    [
      'a mixture of experts of a family that has none',
      { 'general.architecture': 'qwen2', 'qwen2.expert_count': 8 },
      /"qwen2" that are made of several experts/,
    ],
    ['no context length', { 'llama.context_length': 0 }, /how long a text/],
    ['an unknown tokenizer', { 'tokenizer.ggml.model': 'rwkv' }, /tokenizer kind "rwkv"/],
  ])('says why it cannot run %s', async (_what, metadata, message) => {
    expect((await summary(metadata)).unsupported).toMatch(message);
  });

  it.each([
    ['brand-new', ['a', '1', '2'], 'qwen2'],
    ['constructor', ['a', '1', '12', '123'], 'llama-bpe'],
    ['newer', ['a', '1', '12', '123', '1234'], 'gpt-2'],
    ['newest', ['a', '1', '\u01201'], 'gpt-2'],
  ])('names the unknown pre-tokenizer %s and one that fits %j', async (name, tokens, suggested) => {
    const known = await summary({ 'tokenizer.ggml.model': 'gpt2', 'tokenizer.ggml.pre': 'qwen2' });
    expect(known.unknownPreTokenizer).toBe(undefined);
    const found = await summary({
      'tokenizer.ggml.model': 'gpt2',
      'tokenizer.ggml.pre': name,
      'tokenizer.ggml.tokens': tokens,
    });
    expect(found).toMatchObject({ unknownPreTokenizer: { name, suggested }, unsupported: null });
  });

  it.each<[string, Record<string, FriendlyValue>]>([
    ['pools the states of a text', { 'llama.pooling_type': 3 }],
    ['looks both ways', { 'llama.attention.causal': false }],
    ['is an encoder', { 'general.architecture': 'bert', 'bert.context_length': 512 }],
  ])('says of a model that %s that it makes embeddings and cannot chat', async (_what, metadata) => {
    expect((await summary(metadata)).unsupported).toMatch(/makes embeddings.*cannot chat/);
  });

  it('says rather why a model cannot run than that it cannot chat', async () => {
    expect(
      (
        await summary({
          'general.architecture': 'granite',
          'granite.context_length': 512,
          'granite.pooling_type': 1,
          'granite.expert_count': 8,
        })
      ).unsupported,
    ).toMatch(/experts/);
  });

  it('says why it cannot run unsupported tensor types, naming each', async () => {
    const { unsupported } = await summary({}, [tensor('a', 'Q8_K', 8), tensor('b', 'I8', 8), tensor('c', 'F32', 8)]);
    expect(unsupported).toMatch(/type I8, Q8_K are not supported yet\. Choose a file in one of these: F32.*\.$/);
  });

  it('lists the tensor types that have kernels, with their own blocks', async () => {
    const { unsupported } = await summary({}, [tensor('a', 'Q8_K', 8)]);
    expect(unsupported!.match(/one of these: (.*)\.$/)![1]!.split(', ')).toEqual(GGUF_QUANT_TYPES);
    for (const type of GGUF_QUANT_TYPES) {
      const { blockElements, blockBytes } = tensorTypeByName(type)!;
      expect(quantFormats[type]).toMatchObject({ blockElements, blockBytes });
    }
  });

  it('says that a vocabulary is no model', async () => {
    expect((await summary({}, [])).unsupported).toMatch(/only a vocabulary/);
  });

  it('refuses a file that names no architecture', async () => {
    const error: unknown = await readGguf(bytesSource(writeGguf({ metadata: {} })))
      .then((file) => summarize(file, 'x.gguf'))
      .catch((cause: unknown) => cause);
    expect(errorCode(error)).toBe('FileMalformed');
    expect((error as Error).message).toContain('"general.architecture" is missing');
  });
});
