/**
 * What two pages say to each other over a data channel: short messages as JSON, some followed by a body of bytes in pieces.
 * What comes is a stranger's until it is checked, so every message is read by its form and every length has a bound.
 */
import { HandOverFault } from './fault.ts';

/** Safe in every browser: all take 64 KiB in one message, some no more. */
export const PIECE_BYTES = 64 * 1024;
/** So much waits in the browser before more is given to it: enough that the network never waits for the page. */
const WAITING_BYTES = 4 * 1024 * 1024;
/** How long the last word may take to arrive. */
const FAREWELL_MS = 3000;

/** The version of what is said. */
export const WIRE_VERSION = 1;

/** A message of the one side or the other. `bytes` is the length of the body that follows. */
export type Message =
  /** A model is offered: the body is an `OfferedModel` as JSON. */
  | { readonly kind: 'offer'; readonly version: number; readonly bytes: number }
  /** The person at the other device does not want it. */
  | { readonly kind: 'no' }
  | { readonly kind: 'want'; readonly index: number }
  | { readonly kind: 'chunk'; readonly index: number; readonly bytes: number }
  /** All of it is there and has been verified. */
  | { readonly kind: 'done' }
  | { readonly kind: 'stop' }
  | { readonly kind: 'failed'; readonly why: string };

/** A message with its body. */
export interface Received {
  readonly message: Message;
  readonly body: Uint8Array<ArrayBuffer>;
}

/** What is used of an `RTCDataChannel`, ordered and reliable. */
export interface Channel {
  readonly bufferedAmount: number;
  bufferedAmountLowThreshold: number;
  binaryType: string;
  send(data: string | Uint8Array<ArrayBuffer>): void;
  close(): void;
  addEventListener(
    type: 'message' | 'close' | 'bufferedamountlow',
    listener: (event: { readonly data?: unknown }) => void,
  ): void;
}

/** One end of an open channel. Every method rejects with a `HandOverFault` once the other side is gone or has stopped. */
export class Wire {
  /** Hears of every piece of a body as it comes in or has been given to the browser. */
  onPiece: (bytes: number) => void = () => undefined;

  /** Hears once that the other side is gone, or has stopped. */
  onEnd: (fault: HandOverFault) => void = () => undefined;

  readonly #channel: Channel;
  readonly #bodyBytesMax: number;
  readonly #arrived: Received[] = [];
  /** A body that is coming in. */
  #coming: { readonly message: Message; readonly body: Uint8Array<ArrayBuffer>; filled: number } | null = null;
  #ended: HandOverFault | null = null;
  /** The last word of this side has been said. */
  #leaving = false;
  /** Who waits for a message, for room or for the end. */
  #wake: (() => void)[] = [];

  constructor(channel: Channel, bodyBytesMax: number) {
    this.#channel = channel;
    this.#bodyBytesMax = bodyBytesMax;
    channel.binaryType = 'arraybuffer';
    channel.bufferedAmountLowThreshold = WAITING_BYTES / 2;
    channel.addEventListener('message', ({ data }) => {
      this.#hear(data);
    });
    channel.addEventListener('bufferedamountlow', () => {
      this.#wakeAll();
    });
    channel.addEventListener('close', () => {
      this.end(new HandOverFault('lost'));
    });
  }

  /** Says something that has no body. */
  say(message: Exclude<Message, { bytes: number }>): void {
    this.#throwIfOver();
    this.#send(JSON.stringify(message));
  }

  /** Says something with its body; resolves when the browser has all of it. One at a time. */
  async sayWith(message: Message & { bytes: number }, body: Uint8Array<ArrayBuffer>): Promise<void> {
    this.#throwIfOver();
    this.#send(JSON.stringify(message));
    for (let offset = 0; offset < body.byteLength; offset += PIECE_BYTES) {
      while (this.#channel.bufferedAmount > WAITING_BYTES) {
        await this.#change();
        this.#throwIfOver();
      }
      const piece = body.subarray(offset, offset + PIECE_BYTES);
      this.#send(piece);
      this.onPiece(piece.byteLength);
    }
  }

