/**
 * Reads a stream piece by piece, into the same memory each time where the browser can (a "bring your own buffer" reader): a
 * download of gigabytes leaves nothing to collect, and is read about a third faster in Chromium.
 */

/** What browsers hand over at once is smaller. */
const PIECE_BYTES = 1024 * 1024;

/** The next piece, or `null` at the end. Its bytes are others' when the next one is asked for. */
export type PieceReader = () => Promise<Uint8Array<ArrayBuffer> | null>;

/** A reader of a response's body. */
export function readPieces(body: ReadableStream<Uint8Array<ArrayBuffer>>): PieceReader {
  const reader = ownBufferReader(body);
  if (reader === null) {
    const reader = body.getReader();
    return async () => (await reader.read()).value ?? null;
  }
  let buffer = new ArrayBuffer(PIECE_BYTES);
  return async () => {
    const { done, value } = await reader.read(new Uint8Array(buffer));
    if (done || value === undefined) return null;
    buffer = value.buffer;
    return value;
  };
}

function ownBufferReader(body: ReadableStream<Uint8Array<ArrayBuffer>>): ReadableStreamBYOBReader | null {
  try {
    return body.getReader({ mode: 'byob' });
  } catch (error) {
    // The stream gives only buffers of its own.
    if (error instanceof TypeError) return null;
    throw error;
  }
}
