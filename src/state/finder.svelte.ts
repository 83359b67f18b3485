/** The models among the files that a person picked, or in a repository that they named, while one is being chosen. */
import { EngineError } from '../../workers/protocol/errors.ts';
import type { FoundModel, FoundModels, ModelChoice } from '../../workers/protocol/found.ts';
import type { ModelSource, Repository } from '../../workers/protocol/model.ts';
import { namesInFolder } from '../../workers/protocol/names-in-folder.ts';
import { cleanName } from '../attachments/file-name.ts';
import { hubEndpoint } from '../lib/hub-endpoint.ts';
import type { PickedFile } from '../lib/picked-files.ts';
import type { WebRequest } from '../lib/web-source.ts';
import { m } from '../paraglide/messages.js';
import type { LibraryState } from './library.svelte.ts';

/** Models to choose between. */
export interface Offer {
  /** The folder's name, the repository's, or how many files there are. */
  readonly title: string;
  readonly isRepository: boolean;
  readonly models: readonly FoundModel[];
  /** How to bring a choice of one of them in. */
  readonly sourceOf: (model: FoundModel, choice: ModelChoice) => ModelSource;
}

/** Finds models and holds the choice. What was chosen is then the library's candidate. */
export class Finder {
  /** `null` where there is nothing to choose; it stays while what was chosen is looked at. */
  offer = $state.raw<Offer | null>(null);
  /** Files that were picked and belong to no model. */
  otherFiles = $state(0);

  readonly #library: LibraryState;

  constructor(library: LibraryState) {
    this.#library = library;
  }

  /**
   * Looks through picked files: the one model among them is looked at, several are offered. Rejects where there is none,
   * and as `LibraryState.inspect` does.
   */
  async pick(files: readonly PickedFile[]): Promise<void> {
    this.dismiss();
    if (files.length === 0) return;
    const listed = files.map(({ path, file }) => ({ path, bytes: file.size }));
    const found = await this.#library.find({ kind: 'files', files: listed }, titleOf(files));
    if (found === null) return;
    const [only] = files;
    if (found.models.length === 0) {
      // A file may have any name: what it is, and what is wrong with it, only its bytes tell.
      if (files.length === 1) return this.#library.inspect(fileSource(only!));
      throw new EngineError('FileUnsupported', {
        what: `There is no model that Freehold knows among these ${files.length} files`,
        remedy: 'Choose a .gguf file, all parts of one, or the folder of a model with its config.json.',
      });
    }
    const sourceOf = (model: FoundModel, choice: ModelChoice): ModelSource => {
      const chosen = choice.files.map((listed) => files.find(({ path }) => path === listed.path)!);
      const besides = chosen[0]!.path.replace(/[^/]*$/, 'freehold.json');
      const record = files.find(({ path }) => path === besides)?.file;
      const recorded = record && { record };
      if (chosen.length === 1) return { ...fileSource(chosen[0]!), ...recorded };
      const names = namesInFolder(chosen.map(({ path }) => path));
      const named = chosen.map(({ file }, index) => ({ file, fileName: names[index]! }));
      return { kind: 'files', name: model.name, files: named, ...recorded };
    };
    this.otherFiles = found.otherFiles;
    const { models } = found;
    const offer = {
      get title() {
        return titleOf(files);
      },
      ...{ isRepository: false, models, sourceOf },
    };
    await this.#propose(offer);
  }

  /**
   * Looks through a repository, as `pick` does through files. With `fileName` (one part of a model, say) the choice that
   * it belongs to is looked at.
   */
  async look(repository: Repository, fileName?: string): Promise<void> {
    this.dismiss();
    const title = repository.repository;
    const found = await this.#library.find({ kind: 'repository', ...repository }, title);
    if (found === null) return;
    if (found.models.length === 0) {
      throw new EngineError('FileUnsupported', {
        what: `The repository ${title} has no model that Freehold knows`,
        remedy: 'Look for a repository of the same model with .gguf files in it.',
      });
    }
    await this.#propose(
      { title, isRepository: true, models: found.models, sourceOf: repositorySource(repository, found) },
      fileName,
    );
  }

  /** Looks at what a person typed: at the one file of an address, or through a repository as `look` does. */
  async ask(asked: WebRequest): Promise<void> {
    const endpoint = hubEndpoint();
    const elsewhere = endpoint === null ? {} : { endpoint };
    if ('repository' in asked) return this.look({ ...asked.repository, ...elsewhere }, asked.fileName);
    this.dismiss();
    return this.#library.inspect(asked.source.kind === 'hub' ? { ...asked.source, ...elsewhere } : asked.source);
  }

  /** Forgets what there was to choose. */
  dismiss(): void {
    this.offer = null;
    this.otherFiles = 0;
  }

  async #propose(offer: Offer, fileName?: string): Promise<void> {
    const all = offer.models.flatMap((model) => model.choices.map((choice) => ({ model, choice })));
    const meant =
      fileName === undefined ? all : all.filter(({ choice }) => choice.files.some(({ path }) => path === fileName));
    const [only] = meant;
    if (only && meant.length === 1 && only.choice.missing.length === 0)
      return this.#library.inspect(offer.sourceOf(only.model, only.choice));
    this.offer = offer;
  }
}

function repositorySource(repository: Repository, { commit }: FoundModels): Offer['sourceOf'] {
  const at = { ...repository, ...(commit !== null && { revision: commit }) };
  return ({ name }, { files }) =>
    files.length === 1
      ? { kind: 'hub', ...at, fileName: files[0]!.path }
      : { kind: 'hub-files', ...at, name, fileNames: files.map(({ path }) => path) };
}

function fileSource({ file }: PickedFile) {
  return { kind: 'file', file, fileName: file.name } as const;
}

/** The one folder that all files are in, else the one file's name, else how many there are. */
function titleOf(files: readonly PickedFile[]): string {
  const folders = new Set(files.map(({ path }) => path.slice(0, Math.max(0, path.indexOf('/')))));
  const [folder] = folders;
  const name = folders.size === 1 && folder ? folder : files.length === 1 ? files[0]!.file.name : null;
  return name === null ? m.models_files({ count: files.length }) : cleanName(name);
}
