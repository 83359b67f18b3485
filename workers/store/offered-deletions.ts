/**
 * Deletions that can still be undone. The model is hidden in the store, so that no tab sees it, and its lock is held: nobody
 * can bring the same model in meanwhile and lose it to the deletion. A tab that dies frees the lock, and the next start
 * deletes what it finds hidden and free.
 */
import { tryExclusiveLock, withExclusiveLock } from './file-lock.ts';
import { bringFileBack, deleteFile, hideFile } from './manifest.ts';

interface Offer {
  readonly decide: (end: End) => void;
  /** The model is deleted, or there again. */
  readonly ended: Promise<void>;
}

type End = typeof deleteFile | typeof bringFileBack;

/** The deletions that this worker offers to undo. */
export class OfferedDeletions {
  readonly #offers = new Map<string, Offer>();

  /** Whether a model is hidden by this worker. */
  has(id: string): boolean {
    return this.#offers.has(id);
  }

  /** Hides a model; see `CareApi.hide`. */
  hide(id: string): Promise<void> {
    return new Promise((resolve, reject) => {
      const ended: Promise<void> = withExclusiveLock(id, async () => {
        await hideFile(id);
        const end = await new Promise<End>((decide) => {
          this.#offers.set(id, { decide, ended });
          resolve();
        });
        this.#offers.delete(id);
        await end(id);
      });
      ended.catch(reject);
    });
  }

  /** Frees the bytes of a model that this worker hides. */
  async carryOut(id: string): Promise<void> {
    await this.#end(id, deleteFile);
  }

  /** Brings a model back; one that a worker hid which has ended since, too. Rejects with `NotFound` if it is deleted. */
  async bringBack(id: string): Promise<void> {
    if (this.has(id)) await this.#end(id, bringFileBack);
    else await withExclusiveLock(id, () => bringFileBack(id));
  }

  async #end(id: string, end: End): Promise<void> {
    const offer = this.#offers.get(id);
    offer?.decide(end);
    await offer?.ended;
  }
}

/** Carries out what tabs that are gone have left hidden; what a living one still offers to undo stays. */
export async function carryOutLeft(ids: readonly string[]): Promise<void> {
  for (const id of ids) await tryExclusiveLock(id, () => deleteFile(id));
}
