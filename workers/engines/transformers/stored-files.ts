/**
 * A model's files as transformers.js asks for them: a cache that has just these, by exact name, whatever a configuration or
 * a graph would have it look for. It takes nothing in. Read in pieces, so that progress can be told and a load ended.
 */
import type { NamedSource } from '../../source/byte-source.ts';
import { partNamed } from '../../source/joined-source.ts';

/** By this name the model is asked for; it stands for no place. */
export const MODEL_ID = 'stored-model';

/** A chunk of the store. */
const PIECE_BYTES = 16 * 2 ** 20;

/** What transformers.js takes for a cache. */
export interface FileCache {
  match(address: string): Promise<Response | undefined>;
  put(): Promise<void>;
}

/** The files as a cache. `onRead` hears of all bytes read so far; reads reject with the signal's reason once it is aborted. */
export function storedFiles(
  files: readonly NamedSource[],
  onRead: (bytes: number) => void,
  signal: AbortSignal,
): FileCache {
  let readBytes = 0;
  return {
    match(address) {
      const [, name] = address.split(`/${MODEL_ID}/`);
      const file = name === undefined ? undefined : partNamed(files, name);
      if (file === undefined) return Promise.resolve(undefined);
      let offset = 0;
      const body = new ReadableStream<Uint8Array>(
        {
          async pull(controller) {
            const piece = await file.read(offset, Math.min(PIECE_BYTES, file.byteLength - offset), signal);
            offset += piece.byteLength;
            readBytes += piece.byteLength;
            onRead(readBytes);
            if (piece.byteLength > 0) controller.enqueue(piece);
            if (offset === file.byteLength) controller.close();
          },
        },
        { highWaterMark: 0 },
      );
      return Promise.resolve(new Response(body, { headers: { 'Content-Length': String(file.byteLength) } }));
    },
    put: () => Promise.resolve(),
  };
}
