/**
 * What the library build's worker offers: the engine that the page has, and embeddings. One model in its life, of either
 * kind. A model from an address is kept in this origin's store first, so that it is fetched once.
 */
import { writesText } from '../format/embedding-model.ts';
import { cannotRun, summarize } from '../format/summary.ts';
import type { ApiAvailability, ApiEngine, ApiLoaded, ApiModel, ApiProgress, Embedded } from '../protocol/api.ts';
import {
  type GenerateEvent,
  type GenerateResult,
  type LoadOptions,
  type LocalModel,
  type TokenCounts,
} from '../protocol/engine.ts';
import { EngineError } from '../protocol/errors.ts';
import type { ModelSummary } from '../protocol/model.ts';
import type { ToolConversation, ToolRequest } from '../protocol/tools.ts';
import type { OpenGrammar } from '../sample/grammar.ts';
import type { OpenedSource } from '../source/opened-source.ts';
import { readModel } from '../format/read-model.ts';
import { openSource } from '../source/open-source.ts';
import { describeModel } from '../store/describe.ts';
import { Library } from '../store/library.ts';
import { openStored, type OpenModel } from '../store/stored-file.ts';
import { EmbeddingService } from './embedding-service.ts';
import { readLocal } from './read-local.ts';
import { EngineService } from './service.ts';

/** The worker's one object. */
export class ApiService implements ApiEngine {
  readonly #engine: EngineService;
  readonly #library = new Library({ describe: describeAny });
  #embeddings: EmbeddingService | null = null;

  /** @param openGrammar what holds answers to forms; without it they cannot be */
  constructor(openGrammar?: OpenGrammar) {
    this.#engine = new EngineService(openGrammar);
  }

  async availability(model: ApiModel): Promise<ApiAvailability> {
    if ((await this.#engine.probe()).kind === 'unavailable') return 'unavailable';
    if (model.kind === 'url') return (await this.#keptAt(model.url)) === null ? 'downloadable' : 'available';
    try {
      const opened = model.kind === 'stored' ? await openStored(model.id) : readLocal(await located(model));
      await opened.release();
      return opened.summary.unsupported === null ? 'available' : 'unavailable';
    } catch (error) {
      // A file that is no model, and one that is not here, cannot be used; a load says why.
      if (error instanceof EngineError) return 'unavailable';
      throw error;
    }
  }

  async load(model: ApiModel, options: LoadOptions, onProgress: (progress: ApiProgress) => void): Promise<ApiLoaded> {
    const place = await this.#place(model, onProgress);
    const opened = typeof place === 'string' ? await openStored(place) : readLocal(place);
    if (await isEmbeddingModel(opened)) {
      this.#embeddings = new EmbeddingService(opened, options);
      const { summary, contextLength } = await this.#embeddings.load(onProgress);
      return { kind: 'embedding', id: opened.id, summary, contextLength };
    }
    await opened.release();
    const loaded = await this.#engine.load(place, options, onProgress);
    if (loaded === null) throw new EngineError('NotFound', { what: 'The load was stopped', remedy: 'Load it again.' });
    const { id, summary, contextLength } = loaded;
    return { kind: 'chat', id, summary, contextLength };
  }

  async generate(request: ToolRequest, onEvent: (event: GenerateEvent) => void): Promise<GenerateResult> {
    if (this.#embeddings !== null) {
      throw new EngineError('FileUnsupported', {
        what: 'This model makes embeddings and cannot chat',
        remedy: 'Load a chat model for that.',
      });
    }
    // Events and result take different ways: the last event has arrived before the result sets out.
    let latest: unknown;
    const result = await this.#engine.generate(request, (event) => {
      latest = onEvent(event);
    });
    await latest;
    return result;
  }

  countTokens(conversation: ToolConversation): Promise<TokenCounts> {
    return this.#engine.countTokens(conversation);
  }

  stop(): Promise<void> {
    return this.#engine.stop();
  }

  async embed(text: string | readonly number[]): Promise<Embedded> {
    if (this.#embeddings !== null) return this.#embeddings.embed(text);
    throw new EngineError('FileUnsupported', {
      what: 'This model writes text and makes no embeddings',
      remedy: 'Load an embedding model for that, such as a GGUF of bge or Qwen3-Embedding.',
    });
  }

  /** The model as the engine takes it: an id of the store, or where it lies. */
  async #place(model: ApiModel, onProgress: (progress: ApiProgress) => void): Promise<string | LocalModel> {
    if (model.kind === 'stored') return model.id;
    if (model.kind !== 'url') return located(model);
    const kept = await this.#keptAt(model.url);
    if (kept !== null) return kept;
    const { entry } = await this.#library.add(model, ({ phase, storedBytes, totalBytes }) => {
      onProgress({ phase, loadedBytes: storedBytes, totalBytes });
    });
    if (entry?.state === 'complete') return entry.id;
    throw new EngineError('NotFound', { what: 'The download was paused', remedy: 'Load the model again to go on.' });
  }

  /** The id of the complete model that came from this address; `null` where there is none. */
  async #keptAt(url: string): Promise<string | null> {
    const address = new URL(url);
    address.hash = '';
    const entries = await this.#library.list();
    return entries.find(({ origin, state }) => origin === address.href && state === 'complete')?.id ?? null;
  }
}

/** What a model on the person's device says of itself. */
async function located(source: LocalModel['source']): Promise<LocalModel> {
  return { source, summary: await describeAny(await openSource(source)) };
}

/** As the page's library describes a model, but an embedding model is none that is refused. */
async function describeAny(source: OpenedSource, signal?: AbortSignal): Promise<ModelSummary> {
  const summary = await describeModel(source, signal);
  if (summary.unsupported === null) return summary;
  return { ...summary, unsupported: cannotRun(await readModel(source.files)) };
}

async function isEmbeddingModel(opened: OpenModel): Promise<boolean> {
  try {
    const file = await readModel(opened.files);
    return !writesText(file, summarize(file, opened.summary.fileName).architecture);
  } catch (error) {
    await opened.release();
    throw error;
  }
}
