import { describe, expect, it } from 'vitest';
import { CATALOG } from './catalog.ts';
import type { CatalogEntry } from './entry.ts';
import { catalogFacts, languageName, sayDay, sizeOf } from './words.ts';

function factsOf(id: string): Record<string, string> {
  return Object.fromEntries(catalogFacts(CATALOG.find((entry) => entry.id === id)!));
}

describe('what is said of a model', () => {
  it('is in words that people use', () => {
    expect(factsOf('qwen3-30b-a3b-instruct-2507')).toEqual({
      'Made by': 'Alibaba (Qwen), China',
      Parameters: '30.5 billion, 3.3 billion of them for each token',
      Context: '262,144 tokens',
      Languages: 'English, Chinese, German, French, Spanish, Portuguese and 94 more',
      Published: 'July 2025',
      'Knows the world up to': 'Not said',
      'Thinks before it answers': 'No',
      'Made public': 'The weights',
    });
    const eurollm = factsOf('eurollm-9b');
    expect(eurollm['Made by']).toContain('European Union');
    // What makes only numbers neither knows nor thinks.
    expect(Object.keys(factsOf('nomic-embed-text-v1-5'))).toEqual([
      ...['Made by', 'Parameters', 'Context', 'Languages', 'Published', 'Made public'],
    ]);
    expect(factsOf('nomic-embed-text-v1-5').Languages).toBe('English');
  });

  it('says a size, a language and a day', () => {
    const [file] = (CATALOG[0] as CatalogEntry).files;
    expect(sizeOf(file)).toBe('639 MB');
    expect(sizeOf({ ...file, bytes: null })).toBe('size not known yet');
    expect(languageName('uk')).toBe('Ukrainian');
    expect(sayDay('2026-11-21')).toBe('November 21, 2026');
  });

  it('names every language, and leaves no fact empty', () => {
    for (const entry of CATALOG) {
      for (const [, value] of catalogFacts(entry)) expect(value).not.toMatch(/^$|undefined|Invalid/);
      for (const tag of entry.languages) expect(languageName(tag)).not.toBe(tag);
    }
  });
});
