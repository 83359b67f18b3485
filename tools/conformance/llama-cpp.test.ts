/**
 * The whole engine against llama.cpp: the same small random model in both, one likeliest token after another compared
 * under forced decoding (llama.cpp chooses, ours is fed its tokens), and the log-probabilities of the ten likeliest.
 *
 * llama.cpp rounds activations to int8 where weights are quantised; so it runs on an F32 copy of the same weights, which
 * is what ours claims to compute. Its own distance from exact arithmetic is then at most 0.0002.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { format } from 'prettier';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { GGUF_QUANT_TYPES } from '../../shaders/quant/types.ts';
import { decodeWithLogprobs } from '../../workers/engines/logprobs.ts';
import { NativeEngine } from '../../workers/engines/native.ts';
import { Gpu } from '../../workers/gpu/gpu.ts';
import { openGpu } from '../../workers/gpu/open-gpu.ts';
import { DEFAULT_SAMPLER } from '../../workers/protocol/engine.ts';
import { bytesSource } from '../../workers/source/bytes-source.ts';
import { openNodeGpu } from '../node-gpu.ts';
import { dequantizedCopy } from '../testing/dequantized-copy.ts';
import { STABLELM_12B } from '../testing/random-architectures.ts';
import { randomModel, type RandomModelOptions } from '../testing/random-model.ts';
import { testVocabulary } from '../testing/test-vocabulary.ts';
import { writeGguf } from '../testing/write-gguf.ts';
import { type LlamaCpp, openLlamaCpp, type ReferenceToken } from './llama-cpp.ts';

const PROMPT = 'Hello, my name is';
const TOKENS = 128;

/** Minutes on a machine that is busy with other things, seconds on an idle one. */
const CASE_MS = 900_000;

/** Positions whose first two choices are closer than this do not decide which is the likeliest. */
const NEAR_TIE = 0.05;

/** The largest difference of a log-probability: F32 storage, or a KV cache in f16. */
const BARS = { f32: { max: 0.005, mean: 0.0005 }, f16: { max: 0.1, mean: 0.015 } };

/** llama.cpp looks GELU up in a table of f16 on the CPU: its own distance from exact is 0.07 at most, 0.005 on average. */
const GELU_BARS = { max: 0.15, mean: 0.015 };
const WITH_GELU = new Set(['gemma', 'gemma2', 'gemma3', 'phi2', 'starcoder2', 'gpt2', 'gptneox']);

/** Sizes that all differ. */
const SMALL = { embedding: 160, feedForward: 288, heads: 6, kvHeads: 2, headDim: 24, layers: 3 } as const;

/** Where llama.cpp insists on heads that together are as wide as the embedding. */
const SQUARE = { embedding: 144 } as const;

