/** Two ends of a data channel in memory, as far as the wire uses one: ordered, with a buffer that drains by and by. */
import type { Channel } from '../wire.ts';

type Kind = 'message' | 'close' | 'bufferedamountlow';

/** What a test can see and do to the way between. */
export interface ChannelPair {
  readonly ends: readonly [FakeChannel, FakeChannel];
  /** Breaks the way, as when a network is gone: what is on it is lost. */
  cut(): void;
  /** Changes or drops what goes over it; `null` drops. `sent` counts over both ways, from 1. */
  onSend: (data: string | Uint8Array<ArrayBuffer>, sent: number) => string | Uint8Array<ArrayBuffer> | null;
}

/** One end. */
class FakeChannel implements Channel {
  bufferedAmount = 0;
  bufferedAmountLowThreshold = 0;
  binaryType = 'blob';
  isOpen = true;
  /** The most that ever waited. */
  mostBuffered = 0;
  /** The largest message that was given to it. */
  largest = 0;
  readonly #listeners: [Kind, (event: { readonly data?: unknown }) => void][] = [];
  #deliver: (data: string | Uint8Array<ArrayBuffer>) => void;
  #onClose: () => void;

  constructor(deliver: (data: string | Uint8Array<ArrayBuffer>) => void, onClose: () => void) {
    this.#deliver = deliver;
    this.#onClose = onClose;
  }

  send(data: string | Uint8Array<ArrayBuffer>): void {
    if (!this.isOpen) throw new DOMException('closed', 'InvalidStateError');
    this.bufferedAmount += data.length;
    this.mostBuffered = Math.max(this.mostBuffered, this.bufferedAmount);
    this.largest = Math.max(this.largest, data.length);
    const copy = typeof data === 'string' ? data : data.slice();
    setTimeout(() => {
      this.bufferedAmount -= copy.length;
      this.#deliver(copy);
      if (this.bufferedAmount <= this.bufferedAmountLowThreshold) this.emit('bufferedamountlow');
    });
  }

  close(): void {
    // What was sent before still arrives.
    setTimeout(() => {
      this.#onClose();
    });
  }

  addEventListener(kind: Kind, listener: (event: { readonly data?: unknown }) => void): void {
    this.#listeners.push([kind, listener]);
  }

  emit(kind: Kind, data?: unknown): void {
    for (const [of, listener] of this.#listeners) if (of === kind) listener({ data });
  }
}

/** Two ends of one channel. */
export function channelPair(): ChannelPair {
  let sent = 0;
  const close = (): void => {
    for (const end of pair.ends) {
      if (!end.isOpen) continue;
      end.isOpen = false;
      end.emit('close');
    }
  };
  const deliverTo = (to: 0 | 1) => (data: string | Uint8Array<ArrayBuffer>) => {
    if (!pair.ends[to].isOpen) return;
    const arriving = pair.onSend(data, ++sent);
    if (arriving === null || !pair.ends[to].isOpen) return;
    pair.ends[to].emit('message', typeof arriving === 'string' ? arriving : arriving.slice().buffer);
  };
  const pair: ChannelPair = {
    ends: [new FakeChannel(deliverTo(1), close), new FakeChannel(deliverTo(0), close)],
    cut: close,
    onSend: (data) => data,
  };
  return pair;
}
