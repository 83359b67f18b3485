/**
 * The sites that may use the model from around a frame, as a person allowed them. They belong to this browser: no backup has
 * them, for a file from elsewhere must not let a site in.
 */
import { isNamedOrigin } from '../lib/named-origin.ts';
import { readStored, writeStored } from '../lib/stored.ts';

const KEY = 'sites';

/** Allowed origins as state, kept over visits where the browser keeps anything. */
export class SiteGrants {
  origins = $state.raw<readonly string[]>(read());
  readonly #heard: (() => void)[] = [];

  /** Follows what other pages of this site change, from now on. */
  start(): void {
    addEventListener('storage', ({ key }) => {
      // `null`: all is gone.
      if (key === null || key === `freehold.${KEY}`) this.#set(read());
    });
  }

  /** Calls `heard` after every change. */
  onchange(heard: () => void): void {
    this.#heard.push(heard);
  }

  has(origin: string): boolean {
    return this.origins.includes(origin);
  }

  /** Allows a site; no effect for an origin that has no name. */
  allow(origin: string): void {
    if (isNamedOrigin(origin) && !this.has(origin)) this.#keep([...this.origins, origin]);
  }

  /** Takes the word back, at once. */
  remove(origin: string): void {
    this.#keep(this.origins.filter((kept) => kept !== origin));
  }

  #keep(origins: readonly string[]): void {
    writeStored(KEY, origins.length > 0 ? origins : null);
    this.#set(origins);
  }

  #set(origins: readonly string[]): void {
    this.origins = origins;
    for (const heard of this.#heard) heard();
  }
}

/** The page's: what its settings list is what its frame's surroundings are held to. */
export const siteGrants = new SiteGrants();

function read(): readonly string[] {
  const kept = readStored(KEY);
  return Array.isArray(kept) ? kept.filter(isNamedOrigin) : [];
}
