/** The side that gets a model: reads the offer, then asks for chunks, of which several may be on their way. */
import type { OfferedModel } from '../../workers/protocol/hand-over.ts';
import { HandOverFault } from './fault.ts';
import { readOffered } from './offered-model.ts';
import { WIRE_VERSION, type Wire } from './wire.ts';

/** Waits for the offer. Rejects with a `HandOverFault`. */
export async function awaitOffer(wire: Wire): Promise<OfferedModel> {
  const { message, body } = await wire.next();
  if (message.kind !== 'offer' || message.version !== WIRE_VERSION) throw new HandOverFault('not-understood');
  return readOffered(body);
}

/** The chunks of an offer that was accepted. */
export class ChunksFromDevice {
  readonly #wire: Wire;
  readonly #waiting = new Map<
    number,
    { readonly resolve: (bytes: Uint8Array<ArrayBuffer>) => void; readonly reject: (error: Error) => void }
  >();
  #reading = false;

  constructor(wire: Wire) {
    this.#wire = wire;
  }

  /** Asks for a chunk, as the other device sends it. Rejects with a `HandOverFault`. */
  chunk(index: number): Promise<Uint8Array<ArrayBuffer>> {
    return new Promise((resolve, reject) => {
      this.#wire.say({ kind: 'want', index });
      this.#waiting.set(index, { resolve, reject });
      void this.#read();
    });
  }

  /** Reads as long as something is waited for. */
  async #read(): Promise<void> {
    if (this.#reading) return;
    this.#reading = true;
    try {
      while (this.#waiting.size > 0) {
        const { message, body } = await this.#wire.next();
        const waiting = message.kind === 'chunk' ? this.#waiting.get(message.index) : undefined;
        if (message.kind !== 'chunk' || waiting === undefined) throw new HandOverFault('not-understood');
        this.#waiting.delete(message.index);
        waiting.resolve(body);
      }
    } catch (error) {
      for (const { reject } of this.#waiting.values()) reject(error as Error);
      this.#waiting.clear();
    } finally {
      this.#reading = false;
    }
  }
}
