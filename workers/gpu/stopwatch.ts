/**
 * Times dispatches: by the device's own clock where it has one, else by ours around a submit. Both are coarse on purpose in
 * browsers, so a stopwatch says what the shortest time is that it can tell from another.
 */
import { type Gpu, USAGE } from './gpu.ts';

/** Browsers round timestamps of the device to this (WebGPU, "Timing": 100 microseconds). */
const DEVICE_CLOCK_MS = 0.1;

/** Runs that show how long nothing takes. */
const EMPTY_RUNS = 3;

interface DeviceClock {
  readonly queries: GPUQuerySet;
  readonly resolved: GPUBuffer;
  readonly readback: GPUBuffer;
}

/** A stopwatch for one device; `close` frees what it holds. */
export class Stopwatch {
  readonly #gpu: Gpu;
  readonly #clock: DeviceClock | null;

  constructor(gpu: Gpu) {
    this.#gpu = gpu;
    this.#clock = gpu.device.features.has('timestamp-query')
      ? {
          queries: gpu.device.createQuerySet({ type: 'timestamp', count: 2 }),
          resolved: gpu.createBuffer('timestamps', 16, 'scratch', USAGE.queryResolve | USAGE.copySource),
          readback: gpu.createBuffer('timestamps read', 16, 'scratch', USAGE.mapRead | USAGE.copyTarget),
        }
      : null;
  }

  /** The least that two times must differ by to mean anything: what the clock rounds to, or what a submit costs by itself. */
  async resolutionMs(): Promise<number> {
    if (this.#clock) return DEVICE_CLOCK_MS;
    const empty: number[] = [];
    for (let run = 0; run < EMPTY_RUNS; run++) empty.push(await this.time(() => undefined));
    return Math.max(DEVICE_CLOCK_MS, ...empty);
  }

  /** Milliseconds that a pass takes. Rejects as `Gpu.idle` does. */
  async time(encode: (pass: GPUComputePassEncoder) => void): Promise<number> {
    const gpu = this.#gpu;
    const clock = this.#clock;
    const encoder = gpu.device.createCommandEncoder({ label: 'stopwatch' });
    const pass = encoder.beginComputePass(
      clock
        ? { timestampWrites: { querySet: clock.queries, beginningOfPassWriteIndex: 0, endOfPassWriteIndex: 1 } }
        : {},
    );
    encode(pass);
    pass.end();
    if (clock) {
      encoder.resolveQuerySet(clock.queries, 0, 2, clock.resolved, 0);
      encoder.copyBufferToBuffer(clock.resolved, 0, clock.readback, 0, 16);
    }
    const startedAt = performance.now();
    gpu.submit(encoder);
    if (!clock) {
      await gpu.idle();
      return performance.now() - startedAt;
    }
    const [began, ended] = new BigUint64Array(await gpu.read(clock.readback, 0, 16));
    gpu.check();
    return Number(ended! - began!) / 1e6;
  }

  close(): void {
    if (!this.#clock) return;
    this.#clock.queries.destroy();
    this.#gpu.release(this.#clock.resolved);
    this.#gpu.release(this.#clock.readback);
  }
}
