/** The whole page's state, and what a person can do that touches more than one concern. Shows failures, never throws. */
import type { EngineApi, QuantizedType } from '../../workers/protocol/engine.ts';
import { errorCode, type ErrorCode } from '../../workers/protocol/errors.ts';
import type { LibraryApi } from '../../workers/protocol/library.ts';
import type { LibraryEntry, ModelSource } from '../../workers/protocol/model.ts';
import { EMBER, emberSource } from '../catalog/ember.ts';
import { keepChoice, keptChoice } from '../lib/make-smaller.ts';
import type { PickedFile } from '../lib/picked-files.ts';
import { readStored, writeStored } from '../lib/stored.ts';
import type { WebRequest } from '../lib/web-source.ts';
import { ConversationState } from './conversation.svelte.ts';
import { EngineState, type Connect } from './engine.svelte.ts';
import { Finder } from './finder.svelte.ts';
import { LibraryState } from './library.svelte.ts';
import { Problems, type ProblemAction } from './problems.svelte.ts';
import { SettingsState } from './settings.svelte.ts';

/** The states that `<html data-engine>` shows. */
export type PageState = 'unavailable' | 'none' | 'downloading' | 'loading' | 'ready' | 'generating';

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

/** The store has lost or altered a piece of the file: fetched again, the model is whole. */
const PIECES_ARE_DAMAGED: readonly (ErrorCode | null)[] = ['ChunkMissing', 'HashMismatch'];

/** Everything that the page shows, and every intent that crosses concerns. */
export class Freehold {
  readonly problems = new Problems();
  readonly settings = new SettingsState();
  readonly engine: EngineState;
  readonly library: LibraryState;
  readonly finder: Finder;
  readonly conversation: ConversationState;
  /** The model that was being loaded when the page ended without a word: it is not loaded again unasked. */
  suspect = $state<string | null>(null);
  /** Name of the model that is being put onto the GPU. */
  loadingName = $state('');

  /** The way on past the failure of a load. */
  #wayOn: ProblemAction | null = null;
  #listed: Promise<void> = Promise.resolve();

