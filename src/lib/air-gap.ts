/**
 * Whether the page shows that the air gap is on. The rule itself is the ledger's, which the library worker reads before each
 * request; this copy in localStorage is what every tab can show as soon as it opens.
 */
import { readStored, writeStored } from './stored.ts';

/** Tells all tabs, and those to come. */
export function announceAirGap(on: boolean): void {
  if ((readStored('airGap') !== null) === on) return;
  writeStored('airGap', on || null);
  // A browser tells the other tabs of it, and not the one that it happened in.
  dispatchEvent(new StorageEvent('storage'));
}
