/** Which recommended models a person wants to see. */
import type { CatalogEntry } from './entry.ts';

/** What is asked of an entry; what is `null`, false or empty asks nothing. */
export interface CatalogFilter {
  /** Each has to stand in its name, family or maker. */
  readonly words: string;
  readonly purpose: CatalogEntry['purpose'] | null;
  /** Its smallest file has at most so many bytes. */
  readonly bytesMax: number | null;
  /** Under a licence that everybody shares, with no list of forbidden uses: Apache 2.0 or MIT. */
  readonly openLicence: boolean;
  /** A BCP 47 tag; an entry names its languages, not all of them where there are more. */
  readonly language: string | null;
}

/** Asks nothing. */
export const NO_FILTER: CatalogFilter = {
  words: '',
  purpose: null,
  bytesMax: null,
  openLicence: false,
  language: null,
};

/** The entries that are asked for, in their order. */
export function filterCatalog(entries: readonly CatalogEntry[], filter: CatalogFilter): CatalogEntry[] {
  const words = filter.words.toLowerCase().split(/\s+/u);
  return entries.filter((entry) => {
    const names = `${entry.name} ${entry.family} ${entry.maker.name}`.toLowerCase();
    return (
      words.every((word) => names.includes(word)) &&
      (filter.purpose === null || entry.purpose === filter.purpose) &&
      (filter.bytesMax === null || smallestBytes(entry) <= filter.bytesMax) &&
      (!filter.openLicence || entry.licence.spdx !== null) &&
      (filter.language === null || entry.languages.includes(filter.language))
    );
  });
}

/** Every language that an entry names, each once. */
export function catalogLanguages(entries: readonly CatalogEntry[]): string[] {
  return [...new Set(entries.flatMap(({ languages }) => languages))];
}

/** A file whose size is not known beforehand is taken for no larger than what is asked. */
function smallestBytes({ files }: CatalogEntry): number {
  return Math.min(...files.map(({ bytes }) => bytes ?? 0));
}
