/**
 * A session in the Prompt API's shape: a history of its own over an engine that all sessions share. Prompts wait for one
 * another. Unlike the browser's, a session forgets nothing by itself: what does not fit is refused.
 */
import type { ApiLoaded } from '../workers/protocol/api.ts';
import type { ChatMessage, GenerateEvent, SamplerSettings } from '../workers/protocol/engine.ts';
import type { EngineQueue } from './engine-queue.ts';
import { FreeholdError } from './errors.ts';
import { type PromptInput, readInput } from './prompt-input.ts';
import { schemaFormat } from './response-format.ts';

/** How one prompt is answered. */
export interface PromptOptions {
  /** Stops the engine; the history stays as it was. */
  readonly signal?: AbortSignal;
  /** A JSON Schema that the answer is to fit. */
  readonly responseConstraint?: object;
}

/** What sessions over one engine share. */
export interface SessionEngine {
  readonly queue: EngineQueue;
  readonly loaded: ApiLoaded;
}

/** What a session is made of. */
interface SessionState {
  readonly sampler: SamplerSettings;
  readonly history: readonly ChatMessage[];
  readonly contextUsage: number;
}

/** One conversation. Made by `LanguageModelFactory.create`. */
export class LanguageModelSession {
  readonly #engine: SessionEngine;
  readonly #sampler: SamplerSettings;
  readonly #destroyed = new AbortController();
  #history: readonly ChatMessage[];
  #contextUsage: number;

  constructor(engine: SessionEngine, { sampler, history, contextUsage }: SessionState) {
    this.#engine = engine;
    this.#sampler = sampler;
    this.#history = history;
    this.#contextUsage = contextUsage;
  }

  /** Tokens that the history takes, as far as it was answered or counted. */
  get contextUsage(): number {
    return this.#contextUsage;
  }

  /** Tokens that there are for history, prompt and answer. */
  get contextWindow(): number {
    return this.#engine.loaded.contextLength;
  }

  get temperature(): number {
    return this.#sampler.temperature;
  }

  get topK(): number {
    return this.#sampler.topK;
  }

