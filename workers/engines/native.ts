/**
 * Our engine: one model, one conversation in its KV cache, answers token by token.
 *
 * The cache remembers the ids that it holds; a prompt runs only from the first id that differs. Needs a device and a
 * source of bytes, no page and no network: the same class runs in the worker and in Node.
 */
import { countsPerStep, type Gpu, type GpuCounts } from '../gpu/gpu.ts';
import type { Step } from '../gpu/recorder.ts';
import type {
  ChatMessage,
  FinishReason,
  GenerateEvent,
  GenerateRequest,
  GenerateResult,
  LoadProgress,
} from '../protocol/engine.ts';
import { EngineError } from '../protocol/errors.ts';
import type { AnswerPiece } from '../text/answer-splitter.ts';
import { AnswerText } from './answer-text.ts';
import { type EngineOptions, type LoadedNativeModel, loadModel, type ModelBytes } from './load-model.ts';
import { type StepResult, TOKENS_IN_FLIGHT } from './runner.ts';

/** More answers than a context is likely to hold. */
const KEPT_ANSWERS = 256;

/** What an answer is made with, once its prompt is ids. */
type AnswerOptions = Omit<GenerateRequest, 'messages' | 'thinking'> & {
  /** Leaves thoughts in the text, with their marks, for tools. */
  readonly verbatim?: boolean;
  /** Goes on past the end of a turn, for benchmarks of fixed length. */
  readonly ignoreEnd?: boolean;
};

/** An answer with the ids behind it. */
export interface Answer extends GenerateResult {
  readonly tokens: readonly number[];
  /** Calls to the GPU for each decode step. */
  readonly countsPerToken: GpuCounts;
}

/** A loaded model and the conversation in its cache. One answer at a time. */
export class NativeEngine {
  readonly gpu: Gpu;
  readonly model: LoadedNativeModel;
  /** Ids whose keys and values are in the cache, by position. */
  #cached: number[] = [];
  /** Ids of answers by their text, oldest first: a follow-up must match what is in the cache, not what text encodes to. */
  readonly #answers = new Map<string, readonly number[]>();

  private constructor(gpu: Gpu, model: LoadedNativeModel) {
    this.gpu = gpu;
    this.model = model;
  }

  /** Loads a model from its file or files. Rejects with an EngineError, or with the signal's reason if aborted. */
  static async load(
    gpu: Gpu,
    source: ModelBytes,
    fileName: string,
    options: EngineOptions = {},
    onProgress: (progress: LoadProgress) => void = () => undefined,
    signal?: AbortSignal,
  ): Promise<NativeEngine> {
    return new NativeEngine(gpu, await loadModel(gpu, source, fileName, options, onProgress, signal));
  }

