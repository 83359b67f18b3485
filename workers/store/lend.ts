/** Gives a stored model's chunks to the page, which sends them to another device. Each is checked as it is read. */
import { EngineError } from '../protocol/errors.ts';
import type { ChunkAnswer, ChunkAsk, ChunkPort, OfferedModel } from '../protocol/hand-over.ts';
import { beginHandOver } from '../source/hand-over-record.ts';
import { chunkLength } from './chunk.ts';
import { requireManifest } from './manifest.ts';
import { openStored } from './stored-file.ts';

/** Opens a model for lending: see `LibraryApi.lend`. A chunk that is damaged here is a failure there. */
export async function lend(id: string, port: ChunkPort): Promise<OfferedModel> {
  const file = await openStored(id);
  try {
    const { summary, files, byteLength, sha256, chunkBytes, chunkSha256 } = await requireManifest(id);
    const record = await beginHandOver('sent', summary.name);

    const fail = ({ name, message }: Error): void => {
      port.postMessage({ failed: { name, message } } satisfies ChunkAnswer, []);
    };
    const give = async (index: number): Promise<void> => {
      if (!(index in chunkSha256)) throw new EngineError('FileTruncated', { what: `There is no chunk ${index}` });
      const { buffer } = await file.read(index * chunkBytes, chunkLength(index, byteLength, chunkBytes));
      if (record.signal.aborted) return;
      record.moved(buffer.byteLength);
      port.postMessage({ index, bytes: buffer } satisfies ChunkAnswer, [buffer]);
    };
    record.signal.addEventListener('abort', () => {
      fail(record.signal.reason as Error);
    });
    port.addEventListener('message', ({ data }) => {
      const ask = data as ChunkAsk;
      if ('want' in ask) {
        give(ask.want).catch(fail);
        return;
      }
      record.end(ask.over);
      port.close();
      void file.release();
    });
    port.start();

    const { name, fileName } = summary;
    const parts = (files ?? [{ fileName, byteLength }]).map((part) => ({ ...part }));
    // Complete models have one.
    return { name, fileName, files: parts, byteLength, sha256: sha256!, chunkBytes, chunkSha256 };
  } catch (error) {
    await file.release();
    throw error;
  }
}
