/** What is counted and what is left behind, on a device whose clock is ours; `npm run bench` measures on real ones. */
import { afterEach, expect, it, vi } from 'vitest';
import { AVAILABLE } from '../../src/state/testing/samples.ts';
import type { AdapterSummary } from '../protocol/engine.ts';
import { copyBandwidth, quickRuns } from './bandwidth.ts';
import { Gpu } from './gpu.ts';

const MIB = 2 ** 20;

/** A device on which each submitted copy takes the next of these times, and which may have no memory. */
function device(runsMs: readonly number[], outOfMemory = false): { gpu: Gpu; dispatched: number[][] } {
  let nowMs = 0;
  let run = 0;
  const dispatched: number[][] = [];
  vi.spyOn(performance, 'now').mockImplementation(() => nowMs);
  const scopes: string[] = [];
  const pass = {
    ...{ setPipeline: () => undefined, setBindGroup: () => undefined, end: () => undefined },
    dispatchWorkgroups: (...grid: number[]) => dispatched.push(grid),
  };
  const fake = {
    lost: new Promise(() => undefined),
    limits: {},
    pushErrorScope: (kind: string) => scopes.push(kind),
    popErrorScope: () => Promise.resolve(scopes.pop() === 'out-of-memory' && outOfMemory ? { message: 'none' } : null),
    createShaderModule: () => ({}),
    createBindGroupLayout: () => ({}),
    createPipelineLayout: () => ({}),
    createComputePipelineAsync: () => Promise.resolve({ getBindGroupLayout: () => ({}) }),
    createBuffer: () => ({ destroy: () => undefined }),
    createBindGroup: () => ({}),
    createCommandEncoder: () => ({ beginComputePass: () => pass, finish: () => ({}) }),
    queue: {
      submit: () => undefined,
      onSubmittedWorkDone: () => {
        nowMs += runsMs[run++]!;
        return Promise.resolve();
      },
    },
  };
  return { gpu: new Gpu(fake as unknown as GPUDevice, adapter()), dispatched };
}

function adapter(changes: Partial<AdapterSummary> = {}): AdapterSummary {
  if (AVAILABLE.kind !== 'available') throw new Error('no adapter');
  return { ...AVAILABLE.adapter, ...changes };
}

afterEach(() => {
  vi.restoreAllMocks();
});

it('counts what is read and what is written, in the best run, and frees its buffers', async () => {
  // Twice 2 × 16 MiB in the 4 ms of the best run.
  const { gpu, dispatched } = device([9, 4, 5]);
  expect(await copyBandwidth(gpu, { bytes: 16 * MIB, copies: 2, repeats: 3 })).toBe((4 * 16 * MIB * 1000) / 4);
  expect(gpu.bytes('scratch')).toBe(0);
  // 2²⁰ elements of 16 bytes, 256 to a workgroup.
  expect(dispatched).toEqual(Array.from({ length: 3 * 2 }, () => [4096, 1, 1]));
});

it('rejects where there is no room, and leaves nothing behind', async () => {
  const { gpu, dispatched } = device([], true);
  await expect(copyBandwidth(gpu, { bytes: MIB, copies: 1, repeats: 1 })).rejects.toMatchObject({
    name: 'GpuOutOfMemory',
  });
  expect([gpu.bytes('scratch'), dispatched]).toEqual([0, []]);
});

it('copies less where the processor itself does it', () => {
  const runs = (isFallback: boolean) => quickRuns({ adapter: adapter({ isFallback }) } as Gpu);
  expect(runs(true).bytes * runs(true).copies).toBeLessThan(runs(false).bytes * runs(false).copies);
  // The least that a device may bind at once (WebGPU, maxStorageBufferBindingSize).
  expect(runs(false).bytes).toBeLessThanOrEqual(134_217_728);
});
