/** Both kinds of reader give the same bytes. */
import { describe, expect, it } from 'vitest';
import { noise } from '../../tools/testing/library-case.ts';
import { readPieces } from './piece-reader.ts';

const BYTES = noise(5_000_000);

/** A stream of bytes, which can be read into the reader's own buffer. */
function byteStream(pieceBytes: number): ReadableStream<Uint8Array<ArrayBuffer>> {
  let offset = 0;
  return new ReadableStream({
    type: 'bytes',
    pull(controller) {
      if (offset < BYTES.byteLength) return controller.enqueue(BYTES.slice(offset, (offset += pieceBytes)));
      controller.close();
      controller.byobRequest?.respond(0);
    },
  });
}

/** A stream that gives buffers of its own only. */
function plainStream(pieceBytes: number): ReadableStream<Uint8Array<ArrayBuffer>> {
  let offset = 0;
  return new ReadableStream({
    pull(controller) {
      if (offset < BYTES.byteLength) controller.enqueue(BYTES.slice(offset, (offset += pieceBytes)));
      else controller.close();
    },
  });
}

describe.each([
  ['a stream of bytes', byteStream],
  ['any other stream', plainStream],
])('readPieces of %s', (_, streamOf) => {
  it.each([1000, 70_000, 3_000_000])('gives every byte of pieces of %i bytes, then null', async (pieceBytes) => {
    const next = readPieces(streamOf(pieceBytes));
    let offset = 0;
    for (let piece = await next(); piece !== null; piece = await next()) {
      expect(Buffer.compare(piece, BYTES.subarray(offset, offset + piece.byteLength))).toBe(0);
      offset += piece.byteLength;
    }
    expect(offset).toBe(BYTES.byteLength);
  });
});

it('passes on what ends a stream', async () => {
  const failing = new ReadableStream<Uint8Array<ArrayBuffer>>({
    start(controller) {
      controller.error(new TypeError('network error'));
    },
  });
  await expect(readPieces(failing)()).rejects.toThrow('network error');
});
