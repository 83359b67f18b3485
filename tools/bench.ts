/**
 * `npm run bench`: prefill and decode speed of one model on this machine's adapter, next to the bandwidth that a plain
 * copy kernel reaches in the same run: machines are noisy, ratios within a run are not.
 */
import { copy } from '../shaders/copy.ts';
import type { Variant } from '../shaders/kernel.ts';
import { type Gpu, USAGE } from '../workers/gpu/gpu.ts';
import { createPipeline } from '../workers/gpu/pipeline.ts';
import type { NativeEngine } from '../workers/engines/native.ts';
import { DEFAULT_SAMPLER } from '../workers/protocol/engine.ts';
import type { Tokenizer } from '../workers/text/tokenizer.ts';
import { parseOptions } from './arguments.ts';
import { openNodeEngine } from './node-engine.ts';

const OPTIONS = {
  model: 'values',
  adapter: 'value',
  prompt: 'value',
  tokens: 'value',
  repeats: 'value',
  json: 'switch',
} as const;

/** Bytes that the copy kernel reads, and writes again: past any cache on hardware, still quick in software. */
const COPY_BYTES = { hardware: 256 * 2 ** 20, fallback: 64 * 2 ** 20 } as const;

const GREEDY = { ...DEFAULT_SAMPLER, temperature: 0, seed: 0 };

/** Runs the benchmark and prints a table, or one JSON object with `--json`. */
export async function main(argv: string[]): Promise<number> {
  const options = parseOptions(argv, OPTIONS);
  const opened = await openNodeEngine(options.several('model'), {}, options.text('adapter'));
  try {
    const { engine } = opened;
    const { contextLength, decodeWeightBytes, gpuBytes, loadMs, summary, variant } = engine.model;
    const tokens = Math.min(options.number('tokens') ?? 128, Math.floor(contextLength / 3));
    const prompt = Math.min(options.number('prompt') ?? 512, contextLength - tokens - 1);
    const repeats = options.number('repeats') ?? 5;
    const copyBytesPerSecond = await measureCopy(engine.gpu);
    await run(engine, prompt, tokens); // compiles what the driver compiles late, finds the chunk size
    const runs = [];
    for (let repeat = 0; repeat < repeats; repeat++) runs.push(await run(engine, prompt, tokens));
    const decode = median(runs.map((result) => result.decodeTokensPerSecond));
    const result = {
      model: {
        name: summary.name,
        quantization: summary.quantization,
        parameters: summary.parameters,
        file_bytes: summary.fileBytes,
      },
      adapter: engine.gpu.adapter,
      variant,
      load_ms: loadMs,
      [`pp${prompt}_tokens_per_second`]: median(runs.map((result) => result.prefillTokensPerSecond)),
      [`tg${tokens}_tokens_per_second`]: decode,
      weight_bytes: gpuBytes.weights,
      weight_bytes_per_token: decodeWeightBytes,
      copy_bytes_per_second: copyBytesPerSecond,
      share_of_copy_bandwidth: (decode * decodeWeightBytes) / copyBytesPerSecond,
      counts_per_token: runs[0]!.countsPerToken,
      encode_100_kb_ms: measureEncodeMs(engine.model.tokenizer),
    };
    if (options.has('json')) console.log(JSON.stringify(result));
    else print(result);
    return 0;
  } finally {
    await opened.close();
  }
}

async function run(engine: NativeEngine, promptTokens: number, tokens: number) {
  const { shape, tokenizer } = engine.model;
  engine.forget(0);
  // Any ids will do for speed; those that end a turn would end the run.
  const ids = Array.from({ length: promptTokens }, (_, i) => (i * 7919) % shape.vocabularySize).map((id) =>
    tokenizer.endIds.has(id) ? 0 : id,
  );
  const answer = await engine.answer(ids, { sampler: GREEDY, maxTokens: tokens, ignoreEnd: true });
  return {
    prefillTokensPerSecond: (promptTokens * 1000) / answer.prefillMs,
    decodeTokensPerSecond: ((answer.generatedTokens - 1) * 1000) / answer.decodeMs,
    countsPerToken: answer.countsPerToken,
  };
}

/** Time to turn 100 kB of words, numbers and marks into tokens, none of it seen before. A person waits for this. */
function measureEncodeMs(tokenizer: Tokenizer): number {
  let text = '';
  for (let word = 1; text.length < 100_000; word++)
    text += `${(word * 7919).toString(36)} word ${word % 10 === 0 ? `${word}.\n\n` : 'and, '}`;
  const startedAt = performance.now();
  tokenizer.encode(text);
  return performance.now() - startedAt;
}

/** Bytes read plus bytes written per second, the best of five copies. */
async function measureCopy(gpu: Gpu): Promise<number> {
  const wanted = gpu.adapter.isFallback ? COPY_BYTES.fallback : COPY_BYTES.hardware;
  const bytes = Math.min(wanted, gpu.device.limits.maxStorageBufferBindingSize);
  const shape = { elements: bytes / 16 };
  const variant: Variant = { real: 'f32', reduction: 'thread' };
  const pipeline = await createPipeline(gpu.device, copy, shape, variant);
  const source = gpu.createBuffer('copy source', bytes, 'scratch', USAGE.storage);
  const destination = gpu.createBuffer('copy destination', bytes, 'scratch', USAGE.storage);
  const buffers: Record<string, GPUBuffer> = { source, destination };
  const bindGroup = gpu.createBindGroup({
    layout: pipeline.getBindGroupLayout(0),
    entries: copy.bindings.map(({ name }, binding) => ({ binding, resource: { buffer: buffers[name]! } })),
  });
  let bestMs = Infinity;
  for (let repeat = 0; repeat < 5; repeat++) {
    const encoder = gpu.device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    pass.setPipeline(pipeline);
    pass.setBindGroup(0, bindGroup);
    pass.dispatchWorkgroups(...copy.workgroups(shape, variant, { tokens: 1, kvLength: 1 }));
    pass.end();
    const startedAt = performance.now();
    gpu.submit(encoder);
    await gpu.idle();
    bestMs = Math.min(bestMs, performance.now() - startedAt);
  }
  gpu.release(source);
  gpu.release(destination);
  return (2 * bytes * 1000) / bestMs;
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)]!;
}

function print(result: Readonly<Record<string, unknown>>): void {
  for (const [name, value] of Object.entries(result)) {
    const shown = typeof value === 'number' ? Number(value.toPrecision(4)) : value;
    console.log(name.padEnd(28), typeof shown === 'object' ? JSON.stringify(shown) : shown);
  }
}
