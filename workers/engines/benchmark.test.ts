import { expect, test } from 'vitest';
import { openNodeGpu } from '../../tools/node-gpu.ts';
import { randomModel } from '../../tools/testing/random-model.ts';
import { writeGguf } from '../../tools/testing/write-gguf.ts';
import { Gpu } from '../gpu/gpu.ts';
import { openGpu } from '../gpu/open-gpu.ts';
import type { BenchmarkProgress } from '../protocol/benchmark.ts';
import { bytesSource } from '../source/bytes-source.ts';
import { runBenchmark } from './benchmark.ts';
import { NativeEngine } from './native.ts';

const gpu = await openGpu(openNodeGpu('SwiftShader')).catch(() => null);
const present = gpu instanceof Gpu;
if (!present) console.warn('SKIPPED: no SwiftShader here, no model was measured.');
const LAYERS = 2;

test.runIf(present)(
  'a model is measured at the lengths that its context has room for, and the measuring can be ended',
  async () => {
    const sizes = { layers: LAYERS, embedding: 64, feedForward: 96, heads: 4, kvHeads: 2, contextLength: 1200 };
    const variant = { real: 'f32', reduction: 'thread' } as const;
    const source = bytesSource(writeGguf(randomModel(sizes)));
    const engine = await NativeEngine.load(gpu as Gpu, source, 'r.gguf', { variant });
    const seen: BenchmarkProgress[] = [];
    const result = (await runBenchmark(engine, (progress) => seen.push(progress)))!;
    expect(result.prefill.map(({ tokens }) => tokens)).toEqual([128, 512]);
    expect(result.decode.map(({ depth }) => depth)).toEqual([0, 1024]);
    for (const { speed } of [...result.prefill, ...result.decode]) {
      expect(speed.least).toBeGreaterThan(0);
      expect(speed.median).toBeGreaterThanOrEqual(speed.least);
      expect(speed.most).toBeGreaterThanOrEqual(speed.median);
    }
    const headAndSampler = 4;
    expect(result.callsPerToken).toEqual({
      ...{ submits: 1, passes: 1, dispatches: 6 * LAYERS + headAndSampler, createdObjects: 0, bufferWrites: 1 },
    });
    expect(seen[0]).toEqual({ doneRuns: 0, totalRuns: 12 });
    expect(seen.at(-1)).toEqual({ doneRuns: 12, totalRuns: 12 });

    const controller = new AbortController();
    const ended = await runBenchmark(
      engine,
      ({ doneRuns }) => {
        if (doneRuns === 1) controller.abort();
      },
      controller.signal,
    );
    expect(ended).toBeNull();
    engine.dispose();
    (gpu as Gpu).destroy();
  },
  240_000,
);
