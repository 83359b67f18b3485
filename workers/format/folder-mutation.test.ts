/** Laws for hostile model folders: whatever bytes of their JSON change, reading ends soon and fails with a typed error. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { huggingFaceTwin, jsonFile } from '../../tools/testing/hugging-face-twin.ts';
import { mlcTwin, withoutLowestCode } from '../../tools/testing/mlc-twin.ts';
import { randomModel } from '../../tools/testing/random-model.ts';
import { BYTE_LEVEL } from '../../tools/testing/folder-tokenizers.ts';
import { type ErrorCode, errorCode } from '../protocol/errors.ts';
import { bytesSource } from '../source/bytes-source.ts';
import { readModel } from './read-model.ts';
import { summarize } from './summary.ts';

const SIZES = { layers: 1, embedding: 32, feedForward: 32, heads: 2, kvHeads: 1 } as const;
const ALLOWED: readonly (ErrorCode | null)[] = [
  'FileMalformed',
  'FileTruncated',
  'FileUnsupported',
  'NotFound',
  'ShapeMismatch',
  'TensorMissing',
  'TensorUnsupported',
  'TokenizerUnsupported',
];
const TOKENIZER = [jsonFile('tokenizer.json', BYTE_LEVEL), jsonFile('tokenizer_config.json', { bos_token: '<s>' })];
const FOLDERS = {
  'Hugging Face': [...huggingFaceTwin(randomModel({ ...SIZES, type: 'F16' }), 2), ...TOKENIZER],
  MLC: [...mlcTwin(withoutLowestCode(randomModel({ ...SIZES, type: 'Q4_0' })), 'q4f16_1'), ...TOKENIZER],
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
  { timeout: 240_000 },
  async (_name, files) => {
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
            const model = await readModel(files.map((file) => (file === texts[which] ? changed : file)));
            const { tensors, source } = model;
            summarize(model, 'mutant');
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
