/**
 * The site's engine in a page of its own, which never ships: it lays open the ids and log-probabilities that the site has
 * no use for, so that a test can hold them to llama.cpp's in a real browser.
 */
import { decodeWithLogprobs } from '../../workers/engines/logprobs.ts';
import { NativeEngine } from '../../workers/engines/native.ts';
import { openGpu } from '../../workers/gpu/open-gpu.ts';
import { DEFAULT_SAMPLER } from '../../workers/protocol/engine.ts';
import { bytesSource } from '../../workers/source/bytes-source.ts';

/** What one prompt gave. */
interface HarnessRun {
  readonly promptIds: number[];
  /** Greedy ids with the natural log-probabilities of the likeliest, best first. */
  readonly positions: readonly { readonly id: number; readonly top: readonly { id: number; logprob: number }[] }[];
}

/** Loads the model at `url` and decodes each prompt greedily. */
async function decodeAll(url: string, prompts: readonly string[], maxTokens: number): Promise<HarnessRun[]> {
  const gpu = await openGpu(navigator.gpu);
  if ('kind' in gpu) throw new Error(gpu.detail);
  const bytes = new Uint8Array(await (await fetch(url)).arrayBuffer());
  const engine = await NativeEngine.load(gpu, bytesSource(bytes), 'model.gguf');
  const { tokenizer } = engine.model;
  const runs: HarnessRun[] = [];
  for (const prompt of prompts) {
    const promptIds = [tokenizer.bosId!, ...tokenizer.encode(prompt)];
    const sampler = { ...DEFAULT_SAMPLER, temperature: 0, seed: 0 };
    const { positions } = await decodeWithLogprobs(engine, promptIds, { sampler, maxTokens, top: 10, forced: null });
    runs.push({ promptIds, positions: [...positions] });
  }
  engine.dispose();
  gpu.destroy();
  return runs;
}

/** How the test reaches the engine. */
export type DecodeAll = typeof decodeAll;

Object.assign(globalThis, { decodeAll });
