/** Laws for hostile safetensors: whatever bytes change, reading ends soon, allocates little, and fails with a typed error. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { writeSafetensors } from '../../tools/testing/write-safetensors.ts';
import { errorCode } from '../protocol/errors.ts';
import { bytesSource } from '../source/bytes-source.ts';
import { readSafetensors } from './safetensors.ts';

const BYTES = writeSafetensors(
  ['model.embed_tokens.weight', 'model.norm.weight', 'model.layers.0.self_attn.q_proj.weight'].map((name, index) => ({
    name,
    dtype: ['F32', 'BF16', 'F16'][index]!,
    shape: [2, 4 + index],
    bytes: new Uint8Array([32, 20, 24][index]!),
  })),
  { format: 'pt' },
);
const HEAD_BYTES = BYTES.length - 76;
const ALLOWED = ['FileMalformed', 'FileTruncated', 'FileUnsupported'];
/** What breaks parsers of JSON and of numbers. */
const HOSTILE_TEXT = [
  '"',
  '{',
  '}',
  '[',
  ']',
  ',',
  ':',
  '\\u',
  '9',
  '-',
  'e9',
  '.',
  '99999999',
  '"t":',
  '\0',
  'null',
  '[[[[',
];
const HOSTILE_LENGTHS = [0n, 1n, 255n, 2n ** 24n, 2n ** 31n, 2n ** 32n, 2n ** 53n, 2n ** 63n, 2n ** 64n - 1n];

const mutation = fc.oneof(
  fc.record({ kind: fc.constant('byte'), at: fc.nat(HEAD_BYTES), value: fc.nat(255) }),
  fc.record({ kind: fc.constant('digit'), at: fc.nat(HEAD_BYTES), value: fc.nat(9) }),
  fc.record({ kind: fc.constant('text'), at: fc.nat(HEAD_BYTES), value: fc.nat(HOSTILE_TEXT.length - 1) }),
  fc.record({ kind: fc.constant('length'), at: fc.constant(0), value: fc.nat(HOSTILE_LENGTHS.length - 1) }),
  fc.record({ kind: fc.constant('cut'), at: fc.nat(BYTES.length), value: fc.constant(0) }),
  fc.record({ kind: fc.constant('copy'), at: fc.nat(HEAD_BYTES), value: fc.nat(HEAD_BYTES) }),
);

function mutated(mutations: readonly { kind: string; at: number; value: number }[]): Uint8Array {
  let bytes = BYTES.slice();
  for (const { kind, at, value } of mutations) {
    if (kind === 'cut') bytes = bytes.slice(0, at);
    else if (kind === 'byte' && at < bytes.length) bytes[at] = value;
    else if (kind === 'digit' && bytes[at]! >= 0x30 && bytes[at]! <= 0x39) bytes[at] = 0x30 + value;
    else if (kind === 'text' && at + 8 < bytes.length) bytes.set(new TextEncoder().encode(HOSTILE_TEXT[value]), at);
    else if (kind === 'length' && bytes.length >= 8)
      new DataView(bytes.buffer).setBigUint64(0, HOSTILE_LENGTHS[value]!, true);
    else if (kind === 'copy') bytes.copyWithin(at, value, value + 16);
  }
  return bytes;
}

it(
  'every mutation is read or refused with a typed error, within a second, in small reads',
  { timeout: 120_000 },
  async () => {
    let refused = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(mutation, { minLength: 1, maxLength: 4 }), async (mutations) => {
        const bytes = mutated(mutations);
        const source = bytesSource(bytes);
        const startMs = performance.now();
        try {
          const { tensors } = await readSafetensors({
            byteLength: bytes.length,
            read: (offset, length) => {
              expect(offset + length).toBeLessThanOrEqual(bytes.length);
              return source.read(offset, length);
            },
          });
          let dataBytes = 0;
          for (const { byteOffset, byteLength } of tensors.values()) {
            expect(byteOffset + byteLength).toBeLessThanOrEqual(bytes.length);
            dataBytes += byteLength;
          }
          expect(dataBytes).toBe(bytes.length - 8 - Number(new DataView(bytes.buffer).getBigUint64(0, true)));
        } catch (error) {
          refused += 1;
          if (errorCode(error) === null) throw error;
          expect(ALLOWED).toContain(errorCode(error));
        }
        expect(performance.now() - startMs).toBeLessThan(1000);
      }),
      { numRuns: 10_000, seed: 20_261_121 },
    );
    expect(refused).toBeGreaterThan(1000);
  },
);

it('a file that claims to be huge gets no more memory than its header may have', async () => {
  let largestRead = 0;
  for (const length of HOSTILE_LENGTHS) {
    const bytes = BYTES.slice();
    new DataView(bytes.buffer).setBigUint64(0, length, true);
    let readBytes = 0;
    const error: unknown = await readSafetensors({
      byteLength: 2 ** 45,
      read: (offset, count) => {
        largestRead = Math.max(largestRead, count);
        readBytes += count;
        if (readBytes > 64 * 2 ** 20) return Promise.reject(new Error(`read ${readBytes} bytes`));
        const window = new Uint8Array(count);
        if (offset < bytes.length) window.set(bytes.subarray(offset, offset + count));
        return Promise.resolve(window);
      },
    }).catch((cause: unknown) => cause);
    expect(ALLOWED).toContain(errorCode(error));
  }
  expect(largestRead).toBeGreaterThan(2 ** 24 - 2 ** 20);
  expect(largestRead).toBeLessThanOrEqual(2 ** 24);
});
