/** The tables of angles that a model's layers turn by: one for most models, two where some layers use another base. */
import { ropeTable } from '../../shaders/rope-table.ts';
import { type Gpu } from '../gpu/gpu.ts';
import { type MemoryPlan, Slot } from '../graph/slot.ts';
import type { RopeSettings } from './rope-settings.ts';

/** Plans tables and, once memory is there, fills them. */
export class RopeTables {
  readonly #memory: MemoryPlan;
  readonly #contextLength: number;
  readonly #rotaryDim: number;
  readonly #settings: RopeSettings;
  readonly #planned = new Map<string, { slot: Slot; settings: RopeSettings }>();

  constructor(memory: MemoryPlan, contextLength: number, rotaryDim: number, settings: RopeSettings) {
    this.#memory = memory;
    this.#contextLength = contextLength;
    this.#rotaryDim = rotaryDim;
    this.#settings = settings;
  }

  /** The table (contextLength, rotaryDim / 2) of cosine and sine for the file's settings, with changes if there are any. */
  table(change: Partial<RopeSettings> = {}): Slot {
    const key = JSON.stringify(change);
    let planned = this.#planned.get(key);
    if (!planned) {
      const slot = new Slot('rope table', 4 * this.#contextLength * this.#rotaryDim, 'scratch');
      planned = { slot: this.#memory.add(slot), settings: { ...this.#settings, ...change } };
      this.#planned.set(key, planned);
    }
    return planned.slot;
  }

  /** Writes every planned table; call after the memory plan is allocated. */
  upload(gpu: Gpu): void {
    const [contextLength, rotaryDim] = [this.#contextLength, this.#rotaryDim];
    for (const { slot, settings } of this.#planned.values())
      gpu.write(slot.buffer, 0, ropeTable({ contextLength, rotaryDim, ...settings }));
  }
}
