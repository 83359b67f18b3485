/**
 * Laws for hostile models, 18,000 mutants of every container and kind of folder: whatever changes in a file, reading it, making its
 * tokenizer and turning a text into tokens ends within a second, asks for little memory before it is known what for, and
 * fails, if it does, with a typed error. Half of the mutants of weights claim to be a terabyte long, so that no count is
 * refused for want of room.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BYTE_LEVEL, SENTENCE_PIECE, SENTENCE_PIECE_CONFIG } from '../../tools/testing/folder-tokenizers.ts';
import { huggingFaceTwin, jsonFile } from '../../tools/testing/hugging-face-twin.ts';
import { type Allocation, measureAllocation } from '../../tools/testing/measure-allocation.ts';
import { mlcTwin, withoutLowestCode } from '../../tools/testing/mlc-twin.ts';
import { byteMutations, jsonMutations, mutateBytes, mutateJson } from '../../tools/testing/mutate.ts';
import { randomModel } from '../../tools/testing/random-model.ts';
import { sparseSource } from '../../tools/testing/sparse-source.ts';
import { splitGguf } from '../../tools/testing/split-gguf.ts';
import { testVocabulary } from '../../tools/testing/test-vocabulary.ts';
import { type Json, tokenizerJson, unigramJson } from '../../tools/testing/tokenizer-json.ts';
import { writeGguf } from '../../tools/testing/write-gguf.ts';
import { readModel } from '../format/read-model.ts';
import { summarize } from '../format/summary.ts';
import { type ErrorCode, errorCode } from '../protocol/errors.ts';
import type { NamedSource } from '../source/byte-source.ts';
import { bytesSource } from '../source/bytes-source.ts';
import { createChatTemplate } from '../text/chat-template.ts';
import { readTokenizer } from '../text/create-tokenizer.ts';

const MUTANTS_EACH = 2000;
const SEED = 20_261_121;
const MEMORY_MAX = 64 * 2 ** 20;
const CLAIMED_BYTES = 2 ** 40;
/** What reading a file may fail with. */
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
const SIZES = { layers: 1, embedding: 32, feedForward: 32, heads: 2, kvHeads: 1 } as const;
const FULL_HEADS = { ...SIZES, kvHeads: 2 } as const;
const F16 = randomModel({ ...SIZES, type: 'F16' });
const named = (fileName: string, bytes: Uint8Array): NamedSource => ({ ...bytesSource(bytes), fileName });
const TEXT_FILES = [
  jsonFile('tokenizer.json', SENTENCE_PIECE),
  jsonFile('tokenizer_config.json', SENTENCE_PIECE_CONFIG),
  jsonFile('generation_config.json', { temperature: 0.6, top_k: 20, eos_token_id: [2, 508] }),
];
const CONTAINERS: Readonly<Record<string, readonly NamedSource[]>> = {
  GGUF: [named('m.gguf', writeGguf(F16))],
  'GGUF in parts': splitGguf(F16, 3).map((bytes, index) => named(`m-0000${index + 1}-of-00003.gguf`, bytes)),
  'a Hugging Face folder': [...huggingFaceTwin(F16, 2), ...TEXT_FILES],
  'a folder of Gemma 3': [...huggingFaceTwin(randomModel({ ...SIZES, architecture: 'gemma3' }), 2), ...TEXT_FILES],
  'a folder of Phi-3': [...huggingFaceTwin(randomModel({ ...SIZES, architecture: 'phi3' }), 2), ...TEXT_FILES],
  'a folder of GPT-2': [...huggingFaceTwin(randomModel({ ...FULL_HEADS, architecture: 'gpt2' }), 2), ...TEXT_FILES],
  'a folder of GPT-NeoX': [
    ...huggingFaceTwin(randomModel({ ...FULL_HEADS, architecture: 'gptneox' }), 2),
    ...TEXT_FILES,
  ],
  'an MLC folder': [...mlcTwin(withoutLowestCode(randomModel({ ...SIZES, type: 'Q4_0' })), 'q4f16_1'), ...TEXT_FILES],
};
const PIECES = testVocabulary().tokens.slice(259, -4);
const WORD_PIECE = {
  type: 'WordPiece',
  unk_token: '[UNK]',
  continuing_subword_prefix: '##',
  max_input_chars_per_word: 100,
  vocab: { '[UNK]': 0, a: 1, '##b': 2 },
};
const TOKENIZERS: readonly Json[] = [
  BYTE_LEVEL,
  SENTENCE_PIECE,
  unigramJson(PIECES),
  tokenizerJson(WORD_PIECE, {
    pre_tokenizer: { type: 'BertPreTokenizer' },
    decoder: { type: 'WordPiece', prefix: '##' },
  }),
];
const SAMPLE = `the other  1234 I'll\r\n\n 中文 🦙 <s> ${'ab '.repeat(50)}`;