/** Of every architecture: what is in its layers repeats within so many. */
const ARCHITECTURES: readonly (RandomModelOptions & { readonly title: string })[] = [
  { title: 'architecture mistral3', architecture: 'mistral3', ...SMALL },
  { title: 'architecture qwen2', architecture: 'qwen2', ...SMALL, ...SQUARE },
  { title: 'architecture qwen3', architecture: 'qwen3', ...SMALL },
  { title: 'architecture qwen3moe', architecture: 'qwen3moe', ...SMALL },
  { title: 'architecture qwen2moe', architecture: 'qwen2moe', ...SMALL, ...SQUARE },
  { title: 'architecture llama with experts', ...SMALL, ...SQUARE, experts: { count: 8, used: 2 } },
  { title: 'architecture smollm3', architecture: 'smollm3', ...SMALL, layers: 5 },
  { title: 'architecture granite', architecture: 'granite', ...SMALL },
  { title: 'architecture olmo2', architecture: 'olmo2', ...SMALL, ...SQUARE },
  {
    title: 'architecture olmo2 with windows',
    architecture: 'olmo2',
    ...SMALL,
    ...SQUARE,
    layers: 5,
    metadata: {
      'olmo2.attention.sliding_window': 24,
      'olmo2.rope.scaling.type': 'yarn',
      'olmo2.rope.scaling.factor': { type: 'float32', value: 4 },
      'olmo2.rope.scaling.original_context_length': 64,
    },
  },
  { title: 'architecture gemma', architecture: 'gemma', ...SMALL },
  { title: 'architecture gemma2', architecture: 'gemma2', ...SMALL },
  { title: 'architecture gemma3', architecture: 'gemma3', ...SMALL, layers: 7 },
  { title: 'architecture phi3', architecture: 'phi3', ...SMALL, ...SQUARE },
  { title: 'architecture phi2', architecture: 'phi2', ...SMALL, ...SQUARE },
  { title: 'architecture stablelm', architecture: 'stablelm', ...SMALL, ...SQUARE },
  {
    title: 'architecture stablelm, 12B',
    architecture: 'stablelm',
    ...SMALL,
    ...SQUARE,
    ...STABLELM_12B,
  },
  { title: 'architecture gptneox', architecture: 'gptneox', ...SMALL, ...SQUARE, kvHeads: 6 },
  {
    title: 'architecture gptneox, one part after the other',
    architecture: 'gptneox',
    ...SMALL,
    ...SQUARE,
    kvHeads: 6,
    metadata: { 'gptneox.use_parallel_residual': false },
  },
  { title: 'architecture starcoder2', architecture: 'starcoder2', ...SMALL, ...SQUARE },
  { title: 'architecture gpt-oss', architecture: 'gpt-oss', ...SMALL, layers: 4 },
  { title: 'architecture gpt2', architecture: 'gpt2', ...SMALL, ...SQUARE, kvHeads: 6 },
];

/** Sizes that differ and fit blocks of 256 weights. */
const OF_BLOCKS = { embedding: 256, feedForward: 768, heads: 8, kvHeads: 2, headDim: 64 } as const;

/** Where llama.cpp insists on heads as wide as the embedding, as above: the sizes of the models of one type. */
const OF_SQUARE_BLOCKS = { ...OF_BLOCKS, headDim: 32 } as const;
const INSISTS: readonly string[] = [
  'qwen2',
  'qwen2moe',
  'olmo2',
  'phi2',
  'phi3',
  'stablelm',
  'starcoder2',
  'gpt2',
  'gptneox',
];

/** A number of types that no architecture's number of matrices is a multiple of, so that each layer mixes them anew. */
const MIXED = ['Q4_K', 'Q6_K', 'Q5_0', 'Q3_K', 'IQ4_XS', 'Q8_0', 'Q5_K', 'Q4_1', 'Q2_K', 'F16', 'IQ4_NL'] as const;
/** Those that fit the odd lengths of experts, which are made of one type each as real files make them. */
const MIXED_OF_32 = ['MXFP4', 'Q8_0', 'Q4_0', 'Q5_1', 'IQ4_NL', 'BF16', 'Q4_1'] as const;

/** Every architecture once more, with the types of its matrices mixed. */
const MIXTURES = ARCHITECTURES.map(({ title, ...options }) => {
  const { architecture = 'llama', kvHeads } = options;
  const experts = options.experts !== undefined || ['qwen2moe', 'qwen3moe', 'gpt-oss'].includes(architecture);
  const square = INSISTS.includes(architecture) || options.experts !== undefined;
  const sizes = square ? OF_SQUARE_BLOCKS : OF_BLOCKS;
  return {
    ...options,
    ...sizes,
    ...(experts && { feedForward: SMALL.feedForward }),
    ...(kvHeads === 6 && { kvHeads: 8 }),
    title: `${title}, types mixed`,
    types: experts ? MIXED_OF_32 : MIXED,
    seed: 7,
  };
});

