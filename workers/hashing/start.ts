/**
 * Starts the worker that hashes, from a `blob:`, so that the policy of the library's document binds it as well; a worker
 * from an address of the site would have none where no header gives one. The blob holds all of it: in a worker that a
 * worker from a blob starts, Chromium takes no address for the site's own, so that nothing can be imported there.
 */
import { transfer, wrap } from 'comlink';
import { EngineError } from '../protocol/errors.ts';
import HashingWorker from '../hashing.worker.ts?worker&inline';
import type { BegunHash, Hashing, TakenChunk } from '../store/chunk-hasher.ts';
import type { OpenHashing } from '../store/hashing.ts';

/** Starts it, or gives `null` where the browser lets no worker start another. Its methods reject with `WorkerFailed`. */
export async function startHashingWorker(): Promise<OpenHashing | null> {
  const worker = new HashingWorker({ name: 'hashing' });
  if (await starts(worker)) return hashingOf(worker);
  worker.terminate();
  return null;
}

function starts(worker: Worker): Promise<boolean> {
  return new Promise((resolve) => {
    worker.onmessage = () => {
      resolve(true);
    };
    worker.onerror = (event) => {
      event.preventDefault();
      resolve(false);
    };
  });
}

function hashingOf(worker: Worker): OpenHashing {
  const remote = wrap<Hashing>(worker);
  const waiting = new Set<(reason: EngineError) => void>();
  worker.onmessage = null;
  let failure: EngineError | null = null;
  worker.onerror = (event) => {
    event.preventDefault();
    worker.terminate();
    failure = new EngineError('WorkerFailed', { what: `What hashes the model ended: ${event.message}` });
    for (const reject of waiting) reject(failure);
  };
  // A worker that has ended answers nothing that was asked of it, or will be.
  const unlessItEnds = <T>(answer: Promise<T> | T): Promise<T> =>
    new Promise((resolve, reject) => {
      if (failure !== null) {
        reject(failure);
        return;
      }
      waiting.add(reject);
      Promise.resolve(answer)
        .then(resolve, reject)
        .finally(() => waiting.delete(reject));
    });
  return {
    begin: (files, saved) => unlessItEnds<BegunHash>(remote.begin(files, saved)),
    take: (index, bytes) => unlessItEnds<TakenChunk>(remote.take(index, transfer(bytes, [bytes.buffer]))),
    end: () => {
      worker.terminate();
    },
  };
}
