import { describe, expect, it } from 'vitest';
import { CATALOG } from './catalog.ts';
import { catalogLanguages, type CatalogFilter, filterCatalog, NO_FILTER } from './filter.ts';

function found(filter: Partial<CatalogFilter>): string[] {
  return filterCatalog(CATALOG, { ...NO_FILTER, ...filter }).map(({ id }) => id);
}

describe('filterCatalog', () => {
  it('shows all where nothing is asked', () => {
    expect(found({})).toEqual(CATALOG.map(({ id }) => id));
    expect(found({ words: '  ' })).toHaveLength(CATALOG.length);
  });

  it('goes by words of the name, the family and the maker', () => {
    expect(found({ words: 'llama 3.2' })).toEqual(['llama-3-2-1b', 'llama-3-2-3b']);
    expect(found({ words: 'MICROSOFT' })).toEqual(['phi-4-mini']);
    expect(found({ words: 'zebra' })).toEqual([]);
  });

  it('goes by purpose, size, licence and language', () => {
    expect(found({ purpose: 'code' })).toEqual(['qwen2-5-coder-1-5b', 'qwen2-5-coder-7b']);
    const small = found({ bytesMax: 400e6 });
    expect(small).toContain('qwen3-0-6b');
    expect(small).not.toContain('llama-3-2-1b');
    expect(found({ openLicence: true })).toContain('phi-4-mini');
    expect(found({ openLicence: true })).not.toContain('gemma-3-1b');
    expect(found({ language: 'uk' })).toContain('qwen3-8b');
    expect(found({ language: 'uk', purpose: 'code' })).toEqual([]);
  });
});

it('knows each language once, all of which can be asked for', () => {
  const languages = catalogLanguages(CATALOG);
  expect(new Set(languages).size).toBe(languages.length);
  for (const language of languages) expect(found({ language })).not.toEqual([]);
});
