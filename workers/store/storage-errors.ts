/** What IndexedDB throws, as errors that a person can act on. */
import { EngineError } from '../protocol/errors.ts';
import { formatBytes } from '../protocol/format-bytes.ts';

/** Chromium's estimate never reports more than this as free, whatever the disk holds. */
const ESTIMATE_CEILING_BYTES = 10 * 1024 ** 3;

/** Where the estimate is at its ceiling, more than this is still refused: 32 GiB have been seen to be granted. */
const GRANTED_BYTES = 64 * 1024 ** 3;

/** Turns what a store operation threw into `StorageFull` or `StorageFailed`; an EngineError stays itself. */
export async function storageError(error: unknown, neededBytes: number): Promise<EngineError> {
  if (error instanceof EngineError) return error;
  if (error instanceof Error && error.name === 'QuotaExceededError') {
    return storageFull(neededBytes, await availableBytes());
  }
  const reason = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return new EngineError('StorageFailed', {
    what: `The browser's storage failed (${reason})`,
    remedy: 'Reload the page and try again. A private window may keep nothing at all.',
  });
}

/** Refuses with `StorageFull` where the browser's estimate rules out that `neededBytes` more fit. */
export async function checkSpace(neededBytes: number): Promise<void> {
  const available = await availableBytes();
  if (available === null) return;
  const limit = available < ESTIMATE_CEILING_BYTES ? available : Math.max(available, GRANTED_BYTES);
  if (neededBytes > limit) {
    throw storageFull(neededBytes, available);
  }
}

/** Bytes that the browser says this site may still store, or `null` where it does not say. */
async function availableBytes(): Promise<number | null> {
  // Absent outside secure contexts, whatever the types say.
  const storage = navigator.storage as StorageManager | undefined;
  const estimate = await storage?.estimate().catch(() => null);
  return estimate?.quota === undefined ? null : Math.max(0, estimate.quota - (estimate.usage ?? 0));
}

function storageFull(neededBytes: number, available: number | null): EngineError {
  return new EngineError('StorageFull', {
    what: 'The browser has no room for this file',
    expected: `${formatBytes(neededBytes)} free`,
    ...(available !== null && { got: formatBytes(available) }),
    remedy: 'Delete a model that you no longer need, or free space on this device.',
  });
}