  /** Ids of a conversation through the model's template, ready to be answered. `thinking` is the template's switch. */
  promptIds(messages: readonly ChatMessage[], thinking?: boolean): number[] {
    const { template, tokenizer } = this.model;
    const switched = thinking === undefined ? {} : { thinking };
    return template.encode(messages, tokenizer, { addGenerationPrompt: true, answers: this.#answers, ...switched });
  }

  /**
   * Answers a prompt of ids. Aborting is an outcome (`stopped`), not an error.
   *
   * @param tokens receives the answer's ids as they come; ids that are there already (an answer cut off by a lost device)
   * are taken as said, and the answer goes on behind them
   */
  async answer(
    promptIds: readonly number[],
    options: AnswerOptions,
    onEvent: (event: GenerateEvent) => void = () => undefined,
    signal?: AbortSignal,
    tokens: number[] = [],
  ): Promise<Answer> {
    const { tokenizer, template, contextLength } = this.model;
    const sampling = this.beginSampling(options.sampler);
    const marks = options.verbatim ? null : template.thinking;
    const text = new AnswerText(tokenizer, options.stopStrings ?? [], marks, promptIds);
    const room = contextLength - promptIds.length;
    const limit = Math.min(options.maxTokens ?? room, room);
    const said = tokens.length;
    for (const id of tokens) text.push(id);
    let finishReason: FinishReason = limit === room ? 'context-full' : 'max-tokens';

    const startedAt = performance.now();
    const prefill = await this.prefill([...promptIds, ...tokens], sampling, false, onEvent, signal);
    const first = await prefill.result?.token;
    const prefilledAt = performance.now();
    const facts = {
      promptTokens: promptIds.length,
      reusedTokens: prefill.reusedTokens,
      prefillMs: prefilledAt - startedAt,
    };
    const countsBefore = { ...this.gpu.counts };
    if (first === undefined) {
      const countsPerToken = countsPerStep(countsBefore, countsBefore, 0);
      return {
        ...facts,
        text: text.whole,
        thinking: text.thinking,
        thinkingMs: 0,
        tokens,
        finishReason: 'stopped',
        generatedTokens: said,
        decodeMs: 0,
        countsPerToken,
      };
    }

    let thoughtAt = prefilledAt;
    const emit = (pieces: readonly AnswerPiece[]): void => {
      for (const { kind, text: said } of pieces) {
        if (kind === 'thinking') thoughtAt = performance.now();
        onEvent({ kind, text: said, tokens: tokens.length });
      }
    };
    const inFlight: Promise<number>[] = [Promise.resolve(first)];
    let sampled = said + 1; // ids so far, in flight included; the last lies at promptIds.length + sampled − 1
    while (tokens.length < limit) {
      if (signal?.aborted) {
        finishReason = 'stopped';
        break;
      }
      while (inFlight.length < TOKENS_IN_FLIGHT && sampled < limit) {
        inFlight.push(this.model.runner.decode(promptIds.length + sampled - 1, sampling).token);
        sampled++;
      }
      const id = this.#checked(await inFlight.shift()!);
      this.#remember(promptIds.length + tokens.length, id);
      if (tokenizer.endIds.has(id) && !options.ignoreEnd) {
        finishReason = 'end-of-turn';
        break;
      }
      tokens.push(id);
      emit(text.push(id));
      if (text.stopped) {
        finishReason = 'stop-string';
        break;
      }
    }
    await this.#settle(inFlight, promptIds.length + sampled - 1);
    emit(text.finish());
    // What was cut off the text, a stop string or a thought, was not cut off the ids.
    if (!text.stopped && text.isVerbatim) this.#keepAnswer(text.whole, tokens);
    const decodeMs = performance.now() - prefilledAt;
    const countsPerToken = countsPerStep(countsBefore, this.gpu.counts, sampled - said - 1);
    return {
      ...facts,
      text: text.whole,
      thinking: text.thinking,
      thinkingMs: thoughtAt - prefilledAt,
      tokens,
      finishReason,
      generatedTokens: tokens.length,
      decodeMs,
      countsPerToken,
    };
  }

  /** Puts sampler settings in force; the steps go to `prefill` and `decode`. */
  beginSampling(settings: GenerateRequest['sampler']): readonly Step[] {
    return this.model.sampler.use(this.gpu, settings);
  }

  /**
   * Brings the prompt into the cache, from the first id that differs on; the last id always runs, for its logits.
   * Rejects with `ContextFull` if the prompt leaves no room for an answer. `result` is null if aborted.
   */
  async prefill(
    promptIds: readonly number[],
    sampling: readonly Step[],
    wantLogits: boolean,
    onEvent: (event: GenerateEvent) => void,
    signal?: AbortSignal,
  ): Promise<{ result: StepResult | null; reusedTokens: number }> {
    const { contextLength, runner } = this.model;
    if (promptIds.length === 0) throw new EngineError('SettingInvalid', { what: 'The prompt is empty' });
    if (promptIds.length >= contextLength) {
      throw new EngineError('ContextFull', {
        what: 'The conversation no longer fits into the context',
        expected: `fewer than ${contextLength} tokens`,
        got: promptIds.length,
        remedy: 'Start a new chat, shorten the last message, or load the model with a longer context.',
      });
    }
    const reusedTokens = Math.min(commonPrefix(this.#cached, promptIds), promptIds.length - 1);
    this.#cached.length = reusedTokens;
    const totalTokens = promptIds.length;
    onEvent({ kind: 'prefill', doneTokens: reusedTokens, totalTokens, reusedTokens });
    const rest = promptIds.slice(reusedTokens);
    const onChunk = (done: number): void => {
      this.#cached = promptIds.slice(0, reusedTokens + done);
      onEvent({ kind: 'prefill', doneTokens: reusedTokens + done, totalTokens, reusedTokens });
    };
    if (signal?.aborted) return { result: null, reusedTokens };
    const result = await runner.prefill(rest, reusedTokens, sampling, wantLogits, onChunk, signal);
    return { result, reusedTokens };
  }

  /** Drops what the cache holds past a position. */
  forget(length: number): void {
    this.#cached.length = Math.min(this.#cached.length, length);
  }

  /** Frees the model's buffers; the device stays open. */
  dispose(): void {
    this.#cached = [];
    this.model.dispose();
  }

  /** Waits for tokens that were already on their way; they stay in the cache, where a later prompt may match them. */
  async #settle(inFlight: Promise<number>[], ranThrough: number): Promise<void> {
    for (const id of await Promise.all(inFlight)) this.#cached.push(id);
    this.#cached.length = Math.min(this.#cached.length, ranThrough);
  }

  #keepAnswer(text: string, tokens: readonly number[]): void {
    this.#answers.delete(text);
    this.#answers.set(text, [...tokens]);
    if (this.#answers.size > KEPT_ANSWERS) this.#answers.delete(this.#answers.keys().next().value!);
  }

  #remember(position: number, id: number): void {
    this.#cached[position] = id;
  }

  #checked(id: number): number {
    if (id < this.model.shape.vocabularySize) return id;
    throw new EngineError('GpuWrongResult', {
      what: 'The graphics device computed no valid token',
      expected: `an id below ${this.model.shape.vocabularySize}`,
      got: id,
      remedy:
        'Reload the page; if it happens again, update the browser or the graphics driver, or choose another model.',
    });
  }
}

function commonPrefix(a: readonly number[], b: readonly number[]): number {
  let length = 0;
  while (length < a.length && length < b.length && a[length] === b[length]) length++;
  return length;
}
