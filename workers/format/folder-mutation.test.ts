/** Laws for hostile model folders: whatever bytes of their JSON change, reading ends soon and fails with a typed error. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { huggingFaceTwin } from '../../tools/testing/hugging-face-twin.ts';
import { mlcTwin, withoutLowestCode } from '../../tools/testing/mlc-twin.ts';
import { randomModel } from '../../tools/testing/random-model.ts';
import { type ErrorCode, errorCode } from '../protocol/errors.ts';
import type { NamedSource } from '../source/byte-source.ts';
import { bytesSource } from '../source/bytes-source.ts';
import { readHuggingFace } from './hugging-face.ts';
import { mlcModelFile } from './mlc-model-file.ts';
import { readMlc } from './mlc.ts';

const SIZES = { layers: 1, embedding: 32, feedForward: 32, heads: 2, kvHeads: 1 } as const;
const ALLOWED: readonly (ErrorCode | null)[] = [
  'FileMalformed',
  'FileTruncated',
  'FileUnsupported',
  'NotFound',
  'ShapeMismatch',
  'TensorMissing',
  'TensorUnsupported',
];
const FOLDERS = {
  'Hugging Face': {
    files: huggingFaceTwin(randomModel({ ...SIZES, type: 'F16' }), 2),
    read: readHuggingFace,
  },
  MLC: {
    files: mlcTwin(withoutLowestCode(randomModel({ ...SIZES, type: 'Q4_0' })), 'q4f16_1'),
    read: async (files: readonly NamedSource[]) => mlcModelFile(await readMlc(files)),
  },
};
const HOSTILE_TEXT = ['"', '{', '}', '[', ']', ',', ':', '\\u', '9', '-', 'e9', '.', '99999999', '1e300', '\0', 'null'];

const mutation = fc.oneof(
  fc.record({ kind: fc.constant('byte'), at: fc.nat(99_999), value: fc.nat(255) }),
  fc.record({ kind: fc.constant('digit'), at: fc.nat(99_999), value: fc.nat(9) }),
  fc.record({ kind: fc.constant('text'), at: fc.nat(99_999), value: fc.nat(HOSTILE_TEXT.length - 1) }),
  fc.record({ kind: fc.constant('cut'), at: fc.nat(99_999), value: fc.constant(0) }),
  fc.record({ kind: fc.constant('copy'), at: fc.nat(99_999), value: fc.nat(99_999) }),
);

function mutated(original: Uint8Array, mutations: readonly { kind: string; at: number; value: number }[]): Uint8Array {
  let bytes = original.slice();
  for (const { kind, at: anywhere, value } of mutations) {
    if (bytes.length < 32) break;
    const at = anywhere % (bytes.length - 16);
    // The next digit, so that numbers change and not only their surroundings.
    const digit = bytes.findIndex((byte, index) => index >= at && byte >= 0x30 && byte <= 0x39);
    if (kind === 'cut') bytes = bytes.slice(0, at);
    else if (kind === 'byte') bytes[at] = value;
    else if (kind === 'digit' && digit >= 0) bytes[digit] = 0x30 + value;
    else if (kind === 'text') bytes.set(new TextEncoder().encode(HOSTILE_TEXT[value]), at);
    else if (kind === 'copy') bytes.copyWithin(at, value % bytes.length, (value % bytes.length) + 16);
  }
  return bytes;
}

it.each(Object.entries(FOLDERS))(
  '%s: every mutation is read or refused, within a second',
  { timeout: 120_000 },
  async (_name, { files, read }) => {
    const texts = files.filter(({ fileName }) => fileName.endsWith('.json'));
    const originals = await Promise.all(texts.map((file) => file.read(0, file.byteLength)));
    let refused = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.nat(texts.length - 1),
        fc.array(mutation, { minLength: 1, maxLength: 3 }),
        async (which, mutations) => {
          const changed = { ...bytesSource(mutated(originals[which]!, mutations)), fileName: texts[which]!.fileName };
          const startMs = performance.now();
          try {
            const { tensors, source } = await read(files.map((file) => (file === texts[which] ? changed : file)));
            for (const { byteOffset, byteLength } of tensors.values())
              expect(byteOffset + byteLength).toBeLessThanOrEqual(source.byteLength);
          } catch (error) {
            refused += 1;
            if (errorCode(error) === null) throw error;
            expect(ALLOWED).toContain(errorCode(error));
          }
          expect(performance.now() - startMs).toBeLessThan(1000);
        },
      ),
      { numRuns: 2000, seed: 20_261_121 },
    );
    expect(refused).toBeGreaterThan(200);
  },
);
