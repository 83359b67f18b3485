/**
 * Puts models onto the GPU, each with what was chosen for it, in one tab at a time. Remembers which model ended the page and
 * which ones did not fit, and where a load failed, the ways on.
 */
import { type LoadOptions, type LocalModel, NOT_KEPT } from '../../workers/protocol/engine.ts';
import { errorCode, type ErrorCode } from '../../workers/protocol/errors.ts';
import type { LibraryEntry } from '../../workers/protocol/model.ts';
import { type LighterLoad, lighterLoads } from '../lib/lighter.ts';
import { keepChoice, keptChoice } from '../lib/make-smaller.ts';
import { readStored, writeStored } from '../lib/stored.ts';
import { m } from '../paraglide/messages.js';
import type { ConversationState } from './conversation.svelte.ts';
import type { EngineState } from './engine.svelte.ts';
import { EngineTurn } from './engine-turn.svelte.ts';
import type { Intents } from './intents.ts';
import type { LibraryState } from './library.svelte.ts';
import type { ProblemAction } from './problems.svelte.ts';
import type { SettingsState } from './settings.svelte.ts';

/** The store has lost or altered a piece of the file: fetched again, the model is whole. */
const PIECES_ARE_DAMAGED: readonly (ErrorCode | null)[] = ['ChunkMissing', 'HashMismatch'];

/** After these a model may fit with less: a shorter context, smaller weights. */
const LESS_MAY_FIT: readonly (ErrorCode | null)[] = ['ContextTooLarge', 'GpuOutOfMemory', 'GpuLost', 'GpuWrongResult'];
const DOES_NOT_FIT: readonly (ErrorCode | null)[] = ['ModelTooLarge', 'ContextTooLarge', 'GpuOutOfMemory'];

/** A stored model, or one that is read from the disk and not kept. */
export type Loadable = LibraryEntry | LocalModel;

/** What loading needs of the page. */
interface Surroundings {
  readonly engine: EngineState;
  readonly library: LibraryState;
  readonly settings: Pick<SettingsState, 'change'>;
  readonly conversation: Pick<ConversationState, 'stop'>;
  readonly intents: Intents;
  /** Tokens that a person wants the context to hold; `null`: as many as the engine finds good. */
  readonly contextLength: () => Promise<number | null>;
}

/** Loading as state. Methods reject as the engine and the library do. */
export class ModelLoader {
  /** The model that was being loaded when the page ended without a word: it is not loaded again unasked. */
  suspect = $state<string | null>(null);
  /** Name of the model that is being put onto the GPU. */
  loadingName = $state('');
  /** A load goes on, from the moment that it is asked for. */
  isLoading = $state(false);
  /** Why stored models did not fit when they were last tried, by id. */
  refused = $state.raw<Readonly<Record<string, string>>>({});
  /** Models that were asked for, came, and were not loaded, so as to take away none that is in use. */
  arrived = $state.raw<readonly LibraryEntry[]>([]);
  readonly turn: EngineTurn;

  readonly #page: Surroundings;
  /** What another tab's turn kept from being loaded here, or took from here. */
  #wanted: Loadable | null = null;
  #last: { readonly model: Loadable; readonly options: LoadOptions } | null = null;
  /** The load of now or the last: when it was asked for, and when it began. */
  #order: { readonly id: string; readonly asked: number; readonly began: number } | null = null;
  #clock = 0;
  #loads = 0;

  constructor(page: Surroundings) {
    this.#page = page;
    this.turn = new EngineTurn(async () => {
      const { conversation, engine } = page;
      this.#wanted = this.#last?.model ?? null;
      await conversation.stop();
      await engine.stop();
      await engine.unload();
    });
  }

  /** The model that was loaded last, here or on an earlier visit; `null` if it is gone. */
  get last(): Loadable | null {
    const last = this.#last?.model;
    if (last !== undefined && !('id' in last)) return last;
    return this.#page.library.complete(last?.id ?? readStored('lastModel')) ?? null;
  }

  /** Ways to load the model of now in less memory. */
  get lighter(): readonly ProblemAction[] {
    return this.#last === null ? [] : this.#lighter(this.#last.model, this.#last.options);
  }

  /** Loads the model that was used last, unless it is the suspect. */
  async loadLast(): Promise<void> {
    const { engine, library } = this.#page;
    const last = library.complete(readStored('lastModel'));
    if (last === undefined || engine.phase !== 'none') return;
    if (readStored('loading') === last.id) this.suspect = last.id;
    else await this.load(last);
  }

  /** The page goes away in good order: what it is loading is no suspect. */
  leave(): void {
    writeStored('loading', null);
  }

  /** Takes a model off the GPU if it is there; an answer that is being made ends. */
  async unload(id: string): Promise<void> {
    const { engine, conversation } = this.#page;
    if (engine.model?.id !== id) return;
    await conversation.stop();
    await engine.unload();
    this.turn.release();
  }

  /** Forgets that a model was used last: it is gone. */
  forget(id: string): void {
    if (readStored('lastModel') === id) writeStored('lastModel', null);
  }

  /** Notes that a person asks for a model now; the number tells the order in which they did. */
  ask(): number {
    return ++this.#clock;
  }

