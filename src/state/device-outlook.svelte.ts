/**
 * What this device has for a model, and how a model that is not here yet would do on it. What was measured or has proved
 * itself is kept for each adapter; nothing of it leaves the device.
 */
import { type AdapterSummary, DEFAULT_CONTEXT_TOKENS } from '../../workers/protocol/engine.ts';
import type { ModelSizes } from '../../workers/protocol/model.ts';
import { activeShare, memoryNeed, type MemoryNeed, weightBytesOnGpu } from '../lib/fit/need.ts';
import { estimateSpeed, type SpeedRange } from '../lib/fit/speed.ts';
import { type Fit, judge, type Room } from '../lib/fit/verdict.ts';
import { readStored, writeStored } from '../lib/stored.ts';
import type { EngineState } from './engine.svelte.ts';
import type { LibraryState } from './library.svelte.ts';

/** What is known of a model before it is fetched. */
export interface Prospect {
  readonly sizes: ModelSizes;
  readonly parameters: number;
  /** Tokens that it was made for. */
  readonly contextLength: number;
  readonly fileBytes: number;
  /** Of most of its weights, as files name it, or `null`. */
  readonly quantization: string | null;
  /** Bytes of its weights on the GPU, where that is not what the file takes. */
  readonly weightBytes?: number;
  /** Whether its bytes are in the store already. */
  readonly stored?: boolean;
}

/** How a model would do here. */
export interface Outlook {
  readonly fit: Fit;
  readonly need: MemoryNeed;
  readonly contextTokens: number;
  /** `null` where the adapter was not measured yet. */
  readonly speed: SpeedRange | null;
  /** What models on their way still need of the storage; it is taken off what there is. */
  readonly comingBytes: number;
}

/** What is kept of an adapter. */
interface Measured {
  readonly copyBytesPerSecond: number | null;
  /** The most that a model has taken on it. */
  readonly provenBytes: number;
}

const KEY = 'adapters';
const NOTHING: Measured = { copyBytesPerSecond: null, provenBytes: 0 };
const GIB = 2 ** 30;
/** Browsers tell no more than 8 or, of late, 32 GiB, so that a page cannot tell computers apart (Device Memory API). */
const TOLD_AT_MOST_GIB: readonly number[] = [8, 32];

/** The device as models meet it. */
export class DeviceOutlook {
  /** What was found out here, where that is more than what is kept. */
  #found = $state.raw<Partial<Measured>>({});
  readonly #engine: EngineState;
  readonly #library: Pick<LibraryState, 'storage' | 'refreshStorage'>;
  readonly #contextSetting: () => number | null;

  /** `contextSetting` is how many tokens of context a person has chosen; `null`: none. */
  constructor(
    engine: EngineState,
    library: Pick<LibraryState, 'storage' | 'refreshStorage'>,
    contextSetting: () => number | null,
  ) {
    this.#engine = engine;
    this.#library = library;
    this.#contextSetting = contextSetting;
  }

  /**
   * Looks what may be stored, notes what the model on the adapter takes, and measures the adapter where that was never done
   * and nothing runs on it. Never rejects.
   */
  async prepare(): Promise<void> {
    await this.#library.refreshStorage();
    const adapter = this.#adapter;
    if (adapter === null) return;
    const { model, phase } = this.#engine;
    const { weights = 0, kvCache = 0, scratch = 0 } = model?.gpuBytes ?? {};
    const taken = weights + kvCache + scratch;
    if (taken > this.#measured(adapter).provenBytes) this.#keep(adapter, { provenBytes: taken });
    if (this.#measured(adapter).copyBytesPerSecond !== null || (phase !== 'none' && phase !== 'ready')) return;
    try {
      this.#keep(adapter, { copyBytesPerSecond: await this.#engine.measureBandwidth() });
    } catch {
      // Without it a model's speed is not told; what is wrong with the device, a load says.
    }
  }

  /** How a model would do here; `null` where there is no graphics processor. */
  of(model: Prospect): Outlook | null {
    const adapter = this.#adapter;
    if (adapter === null) return null;
    const contextTokens = Math.min(this.#contextSetting() ?? DEFAULT_CONTEXT_TOKENS, model.contextLength);
    const weightBytes = model.weightBytes ?? weightBytesOnGpu(model.fileBytes, model.quantization);
    const exact = model.quantization === 'F32' && model.weightBytes === undefined;
    const need = memoryNeed(model.sizes, weightBytes, contextTokens, adapter, exact);
    const fit = judge(need, model.stored === true ? 0 : model.fileBytes, this.#room(adapter));
    const comingBytes = this.#library.storage.neededBytes;
    return { fit, need, contextTokens, speed: this.#speed(model, need, adapter), comingBytes };
  }

  #speed(
    { sizes, parameters }: Prospect,
    { weights, kvCache }: MemoryNeed,
    adapter: AdapterSummary,
  ): SpeedRange | null {
    const { copyBytesPerSecond } = this.#measured(adapter);
    if (copyBytesPerSecond === null) return null;
    // A conversation fills its context by and by: half of the cache, on average.
    const bytesPerToken = weights * activeShare(sizes, parameters) + kvCache / 2;
    return estimateSpeed({ bytesPerToken, copyBytesPerSecond, isFallback: adapter.isFallback });
  }

  #room(adapter: AdapterSummary): Room {
    const { quotaBytes, usedBytes, neededBytes } = this.#library.storage;
    const memoryGib = (navigator as { readonly deviceMemory?: number }).deviceMemory ?? null;
    return {
      bufferBytes: Math.min(adapter.maxBufferBytes, adapter.maxBindingBytes),
      storageBytes: quotaBytes === null ? null : Math.max(0, quotaBytes - (usedBytes ?? 0) - neededBytes),
      memoryBytes: memoryGib === null ? null : memoryGib * GIB,
      memoryIsLeast: memoryGib !== null && TOLD_AT_MOST_GIB.includes(memoryGib),
      provenBytes: this.#measured(adapter).provenBytes,
    };
  }

  get #adapter(): AdapterSummary | null {
    const { gpu } = this.#engine;
    return gpu?.kind === 'available' ? gpu.adapter : null;
  }

  #measured(adapter: AdapterSummary): Measured {
    return { ...kept(adapter), ...this.#found };
  }

  #keep(adapter: AdapterSummary, change: Partial<Measured>): void {
    this.#found = { ...this.#found, ...change };
    const all = readStored(KEY);
    const others = typeof all === 'object' && all !== null && !Array.isArray(all) ? all : {};
    writeStored(KEY, { ...others, [nameOf(adapter)]: this.#measured(adapter) });
  }
}

function nameOf({ vendor, architecture, description }: AdapterSummary): string {
  return [vendor, architecture, description].join(' ');
}

function kept(adapter: AdapterSummary): Measured {
  const all = readStored(KEY);
  if (typeof all !== 'object' || all === null) return NOTHING;
  const name = nameOf(adapter);
  const value: unknown = Object.hasOwn(all, name) ? (all as Record<string, unknown>)[name] : null;
  if (typeof value !== 'object' || value === null) return NOTHING;
  const { copyBytesPerSecond, provenBytes } = value as Partial<Record<keyof Measured, unknown>>;
  return {
    copyBytesPerSecond: isBytes(copyBytesPerSecond) ? copyBytesPerSecond : null,
    provenBytes: isBytes(provenBytes) ? provenBytes : 0,
  };
}

function isBytes(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value) && value > 0;
}
