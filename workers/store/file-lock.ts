/** Who may touch a file now: one writer, or any number of readers, over all tabs. The browser frees locks on a crash. */
import { EngineError } from '../protocol/errors.ts';
import { notSecure } from '../source/digest.ts';

/** What a browser on a busy machine may need to end a worker. */
const PATIENCE_MS = 5000;

/** Runs while no other tab or worker reads or writes the file; rejects with `FileBusy` if one does. */
export async function withExclusiveLock<T>(id: string, run: () => Promise<T>): Promise<T> {
  const got = await tryExclusiveLock(id, run);
  if (got === null) throw busy();
  return got.result;
}

/**
 * The same, with some patience first: the worker of a page that was just left or loaded again holds its locks until the
 * browser has ended it.
 */
export async function withExclusiveLockSoon<T>(id: string, run: () => Promise<T>): Promise<T> {
  const patience = AbortSignal.timeout(PATIENCE_MS);
  let isMine = false;
  const locked = manager().request(fileLock(id), { mode: 'exclusive', signal: patience }, () => {
    isMine = true;
    return manager().request(writerLock(id), run);
  });
  return locked.catch((error: unknown) => {
    throw isMine ? error : busy();
  }) as Promise<T>;
}

/** Runs while no other tab or worker reads or writes the file; `null`, and does not run, if one does. */
export async function tryExclusiveLock<T>(id: string, run: () => Promise<T>): Promise<{ readonly result: T } | null> {
  return manager().request(fileLock(id), { mode: 'exclusive', ifAvailable: true }, async (lock) => {
    if (lock === null) return null;
    return { result: (await manager().request(writerLock(id), run)) as T };
  });
}

/**
 * Resolves when nobody writes the file, or with the signal's reason. It waits at a lock of the writer's own: whoever
 * waited at the file's would keep readers away from it.
 */
export async function writerDone(id: string, signal: AbortSignal): Promise<void> {
  await manager().request(writerLock(id), { mode: 'shared', signal }, () => undefined);
}

/**
 * Takes a reader's lock; rejects with `FileBusy` while the file is written or deleted. The function it gives frees the
 * lock, and resolves once it is free.
 */
export function holdSharedLock(id: string): Promise<() => Promise<void>> {
  return new Promise((resolve, reject) => {
    const ended: Promise<unknown> = manager()
      .request(fileLock(id), { mode: 'shared', ifAvailable: true }, (lock) => {
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

function fileLock(id: string): string {
  return `freehold-file-${id}`;
}

function writerLock(id: string): string {
  return `freehold-writer-${id}`;
}

/** The error of a file that others use. */
export function busy(): EngineError {
  return new EngineError('FileBusy', {
    what: 'This model is in use: it is being loaded, downloaded or deleted, here or in another tab',
    remedy: 'Wait until that is done, or stop it, and try again.',
  });
}
