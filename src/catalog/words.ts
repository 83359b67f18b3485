/** What to say of a recommended model, in the language of the page. Its own sentences are English and stay so. */
import { formatBytes, formatCount, formatInteger } from '../lib/format.ts';
import { m } from '../paraglide/messages.js';
import { getLocale } from '../paraglide/runtime.js';
import type { CatalogEntry, CatalogFile } from './entry.ts';

/** More names of languages than this are counted. */
const LANGUAGES_SHOWN = 6;

/** Facts of a model, each under its term. */
export function catalogFacts(entry: CatalogEntry): (readonly [term: string, value: string])[] {
  const { maker, parameters, activeParameters, contextLength, released, knowledgeCutoff, openness } = entry;
  const count = formatCount(parameters);
  const facts: (readonly [string, string])[] = [
    [m.models_made_by(), m.models_find_made_in({ maker: maker.name, country: nameOf('region', maker.country) })],
    [
      m.models_parameters(),
      activeParameters === undefined ? count : m.models_find_active({ count, active: formatCount(activeParameters) }),
    ],
    [m.models_context(), m.models_tokens({ count: formatInteger(contextLength) })],
    [m.models_find_languages(), languages(entry)],
    [m.models_find_released(), sayMonth(released)],
  ];
  if (entry.purpose !== 'embedding') {
    const thinking = {
      never: m.models_find_thinks_never,
      always: m.models_find_thinks_always,
      optional: m.models_find_thinks_optional,
    };
    facts.push(
      [m.models_find_knows(), knowledgeCutoff === null ? m.models_find_not_said() : sayMonth(knowledgeCutoff)],
      [m.models_find_thinks(), thinking[entry.thinking]()],
    );
  }
  const made = {
    weights: m.models_find_public_weights,
    'sources-named': m.models_find_public_sources,
    everything: m.models_find_public_everything,
  };
  facts.push([m.models_find_public(), made[openness]()]);
  return facts;
}

/** A language by its BCP 47 tag, in the language of the page. */
export function languageName(tag: string): string {
  return nameOf('language', tag);
}

/** A file's size, where it is known. */
export function sizeOf({ bytes }: CatalogFile): string {
  return bytes === null ? m.models_find_size_unknown() : formatBytes(bytes);
}

/** `2026-11-21` as people write a day. */
export function sayDay(day: string): string {
  return inUtc(day, { year: 'numeric', month: 'long', day: 'numeric' });
}

function sayMonth(month: string): string {
  return inUtc(month, { year: 'numeric', month: 'long' });
}

/** A date without a time is read as one in UTC. */
function inUtc(date: string, options: Intl.DateTimeFormatOptions): string {
  return new Date(date).toLocaleDateString(getLocale(), { ...options, timeZone: 'UTC' });
}

function languages({ languages, languageCount }: CatalogEntry): string {
  // Where only some are shown, these are the first: makers name the best ones first.
  const shown = languages.length <= LANGUAGES_SHOWN + 1 ? languages : languages.slice(0, LANGUAGES_SHOWN);
  const names = shown.map(languageName).join(', ');
  const count = Math.max(languageCount, languages.length) - shown.length;
  return count === 0 ? names : m.models_find_and_more_languages({ names, count });
}

function nameOf(type: 'language' | 'region', code: string): string {
  return new Intl.DisplayNames([getLocale()], { type }).of(code) ?? code;
}
