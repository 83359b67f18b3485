/** Hashes what comes in, for the library worker, which is busy with taking it off the network. It can ask for nothing. */
import './hashing/no-network.ts';
import { expose, transfer } from 'comlink';
import { ChunkHasher } from './store/chunk-hasher.ts';
import type { Hashing } from './store/chunk-hasher.ts';

const hasher = new ChunkHasher();

const hashing: Hashing = {
  begin: (files, saved) => hasher.begin(files, saved),
  take: async (index, bytes) => {
    const hashed = await hasher.take(index, bytes);
    return transfer(hashed, [hashed.chunk.bytes.buffer]);
  },
};

expose(hashing);
// Who starts it waits for its first word.
postMessage(null);
