/** The ONNX decoder in transformers.js on WebAssembly, against our engine with the same weights in GGUF. */
import type { PreTrainedModel, Tensor } from '@huggingface/transformers';
import { afterAll, describe, expect, test } from 'vitest';
import type { Variant } from '../../shaders/kernel.ts';
import { decodeWithLogprobs } from '../../workers/engines/logprobs.ts';
import { NativeEngine } from '../../workers/engines/native.ts';
import { likeliest, logSoftmax } from '../../workers/engines/softmax.ts';
import { Gpu } from '../../workers/gpu/gpu.ts';
import { openGpu } from '../../workers/gpu/open-gpu.ts';
import { DEFAULT_SAMPLER } from '../../workers/protocol/engine.ts';
import { bytesSource } from '../../workers/source/bytes-source.ts';
import { openNodeGpu } from '../node-gpu.ts';
import { type RandomModel, randomModel } from '../testing/random-model.ts';
import { nmse } from '../testing/run-kernel.ts';
import { writeGguf } from '../testing/write-gguf.ts';
import { TINY_DECODER, tinyDecoder } from './folder.ts';
import { loadedOnWasm, openTransformers } from './node-transformers.ts';

const PLAIN: Variant = { real: 'f32', reduction: 'thread' };
const GREEDY = { ...DEFAULT_SAMPLER, temperature: 0, seed: 0 };
/** Drivers in software compile a kernel for seconds, and on a busy machine for minutes. */
const COMPILING_MS = 900_000;

/** Longer than one of our prefill chunks. */
const PROMPT = Array.from({ length: 37 }, (_, i) => 40 + ((i * 31) % 200));
const FORCED = [77, 123, 45, 201];

const MODELS: Readonly<Record<string, RandomModel>> = {
  usual: randomModel(TINY_DECODER),
  // The embeddings make the logits too; one query head for each key head; another base of rotation.
  tied: randomModel({
    ...TINY_DECODER,
    seed: 2,
    kvHeads: 4,
    tied: true,
    metadata: { 'llama.rope.freq_base': { type: 'float32', value: 500_000 } },
  }),
};

const folders = Object.entries(MODELS).map(([name, model]) => [`random/${name}`, tinyDecoder(model)] as const);
const transformers = await openTransformers(Object.fromEntries(folders));
const opened = await openGpu(openNodeGpu('SwiftShader')).catch(() => null);
const gpu = opened instanceof Gpu ? opened : null;
if (!gpu) console.warn('SKIPPED: no SwiftShader here, the ONNX decoder was not compared with our engine.');
afterAll(() => gpu?.destroy());

async function load(name: string): Promise<PreTrainedModel> {
  return transformers.AutoModelForCausalLM.from_pretrained(`random/${name}`, loadedOnWasm);
}

/** Integers as a tensor: (rows, columns). */
function integers(rows: readonly (readonly number[])[]): Tensor {
  return new transformers.Tensor('int64', BigInt64Array.from(rows.flat(), BigInt), [rows.length, rows[0]!.length]);
}

type Outputs = Readonly<Record<string, Tensor>>;

/** One run: `before` is an earlier run's outputs, whose cache goes on. */
async function run(
  model: PreTrainedModel,
  ids: readonly (readonly number[])[],
  mask: readonly (readonly number[])[],
  before: Outputs = {},
): Promise<Outputs> {
  const cache = Object.entries(before)
    .filter(([name]) => name.startsWith('present.'))
    .map(([name, tensor]) => [name.replace('present', 'past_key_values'), tensor] as const);
  return model.forward({
    input_ids: integers(ids),
    attention_mask: integers(mask),
    past_key_values: cache.length === 0 ? null : Object.fromEntries(cache),
  });
}

const ones = (length: number): number[] => new Array<number>(length).fill(1);

/** Logits of the last `count` tokens of a sequence: (count × vocabulary). */
function lastLogits({ logits }: Outputs, sequence: number, count: number): Float32Array {
  const [, tokens, vocabulary] = logits!.dims as [number, number, number];
  const end = (sequence + 1) * tokens * vocabulary;
  return (logits!.data as Float32Array).slice(end - count * vocabulary, end);
}

async function ours<Result>(model: RandomModel, use: (engine: NativeEngine) => Promise<Result>): Promise<Result> {
  const engine = await NativeEngine.load(gpu!, bytesSource(writeGguf(model)), 'random.gguf', { variant: PLAIN });
  try {
    return await use(engine);
  } finally {
    engine.dispose();
  }
}