const MODELS: readonly (RandomModelOptions & { readonly title: string })[] = [
  ...ARCHITECTURES,
  ...MIXTURES,
  ...GGUF_QUANT_TYPES.map((type) => ({ title: type, type })),
  { title: 'tied embeddings', type: 'Q4_K', tied: true, seed: 2 },
  { title: 'biases', type: 'Q8_0', biases: true, seed: 3 },
  { title: 'RoPE factors', type: 'F16', ropeFactors: true, seed: 4 },
  {
    title: 'linear RoPE scaling',
    type: 'Q4_0',
    seed: 5,
    metadata: {
      'llama.rope.scaling.type': 'linear',
      'llama.rope.scaling.factor': { type: 'float32', value: 4 },
    },
  },
  {
    title: 'yarn RoPE scaling',
    ...SMALL,
    metadata: {
      'llama.rope.scaling.type': 'yarn',
      'llama.rope.scaling.factor': { type: 'float32', value: 4 },
      'llama.rope.scaling.original_context_length': 64,
    },
  },
  { title: 'heads wider than the embedding, no shared heads', type: 'Q6_K', headDim: 64, kvHeads: 8, seed: 6 },
];

let llamaCpp: LlamaCpp;

/** What was measured, for the table. */
const rows: (readonly string[])[] = [];
const TABLE = new URL('../../workers/models/CONFORMANCE.md', import.meta.url);

/** The rows of the table as it stands, with those that were measured now in place of theirs; in the models' order. */
function merged(standing: string, measured: readonly (readonly string[])[]): (readonly string[])[] {
  const old = standing.split('\n').flatMap((line) => {
    const cells = line.split('|').map((cell) => cell.trim());
    return cells[2] === 'f32' || cells[2] === 'f16' ? [cells.slice(1, -1)] : [];
  });
  const titles = MODELS.map(({ title }) => shown(title));
  const key = ([title, real]: readonly string[]): string => `${title} in ${real}`;
  const all = new Map([...old, ...measured].map((row) => [key(row), row]));
  return [...all.values()]
    .filter(([title]) => titles.includes(title!))
    .sort((a, b) => titles.indexOf(a[0]!) - titles.indexOf(b[0]!) || Number(a[1] === 'f16') - Number(b[1] === 'f16'));
}

/** A model's title in the table. */
function shown(title: string): string {
  return title.replace(/^architecture /u, '');
}

function table(measured: readonly (readonly string[])[]): string {
  const head = ['Model', 'Computed in', 'Likeliest token the same', 'Largest difference', 'Mean difference', 'Adapter'];
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return `# Against llama.cpp

Small models of random weights, each run by Freehold's engine and by llama.cpp (as WebAssembly on the CPU) over ${TOKENS} tokens that
llama.cpp chose. Differences are those of the natural log-probabilities of the ten likeliest tokens; a token counts where its
lead is more than ${NEAR_TIE}. llama.cpp runs on an F32 copy of the same weights. "Types mixed": each matrix has another type.

Written by \`UPDATE_CONFORMANCE=1 npx vitest run tools/conformance/llama-cpp.test.ts\`, where \`-t TITLE\` leaves other rows as they are.

${[line(head), line(head.map(() => '---')), ...measured.map(line)].join('\n')}
`;
}

/**
 * The f32 path runs on whatever is there first; the f16 path where it can, which is slow to compile there. One device for
 * all cases: what one model compiled, the next ones of its sizes find.
 */
let f32Gpu: Gpu;
let f16Gpu: Gpu | null = null;

async function open(adapterName: string): Promise<Gpu | null> {
  const gpu = await openGpu(openNodeGpu(adapterName));
  return gpu instanceof Gpu ? gpu : null;
}

beforeAll(async () => {
  const gpu = await open('');
  if (!gpu) throw new Error('No WebGPU adapter: install a Vulkan driver (Mesa 25 or newer, or Chromium).');
  f32Gpu = gpu;
  const lavapipe = await open('llvmpipe');
  if (lavapipe?.adapter.f16) f16Gpu = lavapipe;
  else console.warn('SKIPPED: no adapter with shader-f16 here, the f16 path was not compared with llama.cpp.');
  llamaCpp = await openLlamaCpp();
}, CASE_MS);
afterAll(async () => {
  await llamaCpp?.close();
  f32Gpu?.destroy();
  f16Gpu?.destroy();
  if (process.env['UPDATE_CONFORMANCE'] === '1')
    writeFileSync(
      TABLE,
      await format(table(merged(readFileSync(TABLE, 'utf8'), rows)), { parser: 'markdown', printWidth: 120 }),
    );
});

