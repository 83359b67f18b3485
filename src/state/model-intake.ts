/**
 * Brings models onto this device and from there onto the GPU: the one that was looked at, one that is partly here, and the
 * one that comes with the page. It is fetched itself when a first model is brought in. Any number come at once; what was
 * asked for last is loaded, and no answer ends for it. A file of a person's own that cannot run here is not kept.
 */
import { errorCode, type ErrorCode } from '../../workers/protocol/errors.ts';
import type { LocalModel } from '../../workers/protocol/engine.ts';
import type { LibraryEntry } from '../../workers/protocol/model.ts';
import { EMBER, emberSource, keptEmber } from '../catalog/ember.ts';
import { m } from '../paraglide/messages.js';
import type { Announcements } from './announcements.svelte.ts';
import type { ConversationState } from './conversation.svelte.ts';
import type { EngineState } from './engine.svelte.ts';
import type { Intents } from './intents.ts';
import type { Addition, Candidate, LibraryState } from './library.svelte.ts';
import type { ModelLoader } from './model-loader.svelte.ts';
import type { ProblemAction } from './problems.svelte.ts';

/** The file itself cannot run here: adding it was pointless, and the person still has it on disk. */
const FILE_IS_UNFIT: readonly (ErrorCode | null)[] = [
  'FileMalformed',
  'FileTruncated',
  'FileUnsupported',
  'TensorMissing',
  'TensorUnsupported',
  'TokenizerUnsupported',
  'ModelTooLarge',
  'ShapeMismatch',
];

/** What bringing models in needs of the page. */
interface Surroundings {
  readonly library: LibraryState;
  readonly engine: Pick<EngineState, 'gpu'>;
  readonly loader: ModelLoader;
  readonly conversation: Pick<ConversationState, 'answer'>;
  readonly announcements: Pick<Announcements, 'say'>;
  readonly intents: Intents;
}

/** Ways in. Methods reject as the library and the loader do. */
export class ModelIntake {
  readonly #page: Surroundings;

  constructor(page: Surroundings) {
    this.#page = page;
  }

  /** Stores a candidate and, with `thenLoad`, loads it. */
  async keep(candidate: Addition, thenLoad: boolean, asked = this.#page.loader.ask()): Promise<void> {
    const { library, intents } = this.#page;
    const before = library.entries;
    intents.forget(candidate.summary.name);
    const again = () => this.keep(candidate, thenLoad, asked);
    const entry = await library.add({ ...candidate, again }).catch((error: unknown) => {
      if (errorCode(error) === 'StorageFull' && thenLoad && isLocal(candidate)) {
        intents.offer(error, [this.#withoutKeeping(candidate)]);
      }
      throw error;
    });
    if (entry === null) return;
    if (!thenLoad) {
      this.#tell(entry);
      return;
    }
    try {
      await this.#arrive(entry, asked);
    } catch (error) {
      if (
        isLocal(candidate) &&
        intents.waysPast(error).length === 0 &&
        !before.some(({ id }) => id === entry.id) &&
        FILE_IS_UNFIT.includes(errorCode(error))
      ) {
        await library.remove(entry.id).catch(() => undefined);
      }
      throw error;
    }
  }

  /** Goes on with a partial entry and loads it when it is whole. */
  async resume(partial: LibraryEntry, asked = this.#page.loader.ask()): Promise<void> {
    const { library, engine, intents } = this.#page;
    intents.forget(partial.summary.name);
    const entry = await library.resume(partial, () => this.resume(partial, asked));
    if (entry === null) return;
    if (engine.gpu?.kind === 'available') await this.#arrive(entry, asked);
    else this.#tell(entry);
  }

  /** Loads the built-in model, after storing it like every other where that is not done. */
  async startEmber(asked = this.#page.loader.ask()): Promise<void> {
    const { library, loader, intents } = this.#page;
    const kept = keptEmber(library.entries);
    if (kept !== undefined) return loader.load(kept);
    intents.forget(EMBER.name);
    const again = () => this.startEmber(asked);
    const entry = await library.add({ source: emberSource(document.baseURI), summary: EMBER, again });
    if (entry !== null) await this.#arrive(entry, asked);
  }

  /** Loads a model that has come, unless one is answering or was asked for since: then it is only said that it is here. */
  async #arrive(entry: LibraryEntry, asked: number): Promise<void> {
    const { loader, conversation } = this.#page;
    const standing = loader.standing(entry.id, asked);
    if (standing === 'loaded') return;
    if (standing === 'load' && conversation.answer === null) return loader.load(entry, {}, asked);
    loader.put(entry);
    this.#tell(entry);
  }

  #tell(entry: LibraryEntry): void {
    this.#page.announcements.say(m.models_arrived({ name: this.#page.library.nameOf(entry) }));
  }

  #withoutKeeping({ source, summary }: LocalCandidate): ProblemAction {
    const { intents, loader } = this.#page;
    const run = () => void intents.run(() => loader.load({ source, summary }));
    return { label: m.problems_not_kept, run };
  }
}

type LocalCandidate = Candidate & LocalModel;

function isLocal(candidate: Addition): candidate is LocalCandidate {
  return candidate.source.kind === 'file' || candidate.source.kind === 'files';
}
