/**
 * Measures a loaded model on its device: prompts of three lengths, answers behind three depths of context, calls to the GPU
 * for each token, and what a plain copy reaches in the same run: machines are noisy, ratios within a run are not.
 */
import { copyBandwidth, quickRuns } from '../gpu/bandwidth.ts';
import type { BenchmarkProgress, BenchmarkResult, CallsPerToken, Speed } from '../protocol/benchmark.ts';
import { DEFAULT_SAMPLER } from '../protocol/engine.ts';
import type { Answer } from './answer-options.ts';
import type { NativeEngine } from './native.ts';

/** What is measured, as far as the context has room for it. */
export interface BenchmarkPlan {
  /** Tokens of each prompt, ascending. */
  readonly prompts: readonly number[];
  /** Tokens of context that each answer begins behind, ascending. */
  readonly depths: readonly number[];
  readonly answerTokens: number;
  /** Runs of each that count. */
  readonly repeats: number;
}

/** What a person's benchmark measures. */
export const BENCHMARK_PLAN: BenchmarkPlan = {
  prompts: [128, 512, 2048],
  depths: [0, 1024, 4096],
  answerTokens: 64,
  repeats: 3,
};

/** Tokens of the prompt that an answer needs where the context is to be empty. */
export const SHORT_PROMPT = 4;

/** A run that takes longer than this is not repeated: nobody waits for a minute to learn that a device is slow. */
const LONG_RUN_MS = 20_000;

const GREEDY = { ...DEFAULT_SAMPLER, temperature: 0, seed: 0 };

/** Every run of the plan, most of them several times. Resolves to `null` if aborted. Rejects as answers do. */
export async function runBenchmark(
  engine: NativeEngine,
  onProgress: (progress: BenchmarkProgress) => void,
  signal?: AbortSignal,
  plan: BenchmarkPlan = BENCHMARK_PLAN,
): Promise<BenchmarkResult | null> {
  const { summary, contextLength, gpuBytes, loadMs, decodeWeightBytes, variant } = engine.model;
  const answerTokens = Math.max(2, Math.min(plan.answerTokens, Math.floor(contextLength / 4)));
  const room = contextLength - answerTokens - 1;
  const prompts = fitting(plan.prompts, room);
  const depths = fitting(plan.depths, room - SHORT_PROMPT);
  const { repeats } = plan;
  const totalRuns = (prompts.length + depths.length) * repeats;
  let doneRuns = 0;
  const repeat = async (promptTokens: number, tokens: number): Promise<Answer[] | null> => {
    const answers: Answer[] = [];
    // The first run compiles what the driver compiles late and finds the size of chunks: it does not count.
    for (let run = -1; run < repeats; run++) {
      const startedAt = performance.now();
      engine.forget(0);
      const options = { sampler: GREEDY, maxTokens: tokens, ignoreEnd: true };
      const answer = await engine.answer(plainIds(engine, promptTokens), options, undefined, signal);
      if (answer.finishReason === 'stopped') return null;
      const isLong = performance.now() - startedAt > LONG_RUN_MS;
      if (run >= 0 || isLong) answers.push(answer);
      if (run >= 0) onProgress({ doneRuns: ++doneRuns, totalRuns });
      if (!isLong) continue;
      onProgress({ doneRuns: (doneRuns += repeats - Math.max(0, run + 1)), totalRuns });
      break;
    }
    return answers;
  };

  onProgress({ doneRuns, totalRuns });
  const copyBytesPerSecond = await copyBandwidth(engine.gpu, quickRuns(engine.gpu));
  const prefill: BenchmarkResult['prefill'][number][] = [];
  let firstTokenMs = Infinity;
  for (const tokens of prompts) {
    const answers = await repeat(tokens, 1);
    if (answers === null) return null;
    prefill.push({ tokens, speed: speed(answers.map(({ prefillMs }) => (tokens * 1000) / prefillMs)) });
    firstTokenMs = Math.min(firstTokenMs, middle(answers.map((answer) => answer.prefillMs)));
  }
  const decode: BenchmarkResult['decode'][number][] = [];
  let callsPerToken: CallsPerToken | null = null;
  for (const depth of depths) {
    const answers = await repeat(depth + SHORT_PROMPT, answerTokens);
    if (answers === null) return null;
    const each = answers.map(({ decodedTokens, decodeMs }) => (decodedTokens * 1000) / decodeMs);
    decode.push({ depth, tokens: answerTokens, speed: speed(each) });
    callsPerToken ??= calls(answers[0]!);
  }
  engine.forget(0);
  const { name, quantization, parameters, fileBytes } = summary;
  return {
    adapter: engine.gpu.adapter,
    kernels: variant,
    model: { name, quantization, parameters, fileBytes },
    ...{ contextLength, prefill, decode, firstTokenMs, loadMs, gpuBytes: { ...gpuBytes }, copyBytesPerSecond },
    weightBytesPerToken: decodeWeightBytes,
    callsPerToken: callsPerToken!,
  };
}

/** What fits of `wanted`, which ascends; the largest that fits where none does. */
function fitting(wanted: readonly number[], room: number): number[] {
  const fit = wanted.filter((tokens) => tokens <= room);
  return fit.length > 0 ? fit : [room];
}

/** A prompt of so many ids: any do for speed, but those that end a turn would be odd in it. */
export function plainIds({ model: { shape, tokenizer } }: NativeEngine, count: number): number[] {
  const ids = Array.from({ length: count }, (_, i) => (i * 7919) % shape.vocabularySize);
  return ids.map((id) => (tokenizer.endIds.has(id) ? 0 : id));
}

function calls({ countsPerToken: { submits, passes, dispatches, buffers, bindGroups, bufferWrites } }: Answer) {
  return { submits, passes, dispatches, createdObjects: buffers + bindGroups, bufferWrites };
}

function speed(each: readonly number[]): Speed {
  return { median: middle(each), least: Math.min(...each), most: Math.max(...each) };
}

function middle(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;
}