/** Reads a model as a load does, up to where its weights would follow, and holds it to the laws. Whether it was refused. */
async function isRefused(files: readonly NamedSource[]): Promise<boolean> {
  let refused = false;
  let askedBytes = 0;
  const allocation: Allocation = { largestBytes: 0 };
  const counted = files.map((file) => ({
    ...file,
    read: (offset: number, length: number, signal?: AbortSignal) => {
      expect(offset + length).toBeLessThanOrEqual(file.byteLength);
      askedBytes += length;
      if (askedBytes > MEMORY_MAX) return Promise.reject(new Error(`${askedBytes} bytes were asked for`));
      return file.read(offset, length, signal);
    },
  }));
  const startMs = performance.now();
  const startCpu = process.cpuUsage();
  try {
    await measureAllocation(allocation, async () => {
      const model = await readModel(counted);
      summarize(model, 'mutant');
      for (const { byteOffset, byteLength } of model.tensors.values())
        expect(byteOffset + byteLength).toBeLessThanOrEqual(model.source.byteLength);
      const { tokenizer, file } = readTokenizer(model);
      createChatTemplate(file);
      for (const id of tokenizer.encode(SAMPLE)) tokenizer.tokenBytes(id);
    });
  } catch (error) {
    refused = true;
    if (errorCode(error) === null) throw error;
    expect(ALLOWED).toContain(errorCode(error));
  }
  // A machine at other work is no hang: what counts is the time that this process had.
  const { user, system } = process.cpuUsage(startCpu);
  const tookMs = Math.min(performance.now() - startMs, (user + system) / 1000);
  expect(tookMs).toBeLessThan(1000);
  expect(allocation.largestBytes).toBeLessThanOrEqual(MEMORY_MAX);
  return refused;
}

/** Weights follow a file's head, and no reader looks at them. */
function headBytes(fileName: string, bytes: Uint8Array): number {
  if (fileName.endsWith('.safetensors')) return 8 + Number(new DataView(bytes.buffer).getBigUint64(0, true));
  if (!fileName.endsWith('.gguf')) return bytes.length;
  const lastName = new TextDecoder('latin1').decode(bytes).lastIndexOf('.weight');
  return lastName < 0 ? bytes.length : lastName + 64;
}

it('what is not changed is read', async () => {
  for (const files of Object.values(CONTAINERS)) expect(await isRefused(files)).toBe(false);
  for (const tokenizer of TOKENIZERS)
    expect(await isRefused([...huggingFaceTwin(F16), jsonFile('tokenizer.json', tokenizer)])).toBe(false);
});

describe('mutants', () => {
  it.each(Object.entries(CONTAINERS))('of %s', { timeout: 600_000 }, async (_name, files) => {
    const heads = files.filter(({ fileName }) => !fileName.endsWith('.bin'));
    const originals = await Promise.all(heads.map((file) => file.read(0, file.byteLength)));
    let refused = 0;
    await fc.assert(
      fc.asyncProperty(fc.nat(heads.length - 1), byteMutations, fc.boolean(), async (which, mutations, claims) => {
        const { fileName } = heads[which]!;
        const original = originals[which]!;
        const bytes = mutateBytes(original, headBytes(fileName, original), mutations);
        const source =
          claims && !fileName.endsWith('.json') ? sparseSource(CLAIMED_BYTES, [[0, bytes]]) : bytesSource(bytes);
        const mutant = files.map((file) => (file === heads[which] ? { ...source, fileName } : file));
        if (await isRefused(mutant)) refused += 1;
      }),
      { numRuns: MUTANTS_EACH, seed: SEED },
    );
    expect(refused).toBeGreaterThan(MUTANTS_EACH / 10);
  });

  it('of tokenizer.json', { timeout: 600_000 }, async () => {
    const [config, ...weights] = huggingFaceTwin(F16);
    let refused = 0;
    await fc.assert(
      fc.asyncProperty(fc.nat(TOKENIZERS.length - 1), jsonMutations, async (which, mutations) => {
        const mutant = jsonFile('tokenizer.json', mutateJson(TOKENIZERS[which]!, mutations));
        if (await isRefused([config!, ...weights, mutant])) refused += 1;
      }),
      { numRuns: MUTANTS_EACH, seed: SEED },
    );
    expect(refused).toBeGreaterThan(MUTANTS_EACH / 10);
    expect(refused).toBeLessThan(MUTANTS_EACH * 0.9);
  });
});
