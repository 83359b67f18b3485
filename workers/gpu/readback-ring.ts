/** A few mappable words, so that a token's id can be read late while later tokens are already in flight. */
import { USAGE, type Gpu } from './gpu.ts';

/** Fixed slots of four bytes each; a slot is free again when its read has resolved. */
export class ReadbackRing {
  readonly #gpu: Gpu;
  readonly #slots: GPUBuffer[];
  #next = 0;

  constructor(gpu: Gpu, slots: number) {
    this.#gpu = gpu;
    this.#slots = Array.from({ length: slots }, (_, slot) =>
      gpu.createBuffer(`token readback ${slot}`, 4, 'scratch', USAGE.mapRead | USAGE.copyTarget),
    );
  }

  /** Encodes the copy of one u32; the returned function, called after the submit, resolves to its value. */
  copy(encoder: GPUCommandEncoder, source: GPUBuffer, offset: number): () => Promise<number> {
    const slot = this.#slots[this.#next]!;
    this.#next = (this.#next + 1) % this.#slots.length;
    encoder.copyBufferToBuffer(source, offset, slot, 0, 4);
    return async () => new Uint32Array(await this.#gpu.read(slot, 0, 4))[0]!;
  }
}
