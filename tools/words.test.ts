/** The catalogue in `messages/`: every language says all that the page says, with the same facts, and nothing more. */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const ROOT = new URL('..', import.meta.url);
const FOLDER = new URL('messages/', ROOT);

/** Every entry of a language, by its key. */
function catalogue(locale: string): Map<string, unknown> {
  const entries = new Map<string, unknown>();
  for (const file of readdirSync(new URL(`${locale}/`, FOLDER))) {
    const area = file.replace(/\.json$/, '');
    const content = JSON.parse(readFileSync(new URL(`${locale}/${file}`, FOLDER), 'utf8')) as Record<string, unknown>;
    for (const [key, text] of Object.entries(content)) {
      if (key === '$schema') continue;
      if (!key.startsWith(`${area}_`)) throw new Error(`${locale}/${file}: ${key} does not begin with ${area}_`);
      if (entries.has(key)) throw new Error(`${locale}: ${key} is there twice`);
      entries.set(key, text);
    }
  }
  return entries;
}

/** The names of the facts that an entry takes. */
function facts(entry: unknown): string[] {
  return [...new Set(JSON.stringify(entry).match(/\{\w+\}/g) ?? [])].sort();
}

const locales = readdirSync(FOLDER);
const english = catalogue('en');
const sources = readdirSync(new URL('src/', ROOT), { recursive: true, encoding: 'utf8' })
  .filter((path) => /\.(svelte|ts)$/.test(path) && !/\.test\.ts$/.test(path) && !path.startsWith('paraglide'))
  .map((path) => readFileSync(new URL(`src/${path}`, ROOT), 'utf8'))
  .join('\n');

describe('the catalogue', () => {
  it('is in the languages that the settings name', () => {
    const settings = JSON.parse(readFileSync(new URL('project.inlang/settings.json', ROOT), 'utf8')) as {
      locales: string[];
    };
    expect(locales.sort()).toEqual([...settings.locales].sort());
  });

  it.each(locales)('has every entry in %s, with the facts that the English one has', (locale) => {
    const entries = catalogue(locale);
    expect([...entries.keys()].sort()).toEqual([...english.keys()].sort());
    for (const [key, entry] of entries)
      expect({ key, facts: facts(entry) }).toEqual({ key, facts: facts(english.get(key)) });
  });

  it('says nothing that the page does not', () => {
    const used = new Set(Array.from(sources.matchAll(/\bm\.(\w+)\b/g), ([, key]) => key));
    expect([...english.keys()].filter((key) => !used.has(key))).toEqual([]);
    expect([...used].filter((key) => !english.has(key!))).toEqual([]);
  });
});