  /** The next message. What arrived before the end is still given. */
  async next(): Promise<Received> {
    for (;;) {
      const received = this.#arrived.shift();
      if (received !== undefined) return received;
      this.#throwIfOver();
      await this.#change();
    }
  }

  /** Says a last word, gives it time to arrive, and closes. Never rejects. */
  async farewell(message: Exclude<Message, { bytes: number }>): Promise<void> {
    if (this.#ended === null && !this.#leaving) {
      this.#leaving = true;
      const timeout = setTimeout(() => {
        this.end(new HandOverFault('lost'));
      }, FAREWELL_MS);
      try {
        this.#send(JSON.stringify(message));
      } catch {
        // It is closed already.
      }
      this.#wakeAll();
      // Who hears it closes the channel.
      while (!this.#isEnded()) await this.#change();
      clearTimeout(timeout);
    }
    this.#channel.close();
  }

  /** Ends it on this side with a reason. */
  end(fault: HandOverFault): void {
    if (this.#ended !== null) return;
    this.#ended = fault;
    this.#wakeAll();
    if (!this.#leaving) this.onEnd(fault);
  }

  /** A listener sets it, which the compiler cannot see. */
  #isEnded(): boolean {
    return this.#ended !== null;
  }

  #throwIfOver(): void {
    if (this.#ended !== null) throw this.#ended;
    if (this.#leaving) throw new HandOverFault('lost');
  }

  #send(data: string | Uint8Array<ArrayBuffer>): void {
    try {
      this.#channel.send(data);
    } catch {
      // It closed a moment ago; its event follows.
      this.end(new HandOverFault('lost'));
      throw this.#ended!;
    }
  }

  #hear(data: unknown): void {
    if (this.#ended !== null) return;
    if (data instanceof ArrayBuffer) {
      this.#take(new Uint8Array(data));
      return;
    }
    const message = typeof data === 'string' ? parse(data) : null;
    if (message === null || (this.#coming !== null && message.kind !== 'stop' && message.kind !== 'failed'))
      this.#confused();
    else if (message.kind === 'stop') this.end(new HandOverFault('stopped-there'));
    else if (message.kind === 'failed') this.end(new HandOverFault('failed-there', message.why));
    else if (!('bytes' in message)) this.#arrive({ message, body: new Uint8Array(0) });
    else if (message.bytes > this.#bodyBytesMax) this.#confused();
    else this.#coming = { message, body: new Uint8Array(message.bytes), filled: 0 };
  }

  #take(piece: Uint8Array): void {
    const coming = this.#coming;
    if (coming === null || piece.byteLength === 0 || coming.filled + piece.byteLength > coming.body.byteLength) {
      this.#confused();
      return;
    }
    coming.body.set(piece, coming.filled);
    coming.filled += piece.byteLength;
    this.onPiece(piece.byteLength);
    if (coming.filled < coming.body.byteLength) return;
    this.#coming = null;
    this.#arrive(coming);
  }

  #arrive({ message, body }: Received): void {
    this.#arrived.push({ message, body });
    this.#wakeAll();
  }

  #confused(): void {
    this.end(new HandOverFault('not-understood'));
  }

  #change(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake.push(resolve);
    });
  }

  #wakeAll(): void {
    for (const wake of this.#wake.splice(0)) wake();
  }
}

/** A message by its form; `null` where it has none of them. */
function parse(text: string): Message | null {
  if (text.length > PIECE_BYTES) return null;
  let found: Partial<Record<'kind' | 'version' | 'bytes' | 'index' | 'why', unknown>> | null;
  try {
    found = JSON.parse(text) as typeof found;
  } catch {
    return null;
  }
  const { kind, version, bytes, index, why } = found ?? {};
  switch (kind) {
    case 'no':
    case 'done':
    case 'stop':
      return { kind };
    case 'offer':
      return isCount(version) && isCount(bytes) && bytes > 0 ? { kind, version, bytes } : null;
    case 'want':
      return isCount(index) ? { kind, index } : null;
    case 'chunk':
      return isCount(index) && isCount(bytes) && bytes > 0 ? { kind, index, bytes } : null;
    case 'failed':
      return typeof why === 'string' ? { kind, why: why.slice(0, 1000) } : null;
    default:
      return null;
  }
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
