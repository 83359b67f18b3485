/**
 * A model's KV cache: room for the first positions when it is made, and twice as many whenever a text needs more, so that a
 * long context costs memory only once it is used. Positions lie block after block (`shaders/cache-layout.ts`), so what a
 * buffer holds is the start of a larger one; it is copied on the GPU. Refuses more positions than the context has.
 */
import { cachePositions } from '../../shaders/cache-layout.ts';
import type { Gpu } from '../gpu/gpu.ts';
import { EngineError, errorCode } from '../protocol/errors.ts';
import { formatBytes } from '../protocol/format-bytes.ts';
import type { LayerCache } from './attention.ts';
import type { Graph } from './graph.ts';
import { Slot } from './slot.ts';

/** Sizes of a cache. */
export interface KvCacheSizes {
  readonly layers: number;
  /** Bytes of one position's keys in one layer; its values take the same. */
  readonly positionBytes: number;
  /** The most positions. */
  readonly contextLength: number;
  /** Positions that there is room for at first. */
  readonly firstPositions: number;
}

/** Keys and values of every layer. */
export class KvCache {
  readonly layers: readonly LayerCache[];
  readonly #graph: Graph;
  readonly #sizes: KvCacheSizes;
  #positions: number;

  /** Plans the memory; `graph` allocates it with all else. */
  constructor(graph: Graph, sizes: KvCacheSizes) {
    this.#graph = graph;
    this.#sizes = sizes;
    const { layers, positionBytes, contextLength, firstPositions } = sizes;
    this.#positions = cachePositions(Math.min(firstPositions, contextLength));
    const bytes = { most: positionBytes * cachePositions(contextLength), first: positionBytes * this.#positions };
    const slot = (label: string): Slot => graph.memory.add(Slot.growing(label, bytes, 'kv-cache'));
    this.layers = Array.from({ length: layers }, (_, layer) => ({
      keys: slot(`keys of layer ${layer}`),
      values: slot(`values of layer ${layer}`),
    }));
  }

  /** Positions that there is room for. */
  get positions(): number {
    return this.#positions;
  }

  /**
   * Makes room for so many positions; what the cache holds stays. Nothing may be in flight that is still to be encoded.
   * Rejects with `ContextFull` where the device has no memory for it: the cache then goes on as it was.
   */
  async reserve(gpu: Gpu, positions: number): Promise<void> {
    if (positions <= this.#positions) return;
    const { positionBytes, contextLength } = this.#sizes;
    if (positions > contextLength) throw new Error(`${positions} positions are asked of a context of ${contextLength}`);
    let wanted = this.#positions;
    while (wanted < positions) wanted *= 2;
    wanted = Math.min(wanted, cachePositions(contextLength));
    try {
      // One after another: what is there twice at any time is one layer's keys or values.
      for (const { keys, values } of this.layers) {
        await keys.grow(gpu, positionBytes * wanted);
        await values.grow(gpu, positionBytes * wanted);
      }
    } catch (error) {
      if (errorCode(error) !== 'GpuOutOfMemory') throw error;
      throw new EngineError('ContextFull', {
        what: `The graphics device has no memory for more than ${this.#positions} tokens of this conversation`,
        expected: `${formatBytes(2 * this.layers.length * positionBytes * (wanted - this.#positions))} free`,
        got: 'an out-of-memory report',
        remedy: 'Start a new chat, or close other tabs that use the GPU and go on; or choose a smaller model.',
      });
    } finally {
      // Also where some have grown and one could not: the buffers that they had are gone.
      this.#graph.rebind();
    }
    this.#positions = wanted;
  }
}
