/** How the page itself behaves, for every chat and model. Kept in localStorage. */
import { readStored, writeStored } from '../lib/stored.ts';

/** What a person may choose of the page. */
export interface Preferences {
  /** The key that sends a message; the other one makes a new line. */
  readonly enterSends: 'enter' | 'ctrl-enter';
  /** A pasted text of so many UTF-16 units or more becomes an attachment; 0: never. */
  readonly pasteLimit: number;
  readonly textSize: TextSize;
  /** How many of the settings are shown. */
  readonly settingsLevel: SettingsLevel;
}

/** Steps of the text's size, smallest first, in percent of the browser's. */
const TEXT_SIZES = { small: 87.5, normal: 100, large: 112.5, larger: 125 } as const;
/** One of the steps. */
export type TextSize = keyof typeof TEXT_SIZES;

/** How many settings are shown, fewest first. */
const SETTINGS_LEVELS = ['simple', 'more', 'everything'] as const;
/** One of the levels. */
export type SettingsLevel = (typeof SETTINGS_LEVELS)[number];

/** What a paste limit may be. */
export const PASTE_LIMIT_BOUNDS = { min: 0, max: 1_000_000, integer: true } as const;

const DEFAULT_PREFERENCES: Preferences = {
  enterSends: 'enter',
  pasteLimit: 2500,
  textSize: 'normal',
  settingsLevel: 'simple',
};

/** The preferences as state; every change is kept at once. */
export class PreferencesState {
  #current = $state.raw<Preferences>(restore(readStored('preferences')));

  /** Takes up what something else has kept, such as a backup that was restored. */
  reread(): void {
    this.#current = restore(readStored('preferences'));
  }

  get enterSends(): Preferences['enterSends'] {
    return this.#current.enterSends;
  }
  get pasteLimit(): number {
    return this.#current.pasteLimit;
  }
  get textSize(): TextSize {
    return this.#current.textSize;
  }
  get settingsLevel(): SettingsLevel {
    return this.#current.settingsLevel;
  }
  /** The root's font size in percent. */
  get textPercent(): number {
    return TEXT_SIZES[this.#current.textSize];
  }

  /** Changes some of them. */
  change(changes: Partial<Preferences>): void {
    this.#current = { ...this.#current, ...changes };
    writeStored('preferences', this.#current);
  }
}

/** Takes from a kept value what is still valid, and the default for the rest. */
function restore(kept: unknown): Preferences {
  if (typeof kept !== 'object' || kept === null) return DEFAULT_PREFERENCES;
  const { enterSends, pasteLimit, textSize, settingsLevel } = kept as Record<string, unknown>;
  const { min, max } = PASTE_LIMIT_BOUNDS;
  return {
    enterSends: enterSends === 'ctrl-enter' ? enterSends : DEFAULT_PREFERENCES.enterSends,
    pasteLimit:
      typeof pasteLimit === 'number' && Number.isInteger(pasteLimit) && pasteLimit >= min && pasteLimit <= max
        ? pasteLimit
        : DEFAULT_PREFERENCES.pasteLimit,
    textSize:
      Object.keys(TEXT_SIZES).find((size): size is TextSize => size === textSize) ?? DEFAULT_PREFERENCES.textSize,
    settingsLevel: SETTINGS_LEVELS.find((level) => level === settingsLevel) ?? DEFAULT_PREFERENCES.settingsLevel,
  };
}
