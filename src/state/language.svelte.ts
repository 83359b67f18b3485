/**
 * Which language the page speaks: the one chosen, or the first of the browser's that the catalogue has. What a person
 * or a model wrote is never translated, and the engine's own sentences about a file stay English.
 */
import { readStored, writeStored } from '../lib/stored.ts';
import { baseLocale, isLocale, type Locale, overwriteGetLocale } from '../paraglide/runtime.js';

/** What may be chosen; `null`: what the browser asks for. */
export type LanguageChoice = Locale | null;

/** The first of the languages asked for (BCP 47, best first) that the catalogue has; the base language if there is none. */
export function bestLocale(asked: readonly string[]): Locale {
  const plain = asked.map((tag) => tag.split('-')[0]!.toLowerCase());
  return plain.find((tag) => isLocale(tag)) ?? baseLocale;
}

/** The language as state: what is shown follows at once when another is chosen. */
export class LanguageState {
  #choice = $state.raw<LanguageChoice>(restore(readStored('language')));
  readonly #asked: readonly string[];

  /** `asked`: what the browser asks for, best first. */
  constructor(asked: readonly string[]) {
    this.#asked = asked;
  }

  /** Lets every word of the page come in this language from now on. */
  start(): void {
    overwriteGetLocale(() => this.current);
  }

  get choice(): LanguageChoice {
    return this.#choice;
  }

  get current(): Locale {
    return this.#choice ?? bestLocale(this.#asked);
  }

  /** Chooses a language, and keeps the choice. */
  choose(choice: LanguageChoice): void {
    this.#choice = choice;
    writeStored('language', choice);
  }

  /** Takes up what something else has kept, such as a backup that was restored. */
  reread(): void {
    this.#choice = restore(readStored('language'));
  }
}

function restore(kept: unknown): LanguageChoice {
  return isLocale(kept) ? kept : null;
}