describe.each(Object.entries(MODELS))('%s', (name, model) => {
  test('a step with a cache makes the logits of the whole', { timeout: COMPILING_MS }, async () => {
    const onnx = await load(name);
    const ids = [...PROMPT, ...FORCED];
    const whole = await run(onnx, [ids], [ones(ids.length)]);
    let outputs = await run(onnx, [PROMPT], [ones(PROMPT.length)]);
    for (const [index, id] of FORCED.entries()) {
      outputs = await run(onnx, [[id]], [ones(PROMPT.length + index + 1)], outputs);
      const vocabulary = whole['logits']!.dims[2]!;
      const expected = lastLogits(whole, 0, FORCED.length - index).slice(0, vocabulary);
      expect(nmse(lastLogits(outputs, 0, 1), expected)).toBeLessThan(1e-10);
    }
    expect(outputs['present.1.key']!.dims).toEqual([
      1,
      Number(model.metadata['llama.attention.head_count_kv']),
      41,
      24,
    ]);
  });

  test('a sequence that is padded before its first token makes its own logits', { timeout: COMPILING_MS }, async () => {
    const onnx = await load(name);
    const short = PROMPT.slice(0, 9);
    const padding = PROMPT.length - short.length;
    const alone = await run(onnx, [short], [ones(short.length)]);
    const zeros = new Array<number>(padding).fill(0);
    const both = await run(
      onnx,
      [PROMPT, [...zeros, ...short]],
      [ones(PROMPT.length), [...zeros, ...ones(short.length)]],
    );
    expect(nmse(lastLogits(both, 1, 9), lastLogits(alone, 0, 9))).toBeLessThan(1e-10);
  });

  test.runIf(gpu)('logits are those of our engine', { timeout: COMPILING_MS }, async () => {
    const onnx = await load(name);
    const ids = [...PROMPT, ...FORCED.slice(0, -1)];
    const theirs = await run(onnx, [ids], [ones(ids.length)]);
    const vocabulary = theirs['logits']!.dims[2]!;
    const { positions } = await ours(model, (engine) =>
      decodeWithLogprobs(engine, PROMPT, { sampler: GREEDY, maxTokens: 9, top: vocabulary, forced: FORCED }),
    );
    const rows = lastLogits(theirs, 0, FORCED.length);
    for (const [index, { top }] of positions.entries()) {
      const expected = logSoftmax(rows.slice(index * vocabulary, (index + 1) * vocabulary));
      const actual = [...top].sort((a, b) => a.id - b.id).map(({ logprob }) => logprob);
      const error = nmse(actual, expected);
      console.log(`${name}, position ${index}: NMSE ${error.toExponential(1)}`);
      expect(error).toBeLessThan(1e-10);
      expect(top[0]!.id).toBe(likeliest(expected, 1)[0]);
    }
    expect(positions).toHaveLength(FORCED.length);
  });

  test.runIf(gpu)('a greedy answer to a chat is that of our engine', { timeout: COMPILING_MS }, async () => {
    const messages = [{ role: 'user', content: 'Why not = [yes]! {vex} 中文 the lazy dogs' } as const];
    const tokenizer = await transformers.AutoTokenizer.from_pretrained(`random/${name}`);
    const inputs = tokenizer.apply_chat_template(messages, { add_generation_prompt: true });
    const onnx = await load(name);
    const written = await onnx.generate({ ...inputs, max_new_tokens: 24, do_sample: false });
    const theirs = [...((written as Tensor).data as BigInt64Array)].map(Number);
    await ours(model, async (engine) => {
      const prompt = engine.text.promptIds(messages);
      const options = { sampler: GREEDY, maxTokens: 24, top: 1, forced: null };
      const { positions } = await decodeWithLogprobs(engine, prompt, options);
      expect(theirs).toEqual([...prompt, ...positions.map(({ id }) => id)]);
      expect(new Set(positions.map(({ id }) => id)).size).toBeGreaterThan(3);
    });
  });
});

test('the folder is below a megabyte', () => {
  const bytes = [...tinyDecoder().values()].reduce((sum, file) => sum + file.length, 0);
  expect(bytes).toBeLessThan(1_000_000);
});

test.each([
  ['another architecture', randomModel({ ...TINY_DECODER, architecture: 'qwen3' }), /expected LlamaForCausalLM.*Qwen3/],
  ['experts', randomModel({ ...TINY_DECODER, experts: { count: 4, used: 2 } }), /expected LlamaForCausalLM.*Mixtral/],
  ['factors of rotation', randomModel({ ...TINY_DECODER, ropeFactors: true }), /got LlamaForCausalLM with/],
  [
    'another type',
    randomModel({ ...TINY_DECODER, type: 'F16' }),
    /expected model\.embed_tokens\.weight in F32, got F16/,
  ],
])('refuses %s', (_what, model, message) => {
  expect(() => tinyDecoder(model)).toThrow(message);
});
