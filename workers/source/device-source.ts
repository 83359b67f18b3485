/**
 * A model on another device, chunk by chunk over a port: see `protocol/hand-over.ts`. A chunk is held to its SHA-256 before
 * a byte of it is passed on. It is asked for one after another, for there is one way that they come by.
 */
import { EngineError } from '../protocol/errors.ts';
import type { ChunkAnswer, ChunkAsk, DeviceSource, OfferedModel } from '../protocol/hand-over.ts';
import { checkRange } from './check-range.ts';
import { sha256Hex } from './digest.ts';
import { beginHandOver, type HandOverRecord } from './hand-over-record.ts';
import type { OpenedPart, OpenedSource } from './opened-source.ts';

/** The chunk in use and the one that is on its way. */
const CHUNKS_HELD = 2;

/**
 * Opens a model of a connected device. Rejects with `NotFound` where it is not connected, or with `RequestForbidden` under
 * the air gap. Its reads reject with what the other end of the port names, or with `SourceChanged` where a chunk is not
 * what was offered; what was stored until then stays good.
 */
export async function openDevice({ kind, name, sha256, connection }: DeviceSource): Promise<OpenedSource> {
  if (connection === undefined) {
    throw new EngineError('NotFound', {
      what: `${name} came from another device, and no other device is connected`,
      remedy: 'Have it sent again from there: what is here already is not sent twice.',
    });
  }
  const { offer, port } = connection;
  const chunks = new OfferedChunks(offer, port, await beginHandOver('received', name));
  const { fileName, files, byteLength } = offer;
  const whole = chunks.part(fileName, 0, byteLength);
  let end = 0;
  const parts = files.map((file) => {
    const start = end;
    end += file.byteLength;
    return chunks.part(file.fileName, start, file.byteLength);
  });
  const about = { origin: fileName, again: { kind, name, sha256 }, validator: sha256 } as const;
  if (parts.length > 1) return { ...whole, ...about, identity: sha256, files: parts };
  const alone = { ...whole, sha256 };
  return { ...alone, ...about, files: [alone] };
}

/** The chunks of an offered model. */
class OfferedChunks {
  readonly #offer: OfferedModel;
  readonly #port: NonNullable<DeviceSource['connection']>['port'];
  readonly #waiting = new Map<number, { resolve(bytes: ArrayBuffer): void; reject(error: Error): void }>();
  /** By index, oldest first. */
  readonly #held = new Map<number, Promise<Uint8Array<ArrayBuffer>>>();
  readonly #record: HandOverRecord;
  #failure: Error | null = null;

  constructor(offer: OfferedModel, port: NonNullable<DeviceSource['connection']>['port'], record: HandOverRecord) {
    this.#offer = offer;
    this.#port = port;
    this.#record = record;
    record.signal.addEventListener('abort', () => {
      this.#fail(record.signal.reason as Error);
    });
    port.addEventListener('message', ({ data }) => {
      this.#hear(data as ChunkAnswer | ChunkAsk);
    });
    port.start();
  }

  /** A file that lies so in the whole. */
  part(fileName: string, start: number, byteLength: number): OpenedPart {
    const { chunkBytes } = this.#offer;
    const chunk = (index: number, signal?: AbortSignal) => this.#chunk(index, signal);
    const count = this.#offer.chunkSha256.length;
    async function* pieces(from: number, to: number, signal?: AbortSignal) {
      for (let position = start + from; position < start + to;) {
        signal?.throwIfAborted();
        const index = Math.floor(position / chunkBytes);
        const bytes = await chunk(index, signal);
        const [within, left] = [position - index * chunkBytes, start + to - position];
        const piece = bytes.subarray(within, within + left);
        // The next one comes while this one is stored.
        if (piece.byteLength < left && index + 1 < count) chunk(index + 1, signal).catch(() => undefined);
        yield piece;
        position += piece.byteLength;
      }
    }
    return {
      fileName,
      byteLength,
      sha256: null,
      ignoresRanges: () => true,
      async read(offset, length, signal) {
        checkRange(offset, length, byteLength);
        const bytes = new Uint8Array(length);
        let filled = 0;
        for await (const piece of pieces(offset, offset + length, signal)) {
          bytes.set(piece, filled);
          filled += piece.byteLength;
        }
        return bytes;
      },
      async *stream(from, to, signal) {
        checkRange(from, to - from, byteLength);
        yield* pieces(from, to, signal);
      },
    };
  }

  async #chunk(index: number, signal?: AbortSignal): Promise<Uint8Array<ArrayBuffer>> {
    let loading = this.#held.get(index);
    if (loading === undefined) {
      const oldest = this.#held.keys().next();
      if (this.#held.size >= CHUNKS_HELD && !oldest.done) this.#held.delete(oldest.value);
      this.#held.set(index, (loading = this.#load(index)));
    }
    return signal === undefined ? loading : untilAborted(loading, signal);
  }

  async #load(index: number): Promise<Uint8Array<ArrayBuffer>> {
    const buffer = await new Promise<ArrayBuffer>((resolve, reject) => {
      if (this.#failure !== null) {
        reject(this.#failure);
        return;
      }
      this.#waiting.set(index, { resolve, reject });
      this.#port.postMessage({ want: index } satisfies ChunkAsk, []);
    });
    const bytes = new Uint8Array(buffer);
    this.#record.moved(bytes.byteLength);
    const { byteLength, chunkBytes, chunkSha256, name } = this.#offer;
    const length = Math.min(chunkBytes, byteLength - index * chunkBytes);
    if (bytes.byteLength === length && (await sha256Hex(bytes)) === chunkSha256[index]) return bytes;
    throw new EngineError('SourceChanged', {
      what: `The other device sent other bytes of ${name} than it had offered`,
      offset: index * chunkBytes,
      remedy: 'What had come until then is kept. Check the model on the other device, and have it sent again.',
    });
  }

  #hear(data: ChunkAnswer | ChunkAsk): void {
    if ('index' in data) {
      this.#waiting.get(data.index)?.resolve(data.bytes);
      this.#waiting.delete(data.index);
    } else if ('failed' in data) {
      this.#fail(Object.assign(new Error(data.failed.message), { name: data.failed.name }));
    } else if ('over' in data) {
      this.#record.end(data.over);
      this.#port.close();
    }
  }

  #fail(error: Error): void {
    this.#failure ??= error;
    for (const { reject } of this.#waiting.values()) reject(this.#failure);
    this.#waiting.clear();
  }
}

function untilAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = (): void => {
      reject(signal.reason as Error);
    };
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true });
    promise.then(resolve, reject).finally(() => {
      signal.removeEventListener('abort', abort);
    });
  });
}
