/**
 * The device and everything that is asked of it, counted.
 *
 * Every queue and creation call of the engine goes through this class, so that "one submit a token, nothing created in
 * the loop" is a number and not a promise, and so that every byte on the GPU has an owner. Knows no model.
 */
import type { AdapterSummary } from '../protocol/engine.ts';
import { EngineError } from '../protocol/errors.ts';
import { formatBytes } from '../protocol/format-bytes.ts';

/** Numeric values of GPUBufferUsage: the global is missing in Node. */
export const USAGE = {
  mapRead: 0x1,
  copySource: 0x4,
  copyTarget: 0x8,
  uniform: 0x40,
  storage: 0x80,
  queryResolve: 0x200,
} as const;

/** Calls since the device was opened; differences over a token are what the bench reports. */
export interface GpuCounts {
  submits: number;
  dispatches: number;
  passes: number;
  bindGroups: number;
  buffers: number;
  bufferWrites: number;
  maps: number;
}

/** Calls for each of `steps` steps between two readings; zeros for none. */
export function countsPerStep(before: GpuCounts, after: GpuCounts, steps: number): GpuCounts {
  const perStep = (name: keyof GpuCounts): number => (steps === 0 ? 0 : (after[name] - before[name]) / steps);
  return {
    submits: perStep('submits'),
    dispatches: perStep('dispatches'),
    passes: perStep('passes'),
    bindGroups: perStep('bindGroups'),
    buffers: perStep('buffers'),
    bufferWrites: perStep('bufferWrites'),
    maps: perStep('maps'),
  };
}

/** What bytes on the GPU are for. */
export type BufferKind = 'weights' | 'kv-cache' | 'scratch';

/** An open device. It owns every buffer made through it until `release` or `destroy`. */
export class Gpu {
  readonly device: GPUDevice;
  readonly adapter: AdapterSummary;
  readonly counts: GpuCounts = {
    submits: 0,
    dispatches: 0,
    passes: 0,
    bindGroups: 0,
    buffers: 0,
    bufferWrites: 0,
    maps: 0,
  };
  /** Set once the device is gone, with the browser's reason. */
  lostReason: string | null = null;
  /** The most bytes that were held at once, of every kind. */
  peakBytes = 0;
  #heldBytes = 0;
  readonly #bytes = new Map<GPUBuffer, { kind: BufferKind; bytes: number }>();
  #fault: string | null = null;

  constructor(device: GPUDevice, adapter: AdapterSummary) {
    this.device = device;
    this.adapter = adapter;
    void device.lost.then(({ reason, message }) => {
      this.lostReason = message || reason;
    });
    device.onuncapturederror = ({ error }) => {
      this.#fault ??= error.message;
    };
  }

  /** Resolves when the device is lost; never rejects. */
  get lost(): Promise<GPUDeviceLostInfo> {
    return this.device.lost;
  }

  /** Bytes held now, by purpose. */
  bytes(kind: BufferKind): number {
    let total = 0;
    for (const entry of this.#bytes.values()) if (entry.kind === kind) total += entry.bytes;
    return total;
  }

  /** Makes a buffer and enters it in the ledger. Contents are zero. */
  createBuffer(label: string, bytes: number, kind: BufferKind, usage: number): GPUBuffer {
    this.counts.buffers++;
    const buffer = this.device.createBuffer({ label, size: bytes, usage });
    this.#bytes.set(buffer, { kind, bytes });
    this.#heldBytes += bytes;
    this.peakBytes = Math.max(this.peakBytes, this.#heldBytes);
    return buffer;
  }

  /** Frees a buffer; a second call has no effect. */
  release(buffer: GPUBuffer): void {
    this.#heldBytes -= this.#bytes.get(buffer)?.bytes ?? 0;
    this.#bytes.delete(buffer);
    buffer.destroy();
  }

  createBindGroup(descriptor: GPUBindGroupDescriptor): GPUBindGroup {
    this.counts.bindGroups++;
    return this.device.createBindGroup(descriptor);
  }

  write(buffer: GPUBuffer, offset: number, data: GPUAllowSharedBufferSource): void {
    this.counts.bufferWrites++;
    this.device.queue.writeBuffer(buffer, offset, data);
  }

  submit(encoder: GPUCommandEncoder): void {
    this.counts.submits++;
    this.device.queue.submit([encoder.finish()]);
  }

  /** Resolves when all submitted work is done. Rejects with `GpuLost`, or `GpuWrongResult` after a validation error. */
  async idle(): Promise<void> {
    await this.device.queue.onSubmittedWorkDone();
    this.check();
  }

  /** Maps a readback buffer, copies what is asked and unmaps. */
  async read(buffer: GPUBuffer, offset: number, bytes: number): Promise<ArrayBuffer> {
    this.counts.maps++;
    try {
      await buffer.mapAsync(0x1, offset, bytes); // GPUMapMode.READ
    } catch (cause) {
      this.check();
      throw new EngineError('GpuLost', { what: `Reading back from the graphics device failed (${String(cause)})` });
    }
    const copy = buffer.getMappedRange(offset, bytes).slice(0);
    buffer.unmap();
    return copy;
  }

  /** Throws what the device has to complain of, if anything. */
  check(): void {
    if (this.lostReason !== null) {
      throw new EngineError('GpuLost', {
        what: `The graphics device was lost (${this.lostReason})`,
        remedy: 'Load the model again; if it happens again, reload the page or choose a smaller model.',
      });
    }
    if (this.#fault !== null) {
      throw new EngineError('GpuWrongResult', {
        what: 'The graphics device refused a command',
        got: this.#fault,
        remedy: 'Update the browser or the graphics driver.',
      });
    }
  }

  /** Runs allocations and turns an out-of-memory report into `GpuOutOfMemory`. */
  async withinMemory<Result>(what: string, bytes: number, work: () => Result): Promise<Result> {
    this.device.pushErrorScope('out-of-memory');
    const result = work();
    const error = await this.device.popErrorScope();
    this.check();
    if (error !== null) {
      throw new EngineError('GpuOutOfMemory', {
        what: `The graphics device has no room for ${what}`,
        expected: `${formatBytes(bytes)} free`,
        got: 'an out-of-memory report',
        remedy: 'Choose a shorter context or a smaller model, or close other tabs that use the GPU.',
      });
    }
    return result;
  }

  /** Frees every buffer and the device. */
  destroy(): void {
    for (const buffer of this.#bytes.keys()) buffer.destroy();
    this.#bytes.clear();
    this.device.destroy();
  }
}
