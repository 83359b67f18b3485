/** Offering to install the page as an app: where the browser can, once a person has used it, and only until they say no. */
import { readStored, writeStored } from '../lib/stored.ts';

/** A person who has got this many answers knows what would be installed. */
const ANSWERS_BEFORE = 5;

/** What Chromium sends before it would offer by itself; others know nothing of it. */
interface InstallPromptEvent extends Event {
  prompt(): Promise<unknown>;
}

/** The offer as state. */
export class InstallState {
  #event = $state.raw<InstallPromptEvent | null>(null);
  #answers = $state(0);
  #declined = $state(readStored('installDeclined') === true);

  /** Whether it can be installed at all, by the person's own wish. */
  readonly possible = $derived(this.#event !== null);
  /** Whether this is the moment to offer it. */
  readonly offered = $derived(this.#event !== null && !this.#declined && this.#answers >= ANSWERS_BEFORE);

  /** Listens for what the browser says. */
  start(): void {
    this.#answers = count(readStored('answers'));
    addEventListener('beforeinstallprompt', (event) => {
      event.preventDefault();
      this.#event = event as InstallPromptEvent;
    });
    addEventListener('appinstalled', () => {
      this.#event = null;
    });
  }

  /** An answer was given. */
  answered(): void {
    if (this.#answers >= ANSWERS_BEFORE) return;
    this.#answers++;
    writeStored('answers', this.#answers);
  }

  /** Lets the browser ask. */
  async accept(): Promise<void> {
    const event = this.#event;
    this.#event = null;
    await event?.prompt();
  }

  /** Never again, unasked. */
  decline(): void {
    this.#declined = true;
    writeStored('installDeclined', true);
  }
}

function count(kept: unknown): number {
  return typeof kept === 'number' && kept > 0 ? kept : 0;
}
