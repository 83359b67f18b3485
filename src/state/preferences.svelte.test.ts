import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { PreferencesState } from './preferences.svelte.ts';
import { storageOf } from './testing/storage.ts';

let kept: Map<string, string>;

beforeEach(() => {
  kept = new Map();
  vi.stubGlobal('localStorage', storageOf(kept));
});
afterEach(() => {
  vi.unstubAllGlobals();
});

const facts = ({ enterSends, pasteLimit, textSize, settingsLevel, textPercent }: PreferencesState) => ({
  enterSends,
  pasteLimit,
  textSize,
  settingsLevel,
  textPercent,
});
const DEFAULTS = {
  enterSends: 'enter',
  pasteLimit: 2500,
  textSize: 'normal',
  settingsLevel: 'simple',
  textPercent: 100,
};

describe('PreferencesState', () => {
  it('begins simply', () => {
    expect(facts(new PreferencesState())).toEqual(DEFAULTS);
  });

  it('keeps each change for the next start', () => {
    new PreferencesState().change({ enterSends: 'ctrl-enter', pasteLimit: 0 });
    new PreferencesState().change({ textSize: 'large', settingsLevel: 'more' });
    expect(facts(new PreferencesState())).toEqual({
      enterSends: 'ctrl-enter',
      pasteLimit: 0,
      textSize: 'large',
      settingsLevel: 'more',
      textPercent: 112.5,
    });
  });

  it.each([
    '{',
    'null',
    '3',
    '{"enterSends":"shift","pasteLimit":-1,"textSize":"toString","settingsLevel":"all"}',
    '{"enterSends":true,"pasteLimit":1.5,"textSize":3,"settingsLevel":null}',
    '{"pasteLimit":"2"}',
  ])('reads no nonsense: %s', (text) => {
    kept.set('freehold.preferences', text);
    expect(facts(new PreferencesState())).toEqual(DEFAULTS);
  });
});
