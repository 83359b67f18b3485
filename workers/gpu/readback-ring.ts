/** A few mappable buffers, so that a step's ids can be read late while later steps are already in flight. */
import { USAGE, type Gpu } from './gpu.ts';

/** Fixed slots of a few words each; a slot is free again when its read has resolved. */
export class ReadbackRing {
  readonly #gpu: Gpu;
  readonly #slots: GPUBuffer[];
  #next = 0;

  constructor(gpu: Gpu, slots: number, words: number) {
    this.#gpu = gpu;
    this.#slots = Array.from({ length: slots }, (_, slot) =>
      gpu.createBuffer(`token readback ${slot}`, 4 * words, 'scratch', USAGE.mapRead | USAGE.copyTarget),
    );
  }

  /** Encodes the copy of so many u32; the returned function, called after the submit, resolves to their values. */
  copy(encoder: GPUCommandEncoder, source: GPUBuffer, offset: number, words: number): () => Promise<Uint32Array> {
    const slot = this.#slots[this.#next]!;
    this.#next = (this.#next + 1) % this.#slots.length;
    encoder.copyBufferToBuffer(source, offset, slot, 0, 4 * words);
    return async () => new Uint32Array(await this.#gpu.read(slot, 0, 4 * words));
  }
}