  /**
   * Answers. Input and answer become part of the history, unless it fails or is aborted. Rejects with a `FreeholdError`
   * (`ContextFull` where it does not fit), with the signal's reason, or with an `InvalidStateError` once destroyed.
   */
  async prompt(input: PromptInput, options: PromptOptions = {}): Promise<string> {
    let answer = '';
    await this.#prompt(input, options, (text) => {
      answer += text;
    });
    return answer;
  }

  /** The same, in pieces of new text. Cancelling the stream stops the engine. Errors come through the stream. */
  promptStreaming(input: PromptInput, options: PromptOptions = {}): ReadableStream<string> {
    const cancelled = new AbortController();
    const signal = options.signal ? AbortSignal.any([options.signal, cancelled.signal]) : cancelled.signal;
    return new ReadableStream<string>({
      start: (controller) => {
        const onText = (text: string): void => {
          if (!cancelled.signal.aborted) controller.enqueue(text);
        };
        this.#prompt(input, { ...options, signal }, onText).then(
          () => {
            controller.close();
          },
          (error: unknown) => {
            controller.error(error);
          },
        );
      },
      cancel: () => {
        cancelled.abort();
      },
    });
  }

  /** Puts messages into the history; they run with the next prompt. Rejects as `prompt` does. */
  async append(input: PromptInput, { signal }: { readonly signal?: AbortSignal } = {}): Promise<void> {
    await this.#run(signal, async () => {
      const { messages, prefix } = readInput(input, 'input', this.#history.length);
      const answer: ChatMessage[] = prefix === null ? [] : [{ role: 'assistant', content: prefix }];
      const history = [...this.#history, ...messages, ...answer];
      this.#contextUsage = await countHistory(this.#engine, history);
      this.#history = history;
    });
  }

  /** How many tokens more the context would hold with this input. */
  async measureContextUsage(input: PromptInput, { signal }: { readonly signal?: AbortSignal } = {}): Promise<number> {
    this.#requireAlive();
    signal?.throwIfAborted();
    const history = this.#history;
    const { messages, prefix } = readInput(input, 'input', history.length);
    const answer: ChatMessage[] = prefix === null ? [] : [{ role: 'assistant', content: prefix }];
    const counted = await this.#engine.queue.ask((api) =>
      api.countTokens({ messages: [...history, ...messages, ...answer] }),
    );
    const before = await countAlone(this.#engine, history);
    if (before !== null) return Math.max(0, counted.total - before);
    // Marks of turns are not known apart: what the texts take by themselves.
    return counted.messages.slice(history.length).reduce((sum, tokens) => sum + tokens, 0);
  }

  /** The older name. */
  measureInputUsage(input: PromptInput, options: { readonly signal?: AbortSignal } = {}): Promise<number> {
    return this.measureContextUsage(input, options);
  }

  /** A session with the same history and settings, which goes its own way from here. */
  async clone({ signal }: { readonly signal?: AbortSignal } = {}): Promise<LanguageModelSession> {
    this.#requireAlive();
    signal?.throwIfAborted();
    return Promise.resolve(
      new LanguageModelSession(this.#engine, {
        sampler: this.#sampler,
        history: this.#history,
        contextUsage: this.#contextUsage,
      }),
    );
  }

  /** Ends the session: what runs in it rejects with an `AbortError`, and all that is asked later is refused. */
  destroy(): void {
    this.#destroyed.abort(new DOMException('The session was destroyed.', 'AbortError'));
    this.#history = [];
  }

  async #prompt(input: PromptInput, options: PromptOptions, onText: (text: string) => void): Promise<void> {
    const { responseConstraint } = options;
    const format = responseConstraint === undefined ? {} : schemaFormat(responseConstraint, 'responseConstraint');
    await this.#run(options.signal, async (signal) => {
      const { messages, prefix } = readInput(input, 'input', this.#history.length);
      const asked = [...this.#history, ...messages];
      const onEvent = (event: GenerateEvent): void => {
        if (event.kind === 'text' && !signal.aborted) onText(event.text);
      };
      const request = {
        messages: asked,
        sampler: this.#sampler,
        ...(prefix === null ? {} : { prefix: { text: prefix } }),
        ...format,
      };
      // Its turn has come already: this goes past the queue.
      const result = await this.#engine.queue.ask((api) => api.generate(request, onEvent));
      if (signal.aborted) return;
      const thought = result.thinking === '' ? {} : { thinking: result.thinking };
      this.#history = [...asked, { role: 'assistant', content: result.text, ...thought }];
      this.#contextUsage = result.promptTokens + result.tokens.length;
    });
  }

  /** Runs work in its turn; ends it where `signal` is aborted or the session destroyed. */
  async #run<Result>(signal: AbortSignal | undefined, work: (signal: AbortSignal) => Promise<Result>): Promise<Result> {
    this.#requireAlive();
    const either = signal ? AbortSignal.any([signal, this.#destroyed.signal]) : this.#destroyed.signal;
    return this.#engine.queue.run(() => work(either), either);
  }

  #requireAlive(): void {
    if (this.#destroyed.signal.aborted) throw new DOMException('The session was destroyed.', 'InvalidStateError');
  }
}

/** Tokens of a history, 0 where that is not known before a question. Rejects with `ContextFull` where there is no room left. */
export async function countHistory(engine: SessionEngine, history: readonly ChatMessage[]): Promise<number> {
  const { loaded } = engine;
  const total = (await countAlone(engine, history)) ?? 0;
  if (total < loaded.contextLength) return total;
  throw new FreeholdError(
    'ContextFull',
    `The messages do not fit into the context: expected fewer than ${loaded.contextLength} tokens, got ${total}. ` +
      'Shorten them, or load the model with a longer context.',
  );
}

/** Tokens of a history with no question behind it, which some templates refuse to write: `null` then. */
async function countAlone({ queue }: SessionEngine, history: readonly ChatMessage[]): Promise<number | null> {
  if (history.length === 0) return 0;
  try {
    return (await queue.ask((api) => api.countTokens({ messages: history }))).total;
  } catch (error) {
    if (error instanceof FreeholdError && error.code === 'TemplateFailed') return null;
    throw error;
  }
}
