import { afterEach, describe, expect, it } from 'vitest';
import { m } from '../paraglide/messages.js';
import { baseLocale, overwriteGetLocale } from '../paraglide/runtime.js';
import { bestLocale, LanguageState } from './language.svelte.ts';

afterEach(() => {
  overwriteGetLocale(() => baseLocale);
});

describe('the language of the page', () => {
  it.each([
    [['de-AT', 'en'], 'de'],
    [['fr', 'DE', 'en'], 'de'],
    [['en-GB', 'de'], 'en'],
    [['fr', 'ja'], 'en'],
    [[], 'en'],
  ])('asked for %j, it speaks %s', (asked, spoken) => {
    expect(bestLocale(asked)).toBe(spoken);
  });

  it('is the chosen one before that of the browser, from one word to the next', () => {
    const language = new LanguageState(['de-DE']);
    language.start();
    expect(m.app_privacy()).toBe('Nichts, was Sie schreiben, verlässt dieses Gerät');
    language.choose('en');
    expect(m.app_privacy()).toBe('Nothing you type leaves this device');
    language.choose(null);
    expect(language.current).toBe('de');
  });
});
