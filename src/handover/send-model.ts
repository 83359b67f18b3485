/** The side that has the model: offers it and gives the chunks that are asked for. Only bytes of that model are ever sent. */
import type { OfferedModel } from '../../workers/protocol/hand-over.ts';
import { HandOverFault } from './fault.ts';
import { writeOffered } from './offered-model.ts';
import { WIRE_VERSION, type Wire } from './wire.ts';

/** How a hand-over ended well: `no` is the person's at the other device. */
export type SendOutcome = 'done' | 'no';

/** Where the chunks are from, and who hears that the first one is wanted. */
export interface Sending {
  readonly offer: OfferedModel;
  /** Rejects with an error that the other side is told of. */
  readonly read: (index: number) => Promise<Uint8Array<ArrayBuffer>>;
  readonly onAccepted: () => void;
}

/**
 * Sends a model. Rejects with a `HandOverFault`, or with what `read` rejects with. The caller closes the connection after,
 * and calls the wire's `farewell` to stop.
 */
export async function sendModel(wire: Wire, { offer, read, onAccepted }: Sending): Promise<SendOutcome> {
  const list = writeOffered(offer);
  await wire.sayWith({ kind: 'offer', version: WIRE_VERSION, bytes: list.byteLength }, list);
  let accepted = false;
  for (;;) {
    const { message } = await wire.next();
    if (message.kind === 'done' || message.kind === 'no') return message.kind;
    if (message.kind !== 'want' || message.index >= offer.chunkSha256.length) throw new HandOverFault('not-understood');
    if (!accepted) onAccepted();
    accepted = true;
    const { index } = message;
    const bytes = await read(index).catch(async (error: unknown) => {
      await wire.farewell({ kind: 'failed', why: error instanceof Error ? error.message : String(error) });
      throw error;
    });
    await wire.sayWith({ kind: 'chunk', index, bytes: bytes.byteLength }, bytes);
  }
}
