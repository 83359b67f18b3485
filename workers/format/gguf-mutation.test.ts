/** Laws for hostile files: whatever bytes change, reading ends soon, allocates little, and fails with a typed error. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { writeGguf } from '../../tools/testing/write-gguf.ts';
import { errorCode } from '../protocol/errors.ts';
import { bytesSource } from '../source/bytes-source.ts';
import { readGguf } from './gguf.ts';
import { summarize } from './summary.ts';

const BYTES = writeGguf({
  metadata: {
    'general.architecture': 'llama',
    'general.alignment': 32,
    'llama.context_length': 512,
    'tokenizer.ggml.model': 'llama',
    'tokenizer.ggml.tokens': ['<unk>', '<s>', '</s>', 'a', 'b'],
    'tokenizer.ggml.scores': { type: 'array', itemType: 'float32', value: [0, 0, 0, -1, -2] },
    nested: { type: 'array', itemType: 'array', value: [{ type: 'array', itemType: 'uint16', value: [1, 2] }] },
    large: { type: 'uint64', value: 2 ** 40 },
  },
  tensors: [
    { name: 'token_embd.weight', type: 'Q4_K', shape: [2, 256], bytes: new Uint8Array(288) },
    { name: 'output_norm.weight', type: 'F32', shape: [8], bytes: new Uint8Array(32) },
  ],
});
const HOSTILE_VALUES = [0n, 1n, 13n, 255n, 2n ** 31n, 2n ** 32n - 1n, 2n ** 32n, 2n ** 53n, 2n ** 63n, 2n ** 64n - 1n];
const HEAD_BYTES = BYTES.length - 320;

const mutation = fc.oneof(
  fc.record({ kind: fc.constant('byte'), at: fc.nat(HEAD_BYTES), value: fc.nat(255) }),
  fc.record({ kind: fc.constant('u64'), at: fc.nat(HEAD_BYTES), value: fc.nat(HOSTILE_VALUES.length - 1) }),
  fc.record({ kind: fc.constant('u32'), at: fc.nat(HEAD_BYTES), value: fc.nat(HOSTILE_VALUES.length - 1) }),
  fc.record({ kind: fc.constant('cut'), at: fc.nat(BYTES.length), value: fc.constant(0) }),
  fc.record({ kind: fc.constant('copy'), at: fc.nat(HEAD_BYTES), value: fc.nat(HEAD_BYTES) }),
);

function mutated(mutations: readonly { kind: string; at: number; value: number }[]): Uint8Array {
  let bytes = BYTES.slice();
  for (const { kind, at, value } of mutations) {
    const view = new DataView(bytes.buffer);
    const hostile = HOSTILE_VALUES[value] ?? 0n;
    if (kind === 'cut') bytes = bytes.slice(0, at);
    else if (kind === 'byte' && at < bytes.length) bytes[at] = value;
    else if (kind === 'u64' && at + 8 <= bytes.length) view.setBigUint64(at, hostile, true);
    else if (kind === 'u32' && at + 4 <= bytes.length) view.setUint32(at, Number(hostile & 0xffffffffn), true);
    else if (kind === 'copy') bytes.copyWithin(at, value, value + 16);
  }
  return bytes;
}

it(
  'every mutation is read or refused with a typed error, within a second, in small reads',
  { timeout: 60_000 },
  async () => {
    let refused = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(mutation, { minLength: 1, maxLength: 4 }), async (mutations) => {
        const bytes = mutated(mutations);
        const source = bytesSource(bytes);
        const startMs = performance.now();
        try {
          const file = await readGguf({
            byteLength: bytes.length,
            read: (offset, length) => {
              expect(offset + length).toBeLessThanOrEqual(bytes.length);
              return source.read(offset, length);
            },
          });
          for (const { byteOffset, byteLength } of file.tensors.values())
            expect(byteOffset + byteLength).toBeLessThanOrEqual(bytes.length);
          summarize(file, 'mutant.gguf');
        } catch (error) {
          refused += 1;
          if (errorCode(error) === null) throw error;
          expect(['FileMalformed', 'FileTruncated', 'FileUnsupported']).toContain(errorCode(error));
        }
        expect(performance.now() - startMs).toBeLessThan(1000);
      }),
      { numRuns: 10_000, seed: 20_261_121 },
    );
    expect(refused).toBeGreaterThan(1000);
  },
);

it('a file that claims to be huge gets no more memory than its bytes justify', async () => {
  const claims = HOSTILE_VALUES.flatMap((value) =>
    Array.from({ length: HEAD_BYTES - 8 }, (_, at) => {
      const bytes = BYTES.slice();
      new DataView(bytes.buffer).setBigUint64(at, value, true);
      return bytes;
    }),
  );
  // The source says that it is 1 TiB long, so no claim is refused for lack of room; it gives zeros past the real bytes.
  let largestRead = 0;
  let readBytes = 0;
  for (const bytes of claims) {
    readBytes = 0;
    await readGguf({
      byteLength: 2 ** 40,
      read: (offset, length) => {
        largestRead = Math.max(largestRead, length);
        readBytes += length;
        if (readBytes > 64 * 1024 * 1024) return Promise.reject(new Error(`read ${readBytes} bytes`));
        const window = new Uint8Array(length);
        if (offset < bytes.length) window.set(bytes.subarray(offset, offset + length));
        return Promise.resolve(window);
      },
    }).catch((error: unknown) => {
      if (errorCode(error) === null) throw error;
    });
  }
  expect(largestRead).toBeLessThanOrEqual(64 * 1024 * 1024);
});
