/** What IndexedDB throws, as errors that a person can act on. */
import { EngineError } from '../protocol/errors.ts';
import { formatBytes } from '../protocol/format-bytes.ts';

/** Chromium's estimate never reports more than this as free, whatever the disk holds. */
const ESTIMATE_CEILING_BYTES = 10 * 1024 ** 3;

/** Where the estimate is at its ceiling, more than this is still refused: 32 GiB have been seen to be granted. */
const GRANTED_BYTES = 64 * 1024 ** 3;

/**
 * Turns what a store operation threw into `StorageFull` or `StorageFailed`; an EngineError stays itself. `offset` is
 * where in the model the operation was.
 */
export async function storageError(error: unknown, neededBytes: number, offset?: number): Promise<EngineError> {
  if (error instanceof EngineError) return error;
  if (error instanceof Error && error.name === 'QuotaExceededError') {
    return storageFull(neededBytes, await allowance(), { ...(offset !== undefined && { offset }) });
  }
  const reason = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return new EngineError('StorageFailed', {
    what: `The browser's storage failed (${reason})`,
    ...(offset !== undefined && { offset }),
    remedy: 'Reload the page and try again. A private window may keep nothing at all.',
  });
}

/** What a model on its way still needs of the storage. */
export interface SpaceClaim {
  neededBytes: number;
}

/**
 * Notes in `claim` that a model needs so much. Refuses with `StorageFull` where the browser's estimate rules out that it
 * fits beside what the others still need. Another tab's are not among them: where those fill the storage, writing fails.
 */
export async function claimSpace(
  claim: SpaceClaim,
  neededBytes: number,
  others: () => readonly SpaceClaim[],
): Promise<void> {
  const allowed = await allowance();
  // Nothing is waited for from here on: of two that begin at once, the second sees the first.
  if (allowed !== null) {
    const claimedBytes = others().reduce((sum, other) => sum + other.neededBytes, 0);
    const available = freeBytes(allowed);
    const limit = available < ESTIMATE_CEILING_BYTES ? available : Math.max(available, GRANTED_BYTES);
    if (neededBytes + claimedBytes > limit) throw storageFull(neededBytes, allowed, { claimedBytes });
  }
  claim.neededBytes = neededBytes;
}

/** What the browser says that this site may store. */
interface Allowance {
  readonly quotaBytes: number;
  readonly usedBytes: number;
}

/** `null` where the browser does not say. */
async function allowance(): Promise<Allowance | null> {
  // Absent outside secure contexts, whatever the types say.
  const storage = navigator.storage as StorageManager | undefined;
  const estimate = await storage?.estimate().catch(() => null);
  return estimate?.quota === undefined ? null : { quotaBytes: estimate.quota, usedBytes: estimate.usage ?? 0 };
}

function freeBytes({ quotaBytes, usedBytes }: Allowance): number {
  return Math.max(0, quotaBytes - usedBytes);
}

function storageFull(
  neededBytes: number,
  allowed: Allowance | null,
  { offset, claimedBytes = 0 }: { readonly offset?: number; readonly claimedBytes?: number },
): EngineError {
  // Some estimates are far above what is then granted: those are not passed on.
  const told = allowed !== null && freeBytes(allowed) < neededBytes + claimedBytes ? allowed : null;
  const beside = claimedBytes > 0;
  return new EngineError('StorageFull', {
    what: `The browser has no room for this file${beside ? ' beside those that are on their way' : ''}`,
    ...(offset !== undefined && { offset }),
    expected: `${formatBytes(neededBytes)} free${beside ? `, and ${formatBytes(claimedBytes)} for the others` : ''}`,
    got:
      told === null
        ? 'less, and the browser does not say how much'
        : `${formatBytes(freeBytes(told))}: this site uses ${formatBytes(told.usedBytes)} of the ${formatBytes(told.quotaBytes)} that it is allowed`,
    remedy: `${beside ? 'Pause another, delete' : 'Delete'} a model that you no longer need, or free space on this device.`,
  });
}
