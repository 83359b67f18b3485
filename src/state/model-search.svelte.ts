/** Looking for a model: in the catalog, which is here, and on the hub, which is asked only when a person says so. */
import type { HubModels } from '../../workers/protocol/found.ts';
import type { ModelSource } from '../../workers/protocol/model.ts';
import { CATALOG } from '../catalog/catalog.ts';
import type { CatalogEntry, CatalogFile } from '../catalog/entry.ts';
import { type CatalogFilter, filterCatalog, NO_FILTER } from '../catalog/filter.ts';
import { type Judged, nextSmaller } from '../lib/fit/smaller.ts';
import { hubEndpoint } from '../lib/hub-endpoint.ts';
import type { DeviceOutlook, Outlook } from './device-outlook.svelte.ts';
import type { LibraryState } from './library.svelte.ts';

/** A file of an entry. */
export interface Offered {
  readonly entry: CatalogEntry;
  readonly file: CatalogFile;
}

/** What a search of the hub has come to. */
export type HubSearch =
  | { readonly kind: 'asking'; readonly words: string }
  | ({ readonly kind: 'found'; readonly words: string } & HubModels)
  | { readonly kind: 'failed'; readonly words: string; readonly error: unknown };

/** The search as state. */
export class ModelSearch {
  filter = $state.raw<CatalogFilter>(NO_FILTER);
  /** Whether models that do not fit here are shown too. */
  withUnfit = $state(true);
  /** `null` until the hub is asked, and again as the words change. */
  hub = $state.raw<HubSearch | null>(null);

  readonly #library: Pick<LibraryState, 'search' | 'entries'>;
  readonly #device: Pick<DeviceOutlook, 'of'>;

  constructor(library: Pick<LibraryState, 'search' | 'entries'>, device: Pick<DeviceOutlook, 'of'>) {
    this.#library = library;
    this.#device = device;
  }

  /** The entries to show. */
  readonly shown = $derived.by((): readonly CatalogEntry[] => {
    const entries = filterCatalog(CATALOG, this.filter);
    return this.withUnfit ? entries : entries.filter((entry) => this.best(entry)?.fit.verdict !== 'no');
  });

  /** Asks for something else of the catalog. */
  change(change: Partial<CatalogFilter>): void {
    this.filter = { ...this.filter, ...change };
    if (change.words !== undefined) this.hub = null;
  }

  /** Asks the hub for the words of now. A later search overtakes an earlier one. Never rejects. */
  async searchHub(): Promise<void> {
    const words = this.filter.words.trim();
    if (words === '') return;
    const asking: HubSearch = { kind: 'asking', words };
    this.hub = asking;
    const endpoint = hubEndpoint();
    let answer: HubSearch;
    try {
      const found = await this.#library.search({ words, ...(endpoint !== null && { endpoint }) });
      answer = { kind: 'found', words, ...found };
    } catch (error) {
      answer = { kind: 'failed', words, error };
    }
    if (this.hub === asking) this.hub = answer;
  }

  /** Whether a file of the catalog is in the library. */
  isStored({ sha256 }: CatalogFile): boolean {
    return sha256 !== null && this.#library.entries.some((kept) => kept.sha256 === sha256 && kept.state === 'complete');
  }

  /** How a file of an entry would do here; `null` where that cannot be known yet. */
  outlook({ entry, file }: Offered): Outlook | null {
    if (file.bytes === null) return null;
    const { sizes, parameters, contextLength } = entry;
    const { bytes: fileBytes, quantization } = file;
    return this.#device.of({ sizes, parameters, contextLength, fileBytes, quantization, stored: this.isStored(file) });
  }

  /** How an entry's best file would do here. */
  best(entry: CatalogEntry): Outlook | null {
    const outlooks = entry.files.map((file) => this.outlook({ entry, file })).filter((outlook) => outlook !== null);
    const [first, second] = outlooks;
    if (!first || !second) return first ?? null;
    return nextSmaller(judged(first), [judged(second)]) ?? first;
  }

  /** The next smaller thing to have than a file that does not fit well: of the same entry, family or purpose. */
  smaller(offered: Offered): Offered | null {
    const others = CATALOG.filter(({ purpose }) => purpose === offered.entry.purpose).flatMap((entry) =>
      entry.files.map((file) => ({ entry, file })),
    );
    const from = this.#judge(offered);
    const all = others.map((other) => this.#judge(other)).filter((other) => other !== null);
    if (from === null) return null;
    const own = all.filter(({ choice }) => choice.entry === offered.entry);
    const related = all.filter(({ choice }) => choice.entry.family === offered.entry.family);
    return nextSmaller(from, own) ?? nextSmaller(from, related) ?? nextSmaller(from, all);
  }

  #judge(offered: Offered): Judged<Offered> | null {
    const outlook = this.outlook(offered);
    if (outlook === null || offered.file.bytes === null) return null;
    return { choice: offered, fetchBytes: offered.file.bytes, verdict: outlook.fit.verdict };
  }
}

/** Where a file of the catalog is fetched, and what it must be. */
export function catalogSource({
  repository,
  commit,
  fileName,
  bytes,
  sha256,
}: CatalogFile): Extract<ModelSource, { kind: 'hub' }> {
  return {
    kind: 'hub',
    repository,
    fileName,
    ...(commit !== null && { revision: commit }),
    expected: { ...(bytes !== null && { byteLength: bytes }), ...(sha256 !== null && { sha256 }) },
  };
}

function judged(outlook: Outlook): Judged<Outlook> {
  return { choice: outlook, fetchBytes: outlook.need.weights, verdict: outlook.fit.verdict };
}