  /**
   * What becomes of a stored model that was asked for at `asked` and is here only now: it is to be loaded, it has been since,
   * or it is too late, for another is there that was asked for after it.
   */
  standing(id: string, asked: number): 'load' | 'loaded' | 'late' {
    const order = this.#order;
    if (order === null || (this.#page.engine.model === null && !this.isLoading)) return 'load';
    if (order.id === id && order.began > asked) return 'loaded';
    return order.asked > asked ? 'late' : 'load';
  }

  /** Leaves a model that has come for a person to load. */
  put(entry: LibraryEntry): void {
    this.leaveArrived(entry.id);
    this.arrived = [...this.arrived, entry];
  }

  /** Says no more of a model that it has come. */
  leaveArrived(id: string): void {
    this.arrived = this.arrived.filter((entry) => entry.id !== id);
  }

  /**
   * Puts a model onto the GPU; `changes` are for this load, and `asked` is when a person asked for it. Does nothing but say
   * so where another tab has the turn. With `fetches`, what it runs on is fetched where it is not here yet.
   */
  async load(model: Loadable, changes: LoadOptions = {}, asked = this.ask(), fetches = false): Promise<void> {
    const id = 'id' in model ? model.id : NOT_KEPT;
    this.#order = { id, asked, began: ++this.#clock };
    this.leaveArrived(id);
    this.#loads++;
    this.isLoading = true;
    try {
      await this.#load(model, changes, fetches);
    } finally {
      this.isLoading = --this.#loads > 0;
    }
  }

  async #load(model: Loadable, changes: LoadOptions, fetches: boolean): Promise<void> {
    const { engine, library, conversation, intents } = this.#page;
    await conversation.stop();
    this.suspect = null;
    // What a chat has set is known once chats are read.
    const set = await this.#page.contextLength();
    if (!(await this.turn.take())) {
      this.#wanted = model;
      return;
    }
    const { summary } = model;
    const stored = 'id' in model ? model : null;
    const id = stored?.id ?? NOT_KEPT;
    this.loadingName = stored === null ? summary.name : library.nameOf(stored);
    const assumed = this.#assumedBefore(model);
    // One setting serves models of different contexts: more than a model was trained for is cut to what it has.
    const options: LoadOptions = {
      ...(set !== null && { contextLength: Math.min(set, summary.contextLength) }),
      ...(assumed !== null && { assumePreTokenizer: assumed }),
      quantize: keptChoice(summary),
      ...changes,
    };
    this.#last = { model, options };
    writeStored('loading', id);
    // A check would keep the disk busy, and a repair away.
    if (stored !== null) await library.ask((api) => api.stopCheck(id)).catch(() => undefined);
    try {
      const apart = summary.runtime && (await import('../lib/onnx-runtime.ts'));
      const withRuntime = { ...options, ...(apart && { runtime: await apart.bringRuntime(fetches) }) };
      const loaded = await engine
        .load(stored?.id ?? (model as LocalModel), withRuntime)
        .catch(async (error: unknown) => {
          if (stored === null || !PIECES_ARE_DAMAGED.includes(errorCode(error))) throw error;
          await library.repair(stored);
          return engine.load(stored.id, withRuntime);
        });
      if (loaded && stored !== null) {
        writeStored('lastModel', id);
        void library.ask((api) => api.remark(id, { usedAt: Date.now() })).catch(() => undefined);
      }
      if (loaded && apart) await apart.keepScript(engine.model?.script);
      if (loaded && options.assumePreTokenizer !== undefined) writeStored('assumedFor', id);
      if (loaded) this.#note(id, null);
    } catch (error) {
      intents.offer(error, this.#waysPast(error, model, options));
      if (DOES_NOT_FIT.includes(errorCode(error))) this.#note(id, (error as Error).message);
      throw error;
    } finally {
      writeStored('loading', null);
      if (engine.model === null) this.turn.release();
    }
  }

  /** Takes the turn from the tab that has it, and loads here what could not be or what was loaded last. */
  async takeOver(): Promise<void> {
    await this.turn.takeOver();
    const model = this.#wanted ?? this.last;
    this.#wanted = null;
    if (model !== null) await this.load(model);
  }

  #note(id: string, reason: string | null): void {
    const others = Object.entries(this.refused).filter(([other]) => other !== id);
    this.refused = Object.fromEntries(reason === null ? others : [...others, [id, reason]]);
  }

  #waysPast(error: unknown, model: Loadable, options: LoadOptions): readonly ProblemAction[] {
    const code = errorCode(error);
    const suggested = model.summary.unknownPreTokenizer?.suggested;
    if (code === 'TokenizerUnsupported' && options.assumePreTokenizer === undefined && suggested !== undefined) {
      const label = () => m.problems_load_anyway({ name: suggested });
      return [this.#again(model, label, { assumePreTokenizer: suggested })];
    }
    if (code === 'RuntimeNeeded') return [this.#again(model, m.problems_fetch_runtime, options, true)];
    return LESS_MAY_FIT.includes(code) ? this.#lighter(model, options) : [];
  }

  #lighter(model: Loadable, options: LoadOptions): readonly ProblemAction[] {
    return lighterLoads(model.summary, options).map((way) => ({
      label: way.label,
      run: () => {
        this.#keep(way, model);
        void this.#page.intents.run(() => this.load(model, { ...options, ...way.options }));
      },
    }));
  }

  /** The next visit does not try again what failed. */
  #keep({ options: { contextLength, quantize } }: LighterLoad, { summary }: Loadable): void {
    if (contextLength !== undefined) this.#page.settings.change({ contextLength });
    if (quantize !== undefined) keepChoice(summary, quantize);
  }

  #again(model: Loadable, label: () => string, changes: LoadOptions, fetches = false): ProblemAction {
    return { label, run: () => void this.#page.intents.run(() => this.load(model, changes, this.ask(), fetches)) };
  }

  /** A choice holds for the model that it was made for, so that the next visit does not ask again. */
  #assumedBefore(model: Loadable): string | null {
    const kept = 'id' in model && readStored('assumedFor') === model.id;
    return kept ? (model.summary.unknownPreTokenizer?.suggested ?? null) : null;
  }
}
