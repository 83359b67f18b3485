/** Cuts a stream of pieces of any size into chunks of one size, as they arrive. */

/**
 * Yields chunks of `chunkBytes` from a stream of `totalBytes`; the last may be shorter. Each chunk is a fresh array.
 * `onArrival` hears of every piece's size.
 */
export async function* cutChunks(
  pieces: AsyncIterable<Uint8Array<ArrayBuffer>>,
  totalBytes: number,
  chunkBytes: number,
  onArrival: (bytes: number) => void = () => undefined,
): AsyncGenerator<Uint8Array<ArrayBuffer>, void, undefined> {
  let remaining = totalBytes;
  let chunk = new Uint8Array(Math.min(chunkBytes, remaining));
  let filled = 0;
  for await (const piece of pieces) {
    onArrival(piece.byteLength);
    for (let taken = 0; taken < piece.byteLength;) {
      const part = piece.subarray(taken, taken + chunk.byteLength - filled);
      chunk.set(part, filled);
      taken += part.byteLength;
      filled += part.byteLength;
      if (filled < chunk.byteLength) continue;
      remaining -= filled;
      yield chunk;
      chunk = new Uint8Array(Math.min(chunkBytes, remaining));
      filled = 0;
    }
  }
}
