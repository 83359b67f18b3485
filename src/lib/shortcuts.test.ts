import { describe, expect, it } from 'vitest';
import { isPressed, keysOf } from './shortcuts.ts';

const press = (
  key: string,
  held: Partial<Record<'ctrlKey' | 'metaKey' | 'shiftKey' | 'altKey' | 'isComposing', boolean>> = {},
) => ({
  key,
  ctrlKey: false,
  metaKey: false,
  shiftKey: false,
  altKey: false,
  isComposing: false,
  ...held,
});

describe('isPressed', () => {
  it('takes Ctrl and Command as one, and tells Shift apart', () => {
    const shortcut = { key: 'o', mod: true, shift: true };
    expect(isPressed(shortcut, press('O', { ctrlKey: true, shiftKey: true }))).toBe(true);
    expect(isPressed(shortcut, press('o', { metaKey: true, shiftKey: true }))).toBe(true);
    expect(isPressed(shortcut, press('o', { ctrlKey: true }))).toBe(false);
    expect(isPressed(shortcut, press('O', { shiftKey: true }))).toBe(false);
    expect(isPressed(shortcut, press('O', { ctrlKey: true, shiftKey: true, altKey: true }))).toBe(false);
  });

  it('takes a sign with the Shift that some keyboards need for it, and none while a word is composed', () => {
    expect(isPressed({ key: '?' }, press('?', { shiftKey: true }))).toBe(true);
    expect(isPressed({ key: '?' }, press('?'))).toBe(true);
    expect(isPressed({ key: '?' }, press('?', { isComposing: true }))).toBe(false);
  });
});

describe('keysOf', () => {
  it('writes them as they are printed', () => {
    expect(keysOf({ key: 'o', mod: true, shift: true }, 'Win32')).toEqual(['Ctrl', 'Shift', 'O']);
    expect(keysOf({ key: 'k', mod: true }, 'MacIntel')).toEqual(['⌘', 'K']);
    expect(keysOf({ key: 'escape' }, 'Linux')).toEqual(['Esc']);
  });
});
