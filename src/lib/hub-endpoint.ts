/** Base URL of the hub that repositories come from, where it is not the public one. */
import { readMirror } from './mirror.ts';

/** The mirror's that a person has named; `null`: the public hub. */
export function hubEndpoint(): string | null {
  const mirror = readMirror();
  return mirror?.kind === 'hub' ? mirror.address.replace(/\/$/, '') : null;
}
