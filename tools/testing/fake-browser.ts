/** What a worker has in a browser and Node has not: IndexedDB, Web Locks and a storage estimate, for store tests. */
import { IDBFactory, IDBKeyRange } from 'fake-indexeddb';
import { vi } from 'vitest';

interface Held {
  readonly mode: LockMode;
  readonly free: () => void;
}

/** Web Locks as far as the store uses them: `ifAvailable` requests, shared and exclusive. */
class FakeLocks {
  readonly #held = new Map<string, Set<Held>>();

  async request<T>(
    name: string,
    { mode = 'exclusive' }: LockOptions,
    run: (lock: Lock | null) => T | Promise<T>,
  ): Promise<T> {
    await Promise.resolve();
    const holders = this.#held.get(name) ?? new Set();
    const taken = [...holders].some((holder) => mode === 'exclusive' || holder.mode === 'exclusive');
    if (taken) return run(null);
    const holder = { mode, free: () => holders.delete(holder) };
    this.#held.set(name, holders.add(holder));
    try {
      return await run({ name, mode });
    } finally {
      holder.free();
    }
  }

  /** What happens to locks when the tabs that hold them are gone. */
  dropAll(): void {
    this.#held.clear();
  }
}

/** The fakes, for tests to change. */
export interface FakeBrowser {
  readonly locks: FakeLocks;
  /** What `navigator.storage.estimate()` answers. */
  readonly estimate: { quota: number; usage: number };
}

const databases = new IDBFactory();

/** Installs the fakes in place of what was there; the database is empty. Undo with `vi.unstubAllGlobals()`. */
export async function fakeBrowser(): Promise<FakeBrowser> {
  const locks = new FakeLocks();
  const estimate = { quota: 1e12, usage: 0 };
  vi.stubGlobal('indexedDB', databases);
  vi.stubGlobal('IDBKeyRange', IDBKeyRange);
  vi.stubGlobal('navigator', { locks, storage: { estimate: () => Promise.resolve({ ...estimate }) } });
  // Deleting, as another tab might, also makes the code under test open its connection anew.
  await new Promise((resolve, reject) => {
    const request = databases.deleteDatabase('freehold');
    request.onsuccess = resolve;
    request.onerror = reject;
  });
  return { locks, estimate };
}
