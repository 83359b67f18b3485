/** Keys that do something anywhere on the page: how they are matched, and how they are written. */
import { m } from '../paraglide/messages.js';

/** A key with what is held down with it. */
export interface Shortcut {
  /** As `KeyboardEvent.key` has it, letters in lower case. */
  readonly key: string;
  /** Ctrl, or Command on Apple's systems. */
  readonly mod?: boolean;
  readonly shift?: boolean;
  /** Where a person writes it means something else. */
  readonly outsideText?: boolean;
}

/** What of a key press matters here. */
type KeyPress = Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'shiftKey' | 'altKey' | 'isComposing'>;

/** Whether a key press is this shortcut. Characters that take Shift on some keyboards, such as `?`, are matched as they come. */
export function isPressed(shortcut: Shortcut, event: KeyPress): boolean {
  if (event.isComposing || event.altKey) return false;
  if ((event.ctrlKey || event.metaKey) !== (shortcut.mod ?? false)) return false;
  const isLetter = /^[a-z]$/.test(shortcut.key);
  if (isLetter && event.shiftKey !== (shortcut.shift ?? false)) return false;
  return event.key.toLowerCase() === shortcut.key;
}

const APPLE = /Mac|iP(hone|ad|od)/;

/** The keys as they are printed on the keyboard: `Ctrl`, `Shift`, `O`, or Apple's signs. */
export function keysOf({ key, mod, shift }: Shortcut, platform: string): string[] {
  const apple = APPLE.test(platform);
  return [
    ...(mod === true ? [apple ? '⌘' : m.app_key_control()] : []),
    ...(shift === true ? [apple ? '⇧' : m.app_key_shift()] : []),
    key === 'escape' ? 'Esc' : key.toUpperCase(),
  ];
}
