/** Cuts a stream of pieces of any size into chunks of one size, as they arrive, and says where each slice of one ends. */

/** What to cut. */
export interface Cutting {
  /** Of what is cut, `head` included. */
  readonly totalBytes: number;
  readonly chunkBytes: number;
  /** The default is the chunk. */
  readonly sliceBytes?: number;
  /** The beginning of the first chunk where that is here already: the stream begins behind it. Less than that chunk. */
  readonly head?: Uint8Array;
  /** Hears of every piece's size. */
  readonly onArrival?: (bytes: number) => void;
  /** Gives memory for a chunk; without it there is that of two, by turns. */
  readonly memory?: () => Promise<ArrayBuffer>;
}

/** A slice that is here: the bytes `from` … `to − 1` of its chunk, of which nothing behind them is here. */
export interface Cut {
  /** At the beginning of its memory. Where none is given, that is used again for the chunk after the next. */
  readonly chunk: Uint8Array<ArrayBuffer>;
  readonly from: number;
  /** The chunk's length where it is whole. */
  readonly to: number;
}

/** Yields the slices of chunks of `chunkBytes`; the last chunk, and the last slice of each, may be shorter. */
export async function* cutChunks(
  pieces: AsyncIterable<Uint8Array<ArrayBuffer>>,
  { totalBytes, chunkBytes, sliceBytes = chunkBytes, head = new Uint8Array(), onArrival, memory }: Cutting,
): AsyncGenerator<Cut, void, undefined> {
  let remaining = totalBytes;
  const nextMemory = memory ?? twoByTurns(Math.min(chunkBytes, totalBytes));
  let chunk: Uint8Array<ArrayBuffer> | null = null;
  let filled = head.byteLength;
  let from = filled;
  for await (const piece of pieces) {
    onArrival?.(piece.byteLength);
    for (let taken = 0; taken < piece.byteLength;) {
      if (chunk === null) {
        chunk = new Uint8Array(await nextMemory(), 0, Math.min(chunkBytes, remaining));
        if (filled > 0) chunk.set(head);
      }
      const to = Math.min(chunk.byteLength, (Math.floor(from / sliceBytes) + 1) * sliceBytes);
      const part = piece.subarray(taken, taken + to - filled);
      chunk.set(part, filled);
      taken += part.byteLength;
      filled += part.byteLength;
      if (filled < to) continue;
      yield { chunk, from, to };
      from = to;
      if (filled < chunk.byteLength) continue;
      remaining -= filled;
      chunk = null;
      filled = from = 0;
    }
  }
}

function twoByTurns(bytes: number): () => ArrayBuffer {
  const buffers: ArrayBuffer[] = [];
  return () => {
    const buffer = buffers.length < 2 ? new ArrayBuffer(bytes) : buffers.shift()!;
    buffers.push(buffer);
    return buffer;
  };
}
