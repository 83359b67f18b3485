/** The reader against an independent one, `@huggingface/gguf`, on real files. */
import { readFile } from 'node:fs/promises';
import { gguf } from '@huggingface/gguf';
import { describe, expect, it } from 'vitest';
import { openFileSource } from '../../tools/testing/file-source.ts';
import { sharedFile } from '../../tools/testing/shared-data.ts';
import { bytesSource } from '../source/bytes-source.ts';
import { errorCode } from '../protocol/errors.ts';
import { readGguf } from './gguf.ts';
import { TENSOR_TYPES, tensorTypeById } from './tensor-types.ts';

const FILES = [
  'vocab/llama-spm.gguf',
  'vocab/gpt-2.gguf',
  'vocab/starcoder.gguf',
  'vocab/deepseek-llm.gguf',
  'vocab/bert-bge.gguf',
  'models/stories260K.gguf',
  'models/stories260K-q8_0.gguf',
];

/** A `fetch` that answers range requests from memory, so that the oracle keeps no file open. */
function ranges(bytes: Uint8Array<ArrayBuffer>): typeof fetch {
  return (_url, init) => {
    const range = /bytes=(\d+)-(\d+)/.exec(new Headers(init?.headers).get('range') ?? '');
    const body = range ? bytes.subarray(Number(range[1]), Number(range[2]) + 1) : bytes;
    return Promise.resolve(new Response(body, { status: range ? 206 : 200 }));
  };
}

describe.each(FILES)('%s', (name) => {
  const path = sharedFile(name);

  it.skipIf(path === null)('reads as @huggingface/gguf reads it', async () => {
    const source = await openFileSource(path!);
    const file = await readGguf(source);
    const oracle = await gguf('https://model.invalid/file.gguf', { fetch: ranges(await readFile(path!)) });
    const { version, tensor_count, kv_count, ...metadata } = oracle.metadata as Record<string, unknown>;
    expect([2, 3]).toContain(version);
    expect(BigInt(file.tensors.size)).toBe(tensor_count);
    expect(BigInt(file.metadata.size)).toBe(kv_count);
    const ours = Object.fromEntries(file.metadata);
    // The oracle's decoder drops a byte order mark; the token of Llama's vocabulary that is one would be empty.
    const tokens = (ours['tokenizer.ggml.tokens'] as string[]).map((token) => token.replace(/^\ufeff/, ''));
    expect({ ...ours, 'tokenizer.ggml.tokens': tokens }).toEqual(metadata);
    for (const info of oracle.tensorInfos) {
      const tensor = file.tensors.get(info.name);
      expect(tensor?.shape).toEqual(info.shape.map(Number).reverse());
      expect(tensor?.byteOffset).toBe(Number(oracle.tensorDataOffset + info.offset));
      expect(tensor?.type).toBe(tensorTypeById(info.dtype)?.name);
    }
    const ends = [...file.tensors.values()].map(({ byteOffset, byteLength }) => byteOffset + byteLength);
    if (ends.length > 0) expect(Math.ceil(Math.max(...ends) / 32) * 32).toBe(source.byteLength);
    await source.close();
  });
});

describe('a real header', () => {
  const path = sharedFile('models/stories260K.gguf');

  it.skipIf(path === null)('cut at every byte is refused as truncated', { timeout: 120_000 }, async () => {
    const source = await openFileSource(path!);
    const file = await readGguf(source);
    const headBytes = Math.min(...[...file.tensors.values()].map(({ byteOffset }) => byteOffset));
    const head = await source.read(0, headBytes);
    await source.close();
    for (let length = 0; length < headBytes; length++) {
      const error: unknown = await readGguf(bytesSource(head.subarray(0, length))).catch((cause: unknown) => cause);
      if (errorCode(error) !== 'FileTruncated') expect.fail(`cut at ${length}: ${String(error)}`);
    }
  });
});

it('tensor types have distinct ids and names', () => {
  expect(new Set(TENSOR_TYPES.map(({ id }) => id)).size).toBe(TENSOR_TYPES.length);
  expect(new Set(TENSOR_TYPES.map(({ name }) => name)).size).toBe(TENSOR_TYPES.length);
});
