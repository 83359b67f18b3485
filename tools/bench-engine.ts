/**
 * `npm run bench:engine`: prefill and decode speed of one model in Node, on this machine's adapter, next to the bandwidth that a plain
 * copy kernel reaches in the same run: machines are noisy, ratios within a run are not.
 */
import { copyBandwidth } from '../workers/gpu/bandwidth.ts';
import type { Gpu } from '../workers/gpu/gpu.ts';
import { plainIds } from '../workers/engines/benchmark.ts';
import type { NativeEngine } from '../workers/engines/native.ts';
import { DEFAULT_SAMPLER } from '../workers/protocol/engine.ts';
import { parseOptions } from './arguments.ts';
import { measureEncode } from './measure-encode.ts';
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
      encode_100_kb_ms: measureEncode(engine.model.tokenizer).elapsedMs,
    };
    if (options.has('json')) console.log(JSON.stringify(result));
    else print(result);
    return 0;
  } finally {
    await opened.close();
  }
}

async function run(engine: NativeEngine, promptTokens: number, tokens: number) {
  engine.forget(0);
  const answer = await engine.answer(plainIds(engine, promptTokens), {
    sampler: GREEDY,
    maxTokens: tokens,
    ignoreEnd: true,
  });
  return {
    prefillTokensPerSecond: (promptTokens * 1000) / answer.prefillMs,
    decodeTokensPerSecond: ((answer.generatedTokens - 1) * 1000) / answer.decodeMs,
    countsPerToken: answer.countsPerToken,
  };
}

function measureCopy(gpu: Gpu): Promise<number> {
  const wanted = gpu.adapter.isFallback ? COPY_BYTES.fallback : COPY_BYTES.hardware;
  return copyBandwidth(gpu, {
    bytes: Math.min(wanted, gpu.device.limits.maxStorageBufferBindingSize),
    copies: 1,
    repeats: 5,
  });
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
