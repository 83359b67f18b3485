/**
 * xxHash64, by which a chunk is known again each time that it is read: it finds what disks and databases do to bytes, at
 * several times the speed of SHA-256, which stays for what comes from elsewhere and for a check that a person asks for. It
 * comes when it is first asked for: a first visit reads and stores nothing.
 */
import { createXXHash64, type IHasher } from 'hash-wasm';
import { freeMemory } from './free-memory.ts';

/** A chunk is read in so many parts that it costs little memory and few round trips. */
const PIECE_BYTES = 4 * 1024 * 1024;

let making: Promise<IHasher> | null = null;

/** xxHash64 of bytes with seed 0, lower-case hex. Rejects with a `WebAssembly.CompileError` where a policy forbids it. */
export async function checksumOf(bytes: Uint8Array): Promise<string> {
  making ??= createXXHash64();
  const hasher = await making;
  // One hasher serves all: nothing waits between these three.
  return hasher.init().update(bytes).digest('hex');
}

/** The same of a Blob, of which no more than a piece is in memory at a time. Rejects as reading it does. */
export async function checksumOfBlob(blob: Blob): Promise<string> {
  const hasher = (await createXXHash64()).init();
  for (let offset = 0; offset < blob.size; offset += PIECE_BYTES) {
    const piece = new Uint8Array(await blob.slice(offset, offset + PIECE_BYTES).arrayBuffer());
    hasher.update(piece);
    freeMemory(piece);
  }
  return hasher.digest('hex');
}
