/**
 * Where models are had without the public hub: the folder beside the page, and the mirror that a person has named. It comes
 * with the library's panel; other tabs take a new mirror up when they are opened anew.
 */
import { EngineError, errorCode } from '../../workers/protocol/errors.ts';
import type { ModelFolder, OfferedModel } from '../../workers/protocol/model-folder.ts';
import { CATALOG } from '../catalog/catalog.ts';
import { EMBER } from '../catalog/ember.ts';
import {
  folderAddresses,
  folderBeside,
  MIRROR_SETTING,
  type Mirror,
  mirrorAddress,
  mirrorHost,
  readMirror,
} from '../lib/mirror.ts';
import { writeStored } from '../lib/stored.ts';
import type { LibraryState } from './library.svelte.ts';

/** What was found in a folder. */
export interface Shelf {
  /** Models that are not on this device yet. */
  readonly models: readonly OfferedModel[];
  /** How many of its models are here already. */
  readonly stored: number;
}

/** The folders as state. */
export class ModelFolders {
  mirror = $state.raw<Mirror | null>(readMirror());
  /** Why the folder beside the page could not be read; `null` also where nobody would expect it, as without a network. */
  besideError = $state.raw<unknown>(null);
  /** Why the folder that a person has named could not be read. */
  elsewhereError = $state.raw<unknown>(null);
  /** The address that is being tried, or `null`. */
  trying = $state<string | null>(null);

  #besideFolder = $state.raw<ModelFolder | null>(null);
  #elsewhereFolder = $state.raw<ModelFolder | null>(null);
  readonly #library: Pick<LibraryState, 'worker' | 'entries'>;
  readonly #baseUri: string;

  constructor(library: Pick<LibraryState, 'worker' | 'entries'>, baseUri: string) {
    this.#library = library;
    this.#baseUri = baseUri;
  }

  /** The folder beside the page, without Ember, which the page offers by itself. */
  readonly beside = $derived.by(() => this.#shelf(this.#besideFolder));
  /** The folder that a person has named. */
  readonly elsewhere = $derived.by(() => this.#shelf(this.#elsewhereFolder));

  /** Reads the indexes anew. Never rejects. */
  async read(): Promise<void> {
    const { mirror } = this;
    const beside = async () => {
      try {
        this.#besideFolder = await (await this.#library.worker).folder(folderBeside(this.#baseUri));
        this.besideError = null;
      } catch (error) {
        this.#besideFolder = null;
        this.besideError = isExpected(error) ? null : error;
      }
    };
    const elsewhere = async () => {
      if (mirror?.kind !== 'folder') return;
      try {
        const folder = await (await this.#library.worker).folder(mirror.address);
        if (this.mirror === mirror) [this.#elsewhereFolder, this.elsewhereError] = [folder, null];
      } catch (error) {
        if (this.mirror === mirror) [this.#elsewhereFolder, this.elsewhereError] = [null, error];
      }
    };
    await Promise.all([beside(), elsewhere()]);
  }

  /**
   * Has models come from what a person typed, once that has answered as a folder of models or as a hub does. Rejects with
   * `SettingInvalid` where it is no address, with `SourceRefused` where it answers as neither, and as a request does.
   */
  async name(text: string): Promise<void> {
    const address = mirrorAddress(text.trim());
    if (address === null) {
      throw new EngineError('SettingInvalid', {
        what: 'This is not an address that Freehold can ask',
        expected: 'an address that begins with https://, or with http://localhost',
        got: JSON.stringify(text.trim()),
      });
    }
    this.trying = address;
    try {
      const api = await this.#library.worker;
      const folder = await api.folder(address).catch((error: unknown) => {
        // Whatever is there in place of an index, it may still be a hub.
        if (errorCode(error) === 'SourceRefused') return null;
        throw error;
      });
      if (folder === null) await this.#checkHub(address);
      await this.#use({ kind: folder === null ? 'hub' : 'folder', address });
      this.#elsewhereFolder = folder;
    } finally {
      this.trying = null;
    }
  }

  /** Has models come from the public hub again. */
  async forget(): Promise<void> {
    await this.#use(null);
  }

  async #use(mirror: Mirror | null): Promise<void> {
    if (!writeStored(MIRROR_SETTING, mirror))
      throw new EngineError('StorageFailed', { what: 'The browser did not keep the address' });
    this.mirror = mirror;
    [this.#elsewhereFolder, this.elsewhereError] = [null, null];
    await (await this.#library.worker).preferFolders(folderAddresses(this.#baseUri));
  }

  /** Some mirrors cannot search, and some have not everything: one of both is asked of a hub. */
  async #checkHub(endpoint: string): Promise<void> {
    const api = await this.#library.worker;
    const refused = (error: unknown): null => {
      if (errorCode(error) === 'SourceRefused') return null;
      throw error;
    };
    const found =
      (await api.search({ words: 'gguf', endpoint }).catch(refused)) ??
      (await api.find({ kind: 'repository', repository: CATALOG[0]!.files[0].repository, endpoint }).catch(refused));
    if (found !== null) return;
    throw new EngineError('SourceRefused', {
      what: `${mirrorHost(endpoint)} answers neither as a model hub nor as a folder of models`,
      expected: `an index of models at ${endpoint}index.json, or the hub’s API below ${endpoint}api/models`,
      remedy: 'Check the address. The index of a folder is written by “npm run mirror -- FOLDER”.',
    });
  }

  #shelf(folder: ModelFolder | null): Shelf {
    const all = (folder?.models ?? []).filter(({ storedSha256 }) => storedSha256 !== EMBER.sha256);
    const here = this.#library.entries.filter(({ state }) => state === 'complete').map(({ sha256 }) => sha256);
    const models = all.filter(({ storedSha256 }) => !here.includes(storedSha256));
    return { models, stored: all.length - models.length };
  }
}

/** Without a network, or under the air gap, nobody wonders that nothing can be fetched. */
function isExpected(error: unknown): boolean {
  return ['SourceUnreachable', 'RequestForbidden', 'WorkerFailed'].includes(errorCode(error) ?? '');
}
