/** Loads one model as often as a bench asks, on one device, measured first as the site does it. */
import type { EngineOptions } from '../../workers/engines/declare-model.ts';
import { readModelFile } from '../../workers/engines/load-model.ts';
import { NativeEngine } from '../../workers/engines/native.ts';
import { Tuning } from '../../workers/engines/tuning.ts';
import { summarize } from '../../workers/format/summary.ts';
import { isPlanSound } from '../../workers/gpu/self-test.ts';
import { fasterReduction, measurePlans } from '../../workers/gpu/tuner.ts';
import type { NodeModel } from '../node-engine.ts';

/** A model that can be loaded again and again. */
export interface BenchModel {
  readonly tuning: Tuning;
  /** What the device was measured for so far. */
  readonly tuningMs: () => number;
  /** Tokens of context that it is loaded with: what was asked for, or the most that the model was trained for. */
  readonly contextLength: number;
  /** Loads it once more; the device's measurements are taken unless `tuned` is `false`. */
  load(options?: EngineOptions, tuned?: boolean): Promise<NativeEngine>;
}

/** A model with room for `wantedTokens` of context, as far as it goes. Measurements are kept for this run alone. */
export async function benchModel({ gpu, files }: NodeModel, wantedTokens: number): Promise<BenchModel> {
  let tuningMs = 0;
  const timed =
    <Args extends unknown[], Result>(measure: (...args: Args) => Promise<Result>) =>
    async (...args: Args): Promise<Result> => {
      const startedAt = performance.now();
      try {
        return await measure(...args);
      } finally {
        tuningMs += performance.now() - startedAt;
      }
    };
  const tuning = new Tuning(
    gpu,
    { read: () => Promise.resolve(null), write: () => Promise.resolve() },
    process.version,
    { fasterReduction: timed(fasterReduction), measurePlans: timed(measurePlans), isPlanSound },
  );
  const trained = summarize(await readModelFile(files.bytes), files.name).contextLength;
  const contextLength = trained > 0 ? Math.min(wantedTokens, trained) : wantedTokens;
  return {
    ...{ tuning, contextLength, tuningMs: () => tuningMs },
    load: (options = {}, tuned = true) =>
      NativeEngine.load(gpu, files.bytes, files.name, { contextLength, ...options, ...(tuned ? { tuning } : {}) }),
  };
}
