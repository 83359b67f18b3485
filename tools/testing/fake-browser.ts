/** What a worker has in a browser and Node has not: IndexedDB, Web Locks and a storage estimate, for store tests. */
import { IDBFactory, IDBKeyRange } from 'fake-indexeddb';
import { vi } from 'vitest';

interface Held {
  readonly mode: LockMode;
  /** In vain once the lock was dropped. */
  readonly free: () => void;
}

/** Web Locks as far as the store uses them: shared and exclusive, if available or waiting in turn, with a signal. */
class FakeLocks {
  readonly #held = new Map<string, Set<Held>>();
  /** Who waits, in turn: each tries again, and says whether it still waits. */
  readonly #waiting = new Map<string, (() => boolean)[]>();

  async request<T>(
    name: string,
    ...[given, callback]:
      [run: (lock: Lock | null) => T | Promise<T>] | [LockOptions, (lock: Lock | null) => T | Promise<T>]
  ): Promise<T> {
    const run = typeof given === 'function' ? given : callback!;
    const { mode = 'exclusive', ifAvailable = false, signal } = typeof given === 'function' ? {} : given;
    await Promise.resolve();
    signal?.throwIfAborted();
    const free = this.#take(name, mode) ?? (ifAvailable ? null : await this.#inTurn(name, mode, signal));
    if (free === null) return run(null);
    try {
      return await run({ name, mode });
    } finally {
      free();
    }
  }

  /** What happens to locks when the tabs that hold them are gone. */
  dropAll(): void {
    this.#held.clear();
    for (const name of [...this.#waiting.keys()]) this.#serve(name);
  }

  #take(name: string, mode: LockMode): (() => void) | null {
    if ((this.#waiting.get(name) ?? []).length > 0) return null;
    return this.#hold(name, mode);
  }

  #hold(name: string, mode: LockMode): (() => void) | null {
    const holders = this.#held.get(name) ?? new Set();
    if ([...holders].some((other) => mode === 'exclusive' || other.mode === 'exclusive')) return null;
    const holder: Held = {
      mode,
      free: () => {
        holders.delete(holder);
        this.#serve(name);
      },
    };
    this.#held.set(name, holders.add(holder));
    return holder.free;
  }

  #inTurn(name: string, mode: LockMode, signal?: AbortSignal): Promise<() => void> {
    return new Promise((resolve, reject) => {
      const tryAgain = (): boolean => {
        if (signal?.aborted) {
          reject(signal.reason as Error);
          return false;
        }
        const free = this.#hold(name, mode);
        if (free !== null) resolve(free);
        return free === null;
      };
      this.#waiting.set(name, [...(this.#waiting.get(name) ?? []), tryAgain]);
      signal?.addEventListener('abort', () => {
        this.#serve(name);
      });
    });
  }

  #serve(name: string): void {
    const waiting = this.#waiting.get(name) ?? [];
    this.#waiting.delete(name);
    const still = waiting.filter((tryAgain) => tryAgain());
    if (still.length > 0) this.#waiting.set(name, still);
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
