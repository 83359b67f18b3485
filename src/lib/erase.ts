/**
 * Deletes everything that this page keeps. It happens right after a reload, before anything is opened, for what is open
 * cannot be deleted; a page that is closed in the middle goes on with it at its next start.
 */
import { m } from '../paraglide/messages.js';
import { ERASING_CHANNEL, ERASING_MARK } from './erase-mark.ts';

const PREFIX = 'freehold';
/** Other tabs reload and let go of their databases; one that does not is told of. */
const WAIT_MS = 10_000;

/** Begins: marks it, and reloads this tab and the others. */
export function beginErasing(): void {
  localStorage.setItem(ERASING_MARK, 'true');
  new BroadcastChannel(ERASING_CHANNEL).postMessage(null);
  // Nobody who starts anew wants the panel that they left.
  history.replaceState(null, '', '#/');
  location.reload();
}

/** Deletes databases, caches, the service worker and what lies in localStorage. The names of what would not go. */
export async function eraseAll(): Promise<readonly string[]> {
  const scope = new URL('./', document.baseURI).href;
  const left = await Promise.all([eraseWorker(scope), eraseDatabases()]);
  // The caches go after the worker that fills them. Other pages may share the origin: ours end with the scope or have our name.
  if ('caches' in globalThis) {
    const names = (await caches.keys()).filter((name) => name.endsWith(scope) || isOurs(name));
    await Promise.all(names.map((name) => caches.delete(name)));
  }
  const remaining = left.flat();
  const keys = Object.keys(localStorage).filter((key) => key.startsWith(`${PREFIX}.`) && key !== ERASING_MARK);
  for (const key of keys) localStorage.removeItem(key);
  if (remaining.length === 0) localStorage.removeItem(ERASING_MARK);
  return remaining;
}

async function eraseWorker(scope: string): Promise<readonly string[]> {
  const container = (navigator as Partial<Navigator>).serviceWorker;
  const registrations = (await container?.getRegistrations()) ?? [];
  const ours = registrations.filter((registration) => registration.scope === scope);
  const gone = await Promise.all(ours.map((registration) => registration.unregister()));
  return gone.every(Boolean) ? [] : [m.problems_service_worker()];
}

async function eraseDatabases(): Promise<readonly string[]> {
  const names = (await indexedDB.databases()).map(({ name }) => name ?? '').filter(isOurs);
  const gone = await Promise.all(names.map(deleteDatabase));
  return names.filter((_, index) => !gone[index]);
}

function isOurs(name: string): boolean {
  return name === PREFIX || name.startsWith(`${PREFIX}-`);
}

function deleteDatabase(name: string): Promise<boolean> {
  return new Promise((resolve) => {
    const request = indexedDB.deleteDatabase(name);
    request.onsuccess = () => {
      resolve(true);
    };
    request.onerror = () => {
      resolve(false);
    };
    setTimeout(() => {
      resolve(false);
    }, WAIT_MS);
  });
}
