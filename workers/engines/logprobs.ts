/**
 * Decoding with the probabilities laid open: for conformance tests and headless use. Reads every logit back, one token at
 * a time, so it is slow by design; the page never uses it.
 */
import { countsPerStep, type GpuCounts } from '../gpu/gpu.ts';
import type { FinishReason, SamplerSettings } from '../protocol/engine.ts';
import type { NativeEngine } from './native.ts';
import { likeliest, logSoftmax } from './softmax.ts';

/** A token and its natural log-probability before any sampler. */
interface TokenLogprob {
  readonly id: number;
  readonly logprob: number;
}

/** One position: the token that was taken, and the likeliest ones. */
interface PositionLogprobs extends TokenLogprob {
  readonly top: readonly TokenLogprob[];
}

/** A decode with its probabilities, and how it went. */
export interface LogprobRun {
  readonly positions: readonly PositionLogprobs[];
  readonly finishReason: FinishReason;
  readonly prefillMs: number;
  readonly decodeMs: number;
  /** Calls to the GPU for each decode step; reading logits back costs one map more than usual. */
  readonly countsPerToken: GpuCounts;
}

/**
 * Decodes from a prompt and reports each position.
 *
 * @param forced ids to feed instead of sampled ones; each position then reports the forced id
 */
export async function decodeWithLogprobs(
  engine: NativeEngine,
  promptIds: readonly number[],
  options: { sampler: SamplerSettings; maxTokens: number; top: number; forced: readonly number[] | null },
): Promise<LogprobRun> {
  const { forced, top } = options;
  const { runner, contextLength, tokenizer } = engine.model;
  const sampling = engine.beginSampling(options.sampler);
  const limit = Math.min(forced?.length ?? options.maxTokens, contextLength - promptIds.length);
  const positions: PositionLogprobs[] = [];
  let finishReason: FinishReason = 'max-tokens';
  const startedAt = performance.now();
  let { result } = await engine.prefill(promptIds, sampling, true, () => undefined);
  await result?.logits;
  const prefilledAt = performance.now();
  const before = { ...engine.gpu.counts };
  while (result) {
    const logits = await result.logits!;
    const sampled = await result.token;
    const id = forced?.[positions.length] ?? sampled;
    const logprobs = logSoftmax(logits);
    if (!forced && tokenizer.endIds.has(id)) {
      finishReason = 'end-of-turn';
      break;
    }
    const named = (id: number): TokenLogprob => ({ id, logprob: logprobs[id]! });
    positions.push({ ...named(id), top: likeliest(logprobs, top).map(named) });
    if (positions.length >= limit) break;
    const position = promptIds.length + positions.length - 1;
    if (forced) runner.force(position, id);
    await runner.reserve(position + 1);
    result = runner.decode(position, sampling, true);
  }
  engine.forget(promptIds.length);
  return {
    positions,
    finishReason,
    prefillMs: prefilledAt - startedAt,
    decodeMs: performance.now() - prefilledAt,
    countsPerToken: countsPerStep(before, engine.gpu.counts, Math.max(0, positions.length - 1)),
  };
}