  constructor(connectEngine: Connect<EngineApi>, connectLibrary: Connect<LibraryApi>) {
    this.engine = new EngineState(connectEngine, (error) => {
      this.problems.show(error, this.#restartAction());
    });
    this.library = new LibraryState(connectLibrary);
    this.finder = new Finder(this.library);
    this.conversation = new ConversationState(this.engine, this.settings);
  }

  /** What `<html data-engine>` says. Bytes on their way come before a model that is ready, for they lead to the next. */
  get pageState(): PageState {
    const { phase } = this.engine;
    if (phase === 'unavailable' || phase === 'loading' || phase === 'generating') return phase;
    if (this.library.transfer !== null || this.library.repairing !== null) return 'downloading';
    return phase === 'ready' ? 'ready' : 'none';
  }

  /** Whether an answer can be asked for now. */
  get canAnswer(): boolean {
    return this.engine.phase === 'ready';
  }

  /** Starts both workers and loads the model that was used last. */
  async start(): Promise<void> {
    addEventListener('pagehide', () => writeStored('loading', null));
    await Promise.all([this.#listLibrary(), this.startEngine()]);
  }

  /** Starts the engine, anew if it had died, and loads the model that was used last. */
  async startEngine(): Promise<void> {
    await this.#try(async () => {
      await this.engine.start();
      await this.#listed;
      const last = this.library.complete(readStored('lastModel'));
      if (last === undefined || this.engine.phase !== 'none') return;
      if (readStored('loading') === last.id) this.suspect = last.id;
      else await this.#load(last);
    }, this.#restartAction());
  }

  /** Reads the store; the page works on without it. */
  async #listLibrary(): Promise<void> {
    this.#listed = this.#try(() => this.library.refresh());
    await this.#listed;
  }

  /** Looks at files that a person chose, once it is known which. */
  chooseFiles(files: readonly PickedFile[] | Promise<readonly PickedFile[]>): Promise<void> {
    return this.#try(async () => this.finder.pick(await files));
  }

  /** Looks at an address that a person typed. */
  chooseFromWeb(asked: WebRequest): Promise<void> {
    const endpoint = hubEndpoint();
    const elsewhere = endpoint === null ? {} : { endpoint };
    return this.#try(async () => {
      if ('repository' in asked) return this.finder.look({ ...asked.repository, ...elsewhere }, asked.fileName);
      this.finder.dismiss();
      return this.library.inspect(asked.source.kind === 'hub' ? { ...asked.source, ...elsewhere } : asked.source);
    });
  }

  /** Looks at one of the models that there are to choose from. */
  chooseOffered(source: ModelSource): Promise<void> {
    return this.#try(() => this.library.inspect(source));
  }

  /** Forgets what was chosen and what there was to choose from. */
  dismissChoice(): void {
    this.library.dismiss();
    this.finder.dismiss();
  }

  /** Holds the transfer that runs. */
  pause(): Promise<void> {
    return this.#try(() => this.library.pause());
  }

  /** Ends the load that runs. */
  cancel(): Promise<void> {
    return this.#try(() => this.engine.stop());
  }

  /** Ends the answer that is being made. */
  async stopAnswer(): Promise<void> {
    if (this.conversation.answer !== null) await this.#try(() => this.conversation.stop());
  }

  /** Begins a new conversation. */
  newChat(): Promise<void> {
    return this.#try(() => this.conversation.clear());
  }

  /** Keeps the candidate and, with `thenLoad`, puts it onto the GPU; now and later with weights made smaller to `quantize`. */
  async keepCandidate(thenLoad: boolean, quantize: QuantizedType | null = null): Promise<void> {
    const { candidate } = this.library;
    if (candidate === null) return;
    keepChoice(candidate.summary, quantize);
    await this.#try(async () => {
      const before = this.library.entries;
      this.dismissChoice();
      const entry = await this.library.add(candidate);
      if (entry === null || !thenLoad) return;
      try {
        await this.#load(entry);
      } catch (error) {
        if (
          (candidate.source.kind === 'file' || candidate.source.kind === 'files') &&
          this.#wayOn === null &&
          !before.some(({ id }) => id === entry.id) &&
          FILE_IS_UNFIT.includes(errorCode(error))
        ) {
          await this.library.remove(entry.id).catch(() => undefined);
        }
        throw error;
      }
    });
  }

  /** The built-in model as it is kept here, or `undefined`; an older one that came with an older page does not count. */
  get ember(): LibraryEntry | undefined {
    return this.library.entries.find(({ sha256, state }) => sha256 === EMBER.sha256 && state === 'complete');
  }

  /** Whether the model on the GPU is the built-in one. */
  get isEmber(): boolean {
    const { ember } = this;
    return ember !== undefined && this.engine.model?.id === ember.id;
  }

  /**
   * Loads the model that comes with the page, after storing it like every other where that is not done, and asks it
   * `question`, if there is one.
   */
  async startEmber(question?: string): Promise<void> {
    await this.#try(async () => {
      const source = emberSource(document.baseURI);
      const entry = this.ember ?? (await this.library.add({ source, summary: EMBER }));
      if (entry !== null) await this.#load(entry);
    });
    if (question !== undefined && this.isEmber && this.canAnswer)
      await this.talk(() => this.conversation.send(question));
  }

  /** Goes on with a partial entry and loads it when it is whole. */
  async resume(partial: LibraryEntry): Promise<void> {
    await this.#try(async () => {
      const entry = await this.library.resume(partial);
      if (entry !== null && this.engine.gpu?.kind === 'available') await this.#load(entry);
    });
  }

  /** Puts a stored model onto the GPU in place of the one that is there. */
  use(entry: LibraryEntry): Promise<void> {
    return this.#try(() => this.#load(entry));
  }

  /** Loads the model that is there once more, for settings that only a load takes up. */
  async useAgain(): Promise<void> {
    const entry = this.library.complete(this.engine.model?.id ?? readStored('lastModel'));
    if (entry !== undefined) await this.use(entry);
  }

  /** Deletes a stored model, taking it off the GPU first. */
  remove(entry: LibraryEntry): Promise<void> {
    return this.#try(async () => {
      if (this.engine.model?.id === entry.id) {
        await this.conversation.stop();
        await this.engine.unload();
      }
      await this.library.remove(entry.id);
      if (readStored('lastModel') === entry.id) writeStored('lastModel', null);
    });
  }

  /** Runs a step of the conversation and shows its failure with a way on. */
  talk(step: () => Promise<void>): Promise<void> {
    return this.#try(step, null, () =>
      this.engine.phase === 'none' ? { label: 'Start the model again', run: () => void this.useAgain() } : null,
    );
  }

  /** `assumed` is the way to split text that a person chose to go on with, where the model's own is not known. */
  async #load(entry: LibraryEntry, assumed = this.#assumedBefore(entry)): Promise<void> {
    await this.conversation.stop();
    this.suspect = null;
    this.loadingName = entry.summary.name;
    const { contextLength } = this.settings.current;
    writeStored('loading', entry.id);
    try {
      // One setting serves models of different contexts: more than a model was trained for is cut to what it has.
      const options = {
        ...(contextLength !== null && { contextLength: Math.min(contextLength, entry.summary.contextLength) }),
        ...(assumed !== null && { assumePreTokenizer: assumed }),
        quantize: keptChoice(entry.summary),
      };
      const loaded = await this.engine.load(entry.id, options).catch(async (error: unknown) => {
        if (!PIECES_ARE_DAMAGED.includes(errorCode(error))) throw error;
        await this.library.repair(entry);
        return this.engine.load(entry.id, options);
      });
      if (loaded) writeStored('lastModel', entry.id);
      if (loaded && assumed !== null) writeStored('assumedFor', entry.id);
    } catch (error) {
      if (assumed === null && errorCode(error) === 'TokenizerUnsupported') this.#wayOn = this.#loadAnyway(entry);
      throw error;
    } finally {
      writeStored('loading', null);
    }
  }

  /** A choice holds for the model that it was made for, so that the next visit does not ask again. */
  #assumedBefore({ id, summary }: LibraryEntry): string | null {
    return readStored('assumedFor') === id ? (summary.unknownPreTokenizer?.suggested ?? null) : null;
  }

  #loadAnyway(entry: LibraryEntry): ProblemAction | null {
    const suggested = entry.summary.unknownPreTokenizer?.suggested;
    if (suggested === undefined) return null;
    return { label: `Load anyway, as ${suggested}`, run: () => void this.#try(() => this.#load(entry, suggested)) };
  }

  /** Runs an intent; a failure is shown, with an action if there is one. */
  async #try(
    intent: () => Promise<void>,
    action: ProblemAction | null = null,
    laterAction: () => ProblemAction | null = () => null,
  ): Promise<void> {
    this.problems.dismiss();
    this.#wayOn = null;
    try {
      await intent();
    } catch (error) {
      if (this.engine.phase === 'died') this.problems.show(error, this.#restartAction());
      else this.problems.show(error, this.#wayOn ?? action ?? laterAction());
    }
  }

  #restartAction(): ProblemAction {
    return { label: 'Start the engine again', run: () => void this.startEngine() };
  }
}

/** Base URL of a hub other than the public one: for mirrors and tests, set by hand in localStorage, absent from the page. */
function hubEndpoint(): string | null {
  try {
    return localStorage.getItem('freehold.hubEndpoint');
  } catch {
    return null;
  }
}
