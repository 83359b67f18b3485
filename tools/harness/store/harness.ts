/** The site's store in a page of its own, which never ships, so that it can be measured beside IndexedDB alone. */
import { wrap } from 'comlink';
import type { StoreBench } from './store.worker.ts';

const store = wrap<StoreBench>(new Worker(new URL('./store.worker.ts', import.meta.url), { type: 'module' }));

/** How the bench reaches it. */
export type Store = typeof store;

Object.assign(globalThis, { store });
