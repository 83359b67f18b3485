/**
 * Where decode has the residual streams whose blocks end with a norm. What such a block adds is left beside the stream, for the
 * product that reads the stream next to norm and add it on the way; the block after it writes the sum into the other of two
 * buffers, because a kernel whose workgroups all read a buffer cannot change it. Records nothing.
 */
import { type MemoryPlan, Slot } from './slot.ts';

/** A stream: one row, or three with an addend (see `shaders/matvec-deferred.ts`). */
export interface Stream {
  readonly slot: Slot;
  /** There is an addend to `of`, the activation that the model knows; with what is added to the mean of its squares. */
  readonly joins?: { readonly epsilon: number; readonly of: StreamRows } | undefined;
}

/** Rows of `dim` values, `stride` apart, that a model knows as a residual stream. */
interface StreamRows {
  readonly slot: Slot;
  readonly dim: number;
  readonly stride: number;
}

/** Rows of a buffer: stream, addend, squares. */
const ROWS = 3;

/** The streams of one model, by the slots that the model knows them by. */
export class Streams {
  readonly #memory: MemoryPlan;
  readonly #buffers = new Map<Slot, readonly [Slot, Slot]>();
  readonly #now = new Map<Slot, Stream>();

  constructor(memory: MemoryPlan) {
    this.#memory = memory;
  }

  /** Where an activation's row is; of one that is no stream, in its own slot. */
  at(known: Slot): Stream {
    return this.#now.get(known) ?? { slot: known };
  }

  /** Where the stream's next state goes: (3, stride); never where it is. */
  next({ slot, stride }: StreamRows): Slot {
    let buffers = this.#buffers.get(slot);
    if (!buffers) {
      const plan = (): Slot => this.#memory.add(new Slot(`${slot.label} of decode`, 4 * ROWS * stride, 'scratch'));
      buffers = [plan(), plan()];
      this.#buffers.set(slot, buffers);
    }
    const [one, other] = buffers;
    return this.at(slot).slot === one ? other : one;
  }

  /** The stream is there from now on. */
  move(known: Slot, stream: Stream): void {
    this.#now.set(known, stream);
  }
}
