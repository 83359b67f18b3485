/**
 * Freehold for other pages: a model on the person's GPU behind OpenAI's shape, and behind that of the browser's
 * `LanguageModel`. Nothing is sent anywhere; the one request is for the model, where that comes from an address.
 */
import type { ModelSummary } from '../workers/protocol/model.ts';
import { ChatCompletions } from './chat-completions.ts';
import { Embeddings } from './embeddings.ts';
import { EngineQueue } from './engine-queue.ts';
import { withCode } from './errors.ts';
import { LanguageModelFactory, type LoadedEngine } from './language-model.ts';
import { apiModel, type FreeholdOptions, loadOptions, startEngine } from './start-engine.ts';

export type { ApiAvailability as Availability, ApiProgress as Progress } from '../workers/protocol/api.ts';
export type { ErrorCode } from '../workers/protocol/errors.ts';
export type * from './chat-types.ts';
export type { ChatCompletionStream } from './chat-stream.ts';
export { connectFreehold } from './connect-freehold.ts';
export type { FramedCompletions, FramedFreehold } from './connect-freehold.ts';
export type { EmbeddingsRequest, EmbeddingsResponse } from './embeddings.ts';
export { FreeholdError } from './errors.ts';
export type { FrameStatus } from './frame-messages.ts';
export type { LanguageModelFactory, LanguageModelOptions } from './language-model.ts';
export type { LanguageModelSession, PromptOptions } from './language-model-session.ts';
export type { PromptInput, PromptMessage } from './prompt-input.ts';
export type { FreeholdOptions, ModelSummary };

/** A loaded model, and the ways to ask it. */
export interface Freehold {
  /** What the model says of itself. */
  readonly model: ModelSummary;
  readonly kind: 'chat' | 'embedding';
  /** The id by which a stored model can be loaded again; `not-kept` for a file on the person's device. */
  readonly id: string;
  /** Tokens that prompt and answer may take together, or one text that is embedded. */
  readonly contextLength: number;
  /** A chat model's; asking an embedding model rejects with `FileUnsupported`. */
  readonly chat: { readonly completions: ChatCompletions };
  /** An embedding model's; asking a chat model rejects with `FileUnsupported`. */
  readonly embeddings: Embeddings;
  /** The chat model in the shape of the browser's own. */
  readonly LanguageModel: LanguageModelFactory;
  /** Frees the GPU and ends the worker. What is running rejects with `WorkerFailed`. */
  close(): void;
}

/**
 * Starts a worker and loads a model in it. Rejects with a `FreeholdError`, or with the signal's reason.
 *
 * Each call takes memory of its own on the GPU: one object for each model in use, not for each question.
 */
export async function createFreehold(options: FreeholdOptions): Promise<Freehold> {
  const { api, loaded, end } = await open(options);
  const queue = new EngineQueue(api);
  return {
    model: loaded.summary,
    kind: loaded.kind,
    id: loaded.id,
    contextLength: loaded.contextLength,
    chat: { completions: new ChatCompletions(queue, loaded.summary) },
    embeddings: new Embeddings(queue, loaded.summary),
    LanguageModel: new LanguageModelFactory({
      availability: () => Promise.resolve(loaded.kind === 'chat' ? 'available' : 'unavailable'),
      // Its worker is this object's to end.
      load: () => Promise.resolve({ queue, loaded, end: () => undefined }),
    }),
    close: end,
  };
}

/** An object in the shape of the browser's `LanguageModel`, over a model that is loaded when the first session is made. */
export function createLanguageModel(options: FreeholdOptions): LanguageModelFactory {
  return new LanguageModelFactory({
    async availability() {
      const model = apiModel(options.model);
      try {
        const { api, end } = await startEngine(options.workerUrl);
        return await api.availability(model).finally(end);
      } catch (error) {
        throw withCode(error);
      }
    },
    async load(onProgress, signal): Promise<LoadedEngine> {
      const { api, loaded, end } = await open({
        ...options,
        ...(signal === undefined ? {} : { signal }),
        onProgress(progress) {
          options.onProgress?.(progress);
          onProgress(progress);
        },
      });
      return { queue: new EngineQueue(api), loaded, end };
    },
  });
}

async function open({ model, workerUrl, onProgress, signal, ...options }: FreeholdOptions) {
  signal?.throwIfAborted();
  const asked = apiModel(model);
  try {
    const { api, end } = await startEngine(workerUrl);
    signal?.addEventListener('abort', end, { once: true });
    try {
      signal?.throwIfAborted();
      const loaded = await api.load(asked, loadOptions(options), (progress) => onProgress?.(progress));
      return { api, loaded, end };
    } catch (error) {
      end();
      throw error;
    } finally {
      signal?.removeEventListener('abort', end);
    }
  } catch (error) {
    signal?.throwIfAborted();
    throw withCode(error);
  }
}