/** Every model in f32; three in f16 too, as the site runs them where it can. */
function runs({ type = 'F32', seed }: RandomModelOptions): { real: 'f32' | 'f16'; gpu: Gpu }[] {
  const inF32 = { real: 'f32', gpu: f32Gpu } as const;
  const alsoF16 = seed === undefined && (type === 'F16' || type === 'Q8_0' || type === 'Q4_K');
  return alsoF16 && f16Gpu !== null ? [inF32, { real: 'f16', gpu: f16Gpu }] : [inF32];
}

function compare(ours: readonly Pick<ReferenceToken, 'top'>[], reference: readonly ReferenceToken[]) {
  let decided = 0;
  let agreed = 0;
  let largest = 0;
  let sum = 0;
  let count = 0;
  for (const [position, { top }] of reference.entries()) {
    const known = new Map(ours[position]!.top.map(({ id, logprob }) => [id, logprob]));
    for (const { id, logprob } of top) {
      const difference = Math.abs(known.get(id)! - logprob);
      largest = Math.max(largest, difference);
      sum += difference;
      count++;
    }
    if (top[0]!.logprob - top[1]!.logprob < NEAR_TIE) continue;
    decided++;
    if (ours[position]!.top[0]!.id === top[0]!.id) agreed++;
  }
  return { decided, agreed, largest, mean: sum / count };
}

describe('llama.cpp and this engine, token by token', () => {
  for (const { title, ...options } of MODELS) {
    test(
      title,
      async () => {
        const model = randomModel(options);
        const reference = await llamaCpp.answer(writeGguf(dequantizedCopy(model)), {
          prompt: PROMPT,
          tokens: TOKENS,
          temperature: 1,
          seed: 3,
          excludedIds: testVocabulary().highByteIds,
        });
        expect(reference.tokens).toHaveLength(TOKENS);

        for (const { real, gpu } of runs(options)) {
          const engine = await NativeEngine.load(gpu, bytesSource(writeGguf(model)), `${title}.gguf`, {
            contextLength: 512,
            variant: { real, reduction: 'thread' },
          });
          try {
            const { tokenizer } = engine.model;
            const promptIds = [tokenizer.bosId!, ...tokenizer.encode(PROMPT)];
            expect(promptIds).toHaveLength(reference.promptTokens);
            const { positions } = await decodeWithLogprobs(engine, promptIds, {
              sampler: { ...DEFAULT_SAMPLER, temperature: 0, seed: 0 },
              maxTokens: TOKENS,
              top: tokenizer.vocabularySize,
              forced: reference.tokens.map(({ id }) => id),
            });
            const { decided, agreed, largest, mean } = compare(positions, reference.tokens);
            console.log(
              `${title} in ${real}: ${agreed} of ${decided} agree, log-probabilities differ by ${largest.toFixed(5)} at most, ${mean.toFixed(5)} on average`,
            );
            rows.push([
              shown(title),
              real,
              `${agreed} of ${decided}`,
              largest.toFixed(5),
              mean.toFixed(5),
              gpu.adapter.description,
            ]);
            expect(decided).toBeGreaterThan(100);
            expect(agreed / decided).toBeGreaterThanOrEqual(0.99);
            const bars = WITH_GELU.has(options.architecture ?? 'llama') ? GELU_BARS : BARS[real];
            expect(largest).toBeLessThan(bars.max);
            expect(mean).toBeLessThan(bars.mean);
          } finally {
            engine.dispose();
          }
        }
      },
      CASE_MS,
    );
  }
});
