/** The same weights in a folder and in GGUF make the same embedding of a text, through the whole engine. */
import { afterAll, describe, expect, test } from 'vitest';
import type { Variant } from '../../shaders/kernel.ts';
import { openNodeGpu } from '../../tools/node-gpu.ts';
import { SENTENCE_PIECE, SENTENCE_PIECE_CONFIG } from '../../tools/testing/folder-tokenizers.ts';
import { huggingFaceTwin, jsonFile } from '../../tools/testing/hugging-face-twin.ts';
import { mlcTwin } from '../../tools/testing/mlc-twin.ts';
import { outcome } from '../../tools/testing/outcome.ts';
import { poolingFiles } from '../../tools/testing/pooling-files.ts';
import { type RandomModel, randomModel } from '../../tools/testing/random-model.ts';
import { nmse } from '../../tools/testing/run-kernel.ts';
import { wordPieceJson } from '../../tools/testing/tokenizer-json.ts';
import { writeGguf } from '../../tools/testing/write-gguf.ts';
import { readGguf } from '../format/gguf.ts';
import { Gpu } from '../gpu/gpu.ts';
import { openGpu } from '../gpu/open-gpu.ts';
import type { NamedSource } from '../source/byte-source.ts';
import { bytesSource } from '../source/bytes-source.ts';
import { EmbeddingEngine } from './embedding.ts';
import type { ModelBytes } from './load-model.ts';
import { NativeEngine } from './native.ts';

const PLAIN: Variant = { real: 'f32', reduction: 'thread' };
const SIZES = { layers: 2, embedding: 96, feedForward: 160, heads: 4, kvHeads: 4, contextLength: 64 } as const;
const TEXTS = ['Hello, TOKENIZATION of the other café!', 'in and on [SEP] </s> 中文', ''];
/** Drivers in software compile a kernel for seconds, and on a busy machine for minutes. */
const COMPILING_MS = 900_000;

const opened = await openGpu(openNodeGpu('SwiftShader')).catch(() => null);
const gpu = opened instanceof Gpu ? opened : null;
if (!gpu) console.warn('SKIPPED: no SwiftShader here, embeddings of folders were not run on it.');
afterAll(() => gpu?.destroy());

/** Of each text its ids and its embedding. */
async function embeddings(source: ModelBytes): Promise<{ ids: number[]; embedding: Float32Array }[]> {
  const engine = await EmbeddingEngine.load(gpu!, source, 'a model', { variant: PLAIN });
  const results = [];
  for (const text of TEXTS) {
    const ids = engine.model.textIds(text);
    results.push({ ids, embedding: await engine.embed(ids) });
  }
  engine.dispose();
  return results;
}

async function wordPieceFile(model: RandomModel): Promise<NamedSource> {
  return jsonFile('tokenizer.json', wordPieceJson(await readGguf(bytesSource(writeGguf(model)))));
}

/** A tokenizer that puts a token before a text and one behind it. */
const BOTH_ENDS = [
  jsonFile('tokenizer.json', {
    ...SENTENCE_PIECE,
    post_processor: {
      type: 'Sequence',
      processors: [
        { type: 'ByteLevel', add_prefix_space: false, trim_offsets: false, use_regex: false },
        {
          ...SENTENCE_PIECE.post_processor,
          single: [...SENTENCE_PIECE.post_processor.single, { SpecialToken: { id: '</s>', type_id: 0 } }],
          special_tokens: {
            ...SENTENCE_PIECE.post_processor.special_tokens,
            '</s>': { id: '</s>', ids: [2], tokens: ['</s>'] },
          },
        },
      ],
    },
  }),
  jsonFile('tokenizer_config.json', SENTENCE_PIECE_CONFIG),
];

async function expectSame(folder: readonly NamedSource[], model: RandomModel): Promise<void> {
  const expected = await embeddings(bytesSource(writeGguf(model)));
  const actual = await embeddings(folder);
  for (const [index, { ids, embedding }] of expected.entries()) {
    expect(actual[index]!.ids).toEqual(ids);
    // The tensors hold the same bits; a decimal in a configuration is not quite the f32 of GGUF.
    expect(nmse(actual[index]!.embedding, embedding)).toBeLessThan(1e-11);
  }
  expect(nmse(expected[1]!.embedding, expected[0]!.embedding)).toBeGreaterThan(1e-3);
}

describe.runIf(gpu)('an MLC folder', () => {
  // As WebLLM's catalogue has Snowflake's models.
  test('of BERT in q0f32 is as GGUF, whose pooling takes the first token', { timeout: COMPILING_MS }, async () => {
    const model = randomModel({ ...SIZES, architecture: 'bert', metadata: { 'bert.pooling_type': 2 } });
    await expectSame([...mlcTwin(model, 'q0f32'), await wordPieceFile(model)], model);
  });
});

describe.runIf(gpu)('a folder of safetensors', () => {
  test.each([
    ['bert', 'cls', 2],
    ['bert', 'mean', 1],
    ['nomic-bert', 'mean', 1],
  ] as const)('of %s with pooling %s is as GGUF', { timeout: COMPILING_MS }, async (architecture, mode, pooling) => {
    const metadata = { [`${architecture}.pooling_type`]: pooling };
    const model = randomModel({ ...SIZES, architecture, type: 'F16', metadata });
    await expectSame([...huggingFaceTwin(model), ...poolingFiles(mode), await wordPieceFile(model)], model);
  });

  test('of Qwen3 with pooling of the last token is as GGUF', { timeout: COMPILING_MS }, async () => {
    const metadata = { 'qwen3.pooling_type': 3, 'tokenizer.ggml.add_eos_token': true };
    const model = randomModel({ ...SIZES, kvHeads: 2, architecture: 'qwen3', type: 'BF16', tied: true, metadata });
    const folder = [...huggingFaceTwin(model, 2), ...poolingFiles('lasttoken'), ...BOTH_ENDS];
    await expectSame(folder, model);
    const [code, message] = await outcome(() => NativeEngine.load(gpu!, folder, 'a model'));
    expect([code, message]).toEqual(['FileUnsupported', expect.stringMatching(/makes embeddings.*cannot chat/)]);
  });

  test('that does not say how it pools is refused', async () => {
    const model = randomModel({ ...SIZES, architecture: 'bert' });
    const folder = [...huggingFaceTwin(model), await wordPieceFile(model)];
    expect(await outcome(() => EmbeddingEngine.load(gpu!, folder, 'a model'))).toEqual([
      'FileUnsupported',
      expect.stringMatching(/expected modules\.json.*whole folder of an embedding model/),
    ]);
  });
});
