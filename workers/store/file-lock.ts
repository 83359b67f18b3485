/** Who may touch a file now: one writer, or any number of readers, over all tabs. The browser frees locks on a crash. */
import { EngineError } from '../protocol/errors.ts';
import { notSecure } from './digest.ts';

/** Runs while no other tab or worker reads or writes the file; rejects with `FileBusy` if one does. */
export async function withExclusiveLock<T>(id: string, run: () => Promise<T>): Promise<T> {
  return (await manager().request(lockName(id), { mode: 'exclusive', ifAvailable: true }, (lock) => {
    if (lock === null) throw busy();
    return run();
  })) as T;
}

/**
 * Takes a reader's lock; rejects with `FileBusy` while the file is written or deleted. The function it gives frees the
 * lock, and resolves once it is free.
 */
export function holdSharedLock(id: string): Promise<() => Promise<void>> {
  return new Promise((resolve, reject) => {
    const ended: Promise<unknown> = manager()
      .request(lockName(id), { mode: 'shared', ifAvailable: true }, (lock) => {
        if (lock === null) throw busy();
        return new Promise<void>((free) => {
          resolve(async () => {
            free();
            await ended;
          });
        });
      })
      .catch(reject);
  });
}

function manager(): LockManager {
  // Absent outside secure contexts, whatever the types say.
  const locks = navigator.locks as LockManager | undefined;
  if (locks === undefined) throw notSecure();
  return locks;
}

function lockName(id: string): string {
  return `freehold-file-${id}`;
}

function busy(): EngineError {
  return new EngineError('FileBusy', {
    what: 'This model is in use: it is being loaded, downloaded or deleted, here or in another tab',
    remedy: 'Wait until that is done, or stop it, and try again.',
  });
}
