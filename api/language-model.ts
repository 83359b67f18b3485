/** An object in the shape of the browser's `LanguageModel`, over a model of one's own: several sessions, one engine. */
import type { ApiAvailability, ApiLoaded, ApiProgress } from '../workers/protocol/api.ts';
import { optionalNumber, refuseOthers, requireList, requireObject, wrong } from './checks.ts';
import { readSampler } from './chat-request.ts';
import type { EngineQueue } from './engine-queue.ts';
import { FreeholdError } from './errors.ts';
import { countHistory, LanguageModelSession, type SessionEngine } from './language-model-session.ts';
import { type PromptMessage, readInput } from './prompt-input.ts';

/** How a session is made. */
export interface LanguageModelOptions {
  readonly initialPrompts?: readonly PromptMessage[];
  readonly temperature?: number;
  readonly topK?: number;
  /** Not the browser's: a whole number from 0 to 2³² − 1, by which answers can be made again. */
  readonly seed?: number;
  /** Ends the making, the model's load included. */
  readonly signal?: AbortSignal;
  /** Gets a target whose `downloadprogress` events tell how far the load is: `loaded` from 0 to 1, of a `total` of 1. */
  readonly monitor?: (monitor: EventTarget) => void;
  /** Text only. Languages are not looked at: what a model speaks its card says. */
  readonly expectedInputs?: readonly { readonly type: string; readonly languages?: readonly string[] }[];
  readonly expectedOutputs?: readonly { readonly type: string; readonly languages?: readonly string[] }[];
}

/** A loaded engine, and how to end it. */
export interface LoadedEngine extends SessionEngine {
  readonly queue: EngineQueue;
  readonly loaded: ApiLoaded;
  end(): void;
}

/** Where the engine comes from. */
interface EngineSource {
  availability(): Promise<ApiAvailability>;
  load(onProgress: (progress: ApiProgress) => void, signal?: AbortSignal): Promise<LoadedEngine>;
}

const CREATE_FIELDS = ['initialPrompts', 'temperature', 'topK', 'seed', 'signal', 'monitor'];
const EXPECTED_FIELDS = ['expectedInputs', 'expectedOutputs'];

/** Makes sessions; loads the model for the first one. */
export class LanguageModelFactory {
  readonly #source: EngineSource;
  #engine: LoadedEngine | null = null;
  #loading: Promise<LoadedEngine> | null = null;

  constructor(source: EngineSource) {
    this.#source = source;
  }

  /**
   * Whether sessions can be made: `unavailable` where there is no usable GPU, no such model, or more than text is expected;
   * `downloadable` where the model is at an address and not stored yet. Asks no network.
   */
  async availability(
    options: Pick<LanguageModelOptions, 'expectedInputs' | 'expectedOutputs'> = {},
  ): Promise<ApiAvailability> {
    if (!isTextOnly(options)) return 'unavailable';
    return this.#engine === null ? this.#source.availability() : 'available';
  }

  /**
   * Makes a session. Rejects with a `FreeholdError`, or with the signal's reason. While a first session waits for the model,
   * others wait with it, and its signal ends the load for all.
   */
  async create(options: LanguageModelOptions = {}): Promise<LanguageModelSession> {
    const asked = requireObject(options, 'options');
    refuseOthers(asked, [...CREATE_FIELDS, ...EXPECTED_FIELDS]);
    if (!isTextOnly(options)) throw wrong('expectedInputs', 'text only, for models here read nothing else', options);
    const { initialPrompts = [], signal, monitor } = options;
    const { messages, prefix } = readInput(initialPrompts, 'initialPrompts', 0);
    if (prefix !== null) throw wrong('initialPrompts', 'no prefix: there is no answer to begin yet', prefix);
    const temperature = optionalNumber(asked.temperature, 'temperature', [0, 100]);
    const topK = optionalNumber(asked.topK, 'topK', [1, 2 ** 31], true);
    signal?.throwIfAborted();
    const engine = await this.#load(monitor, signal);
    signal?.throwIfAborted();
    const sampler = readSampler({ temperature, top_k: topK, seed: asked.seed }, engine.loaded.summary.sampling ?? {});
    const contextUsage = await countHistory(engine, messages);
    return new LanguageModelSession(engine, { sampler, history: messages, contextUsage });
  }

  /** Not the browser's: ends the worker that was started for the sessions. A later `create` loads the model again. */
  close(): void {
    this.#engine?.end();
    this.#engine = null;
  }

  async #load(monitor: LanguageModelOptions['monitor'], signal?: AbortSignal): Promise<LoadedEngine> {
    if (this.#engine !== null) return this.#engine;
    const target = new EventTarget();
    monitor?.(target);
    this.#loading ??= this.#source.load((progress) => {
      const loaded = progress.totalBytes === 0 ? 0 : progress.loadedBytes / progress.totalBytes;
      // The browser's tells of the download alone, which is what takes long here too.
      if (progress.phase !== 'reading' && progress.phase !== 'compiling') tell(target, Math.min(loaded, 1));
    }, signal);
    try {
      const engine = await this.#loading;
      if (engine.loaded.kind !== 'chat') {
        engine.end();
        throw new FreeholdError('FileUnsupported', 'This model makes embeddings and cannot chat. Load a chat model.');
      }
      tell(target, 1);
      return (this.#engine = engine);
    } finally {
      this.#loading = null;
    }
  }
}

function tell(target: EventTarget, loaded: number): void {
  target.dispatchEvent(new ProgressEvent('downloadprogress', { lengthComputable: true, loaded, total: 1 }));
}

function isTextOnly({ expectedInputs = [], expectedOutputs = [] }: LanguageModelOptions): boolean {
  const all = [...requireList(expectedInputs, 'expectedInputs'), ...requireList(expectedOutputs, 'expectedOutputs')];
  return all.every((expected) => requireObject(expected, 'expectedInputs').type === 'text');
}
