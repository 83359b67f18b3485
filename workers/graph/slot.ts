/**
 * Buffers that are planned before they are made.
 *
 * A model is declared first, with every buffer a slot of known size; so the memory that it needs is exact before a byte
 * is allocated, and can be refused with numbers.
 */
import { type BufferKind, type Gpu, USAGE } from '../gpu/gpu.ts';
import { EngineError } from '../protocol/errors.ts';
import { formatBytes } from '../protocol/format-bytes.ts';

/** A buffer to be: its size is known, its memory is not yet taken. */
export class Slot {
  readonly label: string;
  readonly bytes: number;
  readonly kind: BufferKind;
  readonly usage: number;
  #buffer: GPUBuffer | null = null;

  constructor(label: string, bytes: number, kind: BufferKind, usage = USAGE.storage | USAGE.copyTarget) {
    this.label = label;
    this.bytes = Math.max(16, Math.ceil(bytes / 16) * 16);
    this.kind = kind;
    this.usage = usage;
  }

  /** The buffer; only after `allocate`. */
  get buffer(): GPUBuffer {
    if (!this.#buffer) throw new Error(`"${this.label}" is used before it is allocated`);
    return this.#buffer;
  }

  allocate(gpu: Gpu): void {
    this.#buffer ??= gpu.createBuffer(this.label, this.bytes, this.kind, this.usage);
  }

  release(gpu: Gpu): void {
    if (this.#buffer) gpu.release(this.#buffer);
    this.#buffer = null;
  }
}

/** Every slot of one model: counted, checked against the device, allocated and freed together. */
export class MemoryPlan {
  readonly #slots: Slot[] = [];

  add(slot: Slot): Slot {
    this.#slots.push(slot);
    return slot;
  }

  /** Planned bytes, by purpose. */
  bytes(kind: BufferKind): number {
    return this.#slots.reduce((sum, slot) => sum + (slot.kind === kind ? slot.bytes : 0), 0);
  }

  /** Takes the memory. Rejects with `ModelTooLarge` or `ContextTooLarge` for a buffer over the device's limits, or `GpuOutOfMemory`. */
  async allocate(gpu: Gpu): Promise<void> {
    const { maxBufferSize, maxStorageBufferBindingSize } = gpu.device.limits;
    const limit = Math.min(maxBufferSize, maxStorageBufferBindingSize);
    for (const { label, bytes, kind } of this.#slots) {
      if (bytes <= limit) continue;
      throw new EngineError(kind === 'weights' ? 'ModelTooLarge' : 'ContextTooLarge', {
        what: `"${label}" does not fit into one buffer of this graphics device`,
        expected: `at most ${formatBytes(limit)}`,
        got: formatBytes(bytes),
        remedy: kind === 'weights' ? 'Choose a smaller model.' : 'Choose a shorter context.',
      });
    }
    const total = this.#slots.reduce((sum, slot) => sum + slot.bytes, 0);
    try {
      await gpu.withinMemory('this model', total, () => {
        for (const slot of this.#slots) slot.allocate(gpu);
      });
    } catch (error) {
      this.release(gpu);
      throw error;
    }
  }

  release(gpu: Gpu): void {
    for (const slot of this.#slots) slot.release(gpu);
  }
}
