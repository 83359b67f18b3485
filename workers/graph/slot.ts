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
  /** The most that it takes. */
  readonly bytes: number;
  readonly kind: BufferKind;
  readonly usage: number;
  /** What it takes when it is allocated. */
  readonly firstBytes: number;
  #buffer: GPUBuffer | null = null;

  constructor(
    label: string,
    bytes: number,
    kind: BufferKind,
    usage = USAGE.storage | USAGE.copyTarget,
    firstBytes = bytes,
  ) {
    this.label = label;
    this.bytes = bufferBytes(bytes);
    this.firstBytes = bufferBytes(firstBytes);
    this.kind = kind;
    this.usage = usage;
  }

  /** A buffer that takes its first bytes with all others, and more when it is told to grow. */
  static growing(label: string, bytes: { readonly first: number; readonly most: number }, kind: BufferKind): Slot {
    return new Slot(label, bytes.most, kind, USAGE.storage | USAGE.copyTarget | USAGE.copySource, bytes.first);
  }

  /** Whether its buffer may be another one later. */
  get grows(): boolean {
    return this.firstBytes < this.bytes;
  }

  /** Bytes of the buffer that is there now; 0: there is none. */
  get heldBytes(): number {
    return this.#buffer?.size ?? 0;
  }

  /** The buffer; only after `allocate`. */
  get buffer(): GPUBuffer {
    if (!this.#buffer) throw new Error(`"${this.label}" is used before it is allocated`);
    return this.#buffer;
  }

  allocate(gpu: Gpu): void {
    this.#buffer ??= gpu.createBuffer(this.label, this.firstBytes, this.kind, this.usage);
  }

  /**
   * Takes a buffer of so many bytes, with what the one before held, which is given back. Does nothing where that is large
   * enough. Rejects with `GpuOutOfMemory`, and stays as it was.
   */
  async grow(gpu: Gpu, bytes: number): Promise<void> {
    const before = this.buffer;
    if (before.size >= bufferBytes(bytes)) return;
    let larger: GPUBuffer | null = null;
    try {
      larger = await gpu.withinMemory(this.label, bytes, () => {
        larger = gpu.createBuffer(this.label, bufferBytes(bytes), this.kind, this.usage);
        return larger;
      });
    } catch (error) {
      if (larger) gpu.release(larger);
      throw error;
    }
    const encoder = gpu.device.createCommandEncoder({ label: `grow ${this.label}` });
    encoder.copyBufferToBuffer(before, 0, larger, 0, before.size);
    gpu.submit(encoder);
    this.#buffer = larger;
    gpu.release(before);
    // Until the copy is done the device keeps what was given back.
    await gpu.idle();
  }

  release(gpu: Gpu): void {
    if (this.#buffer) gpu.release(this.#buffer);
    this.#buffer = null;
  }
}

/** Storage bindings are whole vectors of four floats. */
function bufferBytes(bytes: number): number {
  return Math.max(16, Math.ceil(bytes / 16) * 16);
}

/** Every slot of one model: counted, checked against the device, allocated and freed together. */
export class MemoryPlan {
  readonly #slots: Slot[] = [];

  add(slot: Slot): Slot {
    this.#slots.push(slot);
    return slot;
  }

  /** Planned bytes, by purpose: the most that there will be. */
  bytes(kind: BufferKind): number {
    return this.#slots.reduce((sum, slot) => sum + (slot.kind === kind ? slot.bytes : 0), 0);
  }

  /** Bytes that are allocated now, by purpose. */
  heldBytes(kind: BufferKind): number {
    return this.#slots.reduce((sum, slot) => sum + (slot.kind === kind ? slot.heldBytes : 0), 0);
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
    const total = this.#slots.reduce((sum, slot) => sum + slot.firstBytes, 0);
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
