/**
 * Our engine: one model, one conversation in its KV cache, answers token by token.
 *
 * The cache remembers the ids that it holds; a prompt runs only from the first id that differs. Needs a device and a
 * source of bytes, no page and no network: the same class runs in the worker and in Node.
 */
import { countsPerStep, type Gpu } from '../gpu/gpu.ts';
import type { Step } from '../gpu/recorder.ts';
import {
  DEFAULT_SAMPLER,
  type FinishReason,
  type GenerateEvent,
  type GenerateRequest,
  type LoadProgress,
  type TokenExplanation,
} from '../protocol/engine.ts';
import { EngineError, errorCode } from '../protocol/errors.ts';
import type { OpenGrammar } from '../sample/grammar.ts';
import { checkSettings } from '../sample/sampler.ts';
import type { AnswerPiece } from '../text/answer-splitter.ts';
import { AnswerForms } from './answer-forms.ts';
import { AnswerLoop, type LoopStart } from './answer-loop.ts';
import type { Answer, AnswerOptions } from './answer-options.ts';
import { checkIds, NO_PREFIX } from './answer-prefix.ts';
import { AnswerText } from './answer-text.ts';
import { checkedId, checkLogits } from './check-result.ts';
import type { EngineOptions } from './declare-model.ts';
import type { Engine } from './engine.ts';
import { checkLogprobs, checkPlace, explainToken, TOP_TOKENS } from './explain-token.ts';
import { HeldLoop } from './held-loop.ts';
import type { LogprobLoop } from './logprob-loop.ts';
import { type LoadedNativeModel, loadModel, type ModelBytes } from './load-model.ts';
import { ModelText } from './model-text.ts';
import type { StepResult } from './runner.ts';

/** For steps whose choice is not asked for. */
const GREEDY = { ...DEFAULT_SAMPLER, temperature: 0, seed: 0 };

/** What every model has read, whatever it was trained on. */
const PROOF_TEXT = 'Once upon a time, in 1999, there was a small house.';
const PROOF_TOKENS = 8;

/** A loaded model and the conversation in its cache. One answer at a time. */
export class NativeEngine implements Engine {
  readonly name = 'Freehold';
  readonly lacks = [];
  readonly gpu: Gpu;
  readonly model: LoadedNativeModel;
  /** What the model makes of text, and of ids. */
  readonly text: ModelText;
  /** Ids whose keys and values are in the cache, by position. */
  #cached: number[] = [];
  readonly #forms: AnswerForms;

  private constructor(gpu: Gpu, model: LoadedNativeModel, openGrammar: OpenGrammar | undefined) {
    this.gpu = gpu;
    this.#forms = new AnswerForms(gpu, model, openGrammar);
    this.model = model;
    this.text = new ModelText(model.template, model.tokenizer);
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
    const model = await loadModel(gpu, source, fileName, options, onProgress, signal);
    const engine = new NativeEngine(gpu, model, options.openGrammar);
    try {
      await engine.#prove(signal);
      return engine;
    } catch (error) {
      engine.dispose();
      throw error;
    }
  }

  /**
   * What stood to choose from at `tokens[index]` of an answer to this prompt. Leaves the cache as it was, if that goes
   * on behind the place. `null` if aborted. Rejects with `SettingInvalid` and `ContextFull`.
   */
  async explainToken(
    promptIds: readonly number[],
    tokens: readonly number[],
    index: number,
    sampler: GenerateRequest['sampler'],
    top: number = TOP_TOKENS.usual,
    signal?: AbortSignal,
  ): Promise<TokenExplanation | null> {
    const { tokenizer } = this.model;
    checkIds(tokens, tokenizer);
    checkPlace(index, tokens.length, top);
    checkSettings(sampler);
    const sequence = [...promptIds, ...tokens.slice(0, index)];
    const logits = await this.#logitsBehind(sequence, signal);
    return logits && explainToken(logits, sequence, sampler, tokens[index]!, top, tokenizer);
  }

  /**
   * Answers a prompt of ids. Aborting is an outcome (`stopped`), not an error. Rejects with `ContextFull` where the prompt
   * leaves no room, or the device has no memory for what comes next; `tokens` then has what was said.
   *
   * @param tokens receives the answer's new ids as they come; ids that are there already (an answer cut off by a lost
   * device) are taken as said, and the answer goes on behind them
   */
  async answer(
    promptIds: readonly number[],
    options: AnswerOptions,
    onEvent: (event: GenerateEvent) => void = () => undefined,
    signal?: AbortSignal,
    tokens: number[] = [],
  ): Promise<Answer> {
    const { tokenizer, template, contextLength } = this.model;
    const { prefix = NO_PREFIX, askedAt = performance.now() } = options;
    checkLogprobs(options);
    const { topLogprobs } = options;
    const marks = options.verbatim ? null : template.thinking;
    const text = new AnswerText(tokenizer, options.stopStrings ?? [], marks, promptIds);
    const begun = [...promptIds, ...prefix.ids];
    const room = contextLength - begun.length;
    const limit = Math.min(options.maxTokens ?? room, room);
    const said = tokens.length;
    text.begin(prefix.ids, prefix.leftOut);
    for (const id of tokens) text.push(id);

    const form = await this.#forms.begin(options, promptIds, [...prefix.ids, ...tokens]);
    const sampling = this.beginSampling(options.sampler, form !== null);
    const startedAt = performance.now();
    const start = { ids: [...begun, ...tokens], limit: limit - said };
    const complete = form !== null && !form.writeMask();
    const prefill = complete
      ? { result: null, reusedTokens: 0, ranTokens: 0 }
      : await this.prefill(start.ids, sampling, topLogprobs !== undefined, onEvent, signal);
    const observed =
      prefill.result === null || topLogprobs === undefined
        ? null
        : await this.#observe(prefill.result, start.ids.length, sampling, topLogprobs);
    const first = await prefill.result?.token;
    const prefilledAt = performance.now();
    const countsBefore = { ...this.gpu.counts };
    const behind = first === undefined ? null : { ...start, first };
    const begin = (from: LoopStart): AnswerLoop | HeldLoop =>
      form === null
        ? new AnswerLoop(this.model, sampling, from)
        : new HeldLoop(this.model.runner, form, sampling, from);
    const loop = observed ?? (behind && begin(behind));
    let thoughtAt = prefilledAt;
    const report = (finishReason: FinishReason): Answer => {
      const decodedTokens = loop?.decodedTokens ?? 0;
      return {
        text: text.whole,
        thinking: text.thinking,
        tokens: [...prefix.ids, ...tokens],
        thinkingMs: thoughtAt - prefilledAt,
        thinkingTokens: text.thinkingTokens,
        finishReason,
        promptTokens: promptIds.length,
        prefixTokens: prefix.ids.length,
        reusedTokens: prefill.reusedTokens,
        generatedTokens: tokens.length,
        prefilledTokens: prefill.ranTokens,
        prefillMs: prefilledAt - startedAt,
        firstTokenMs: loop === null ? null : prefilledAt - askedAt,
        decodedTokens,
        draftedTokens: loop?.draftedTokens ?? 0,
        acceptedTokens: loop?.acceptedTokens ?? 0,
        decodeMs: loop === null ? 0 : performance.now() - prefilledAt,
        kvCacheBytes: this.model.gpuBytes.kvCache,
        countsPerToken: countsPerStep(countsBefore, this.gpu.counts, decodedTokens),
      };
    };
    const emit = (pieces: readonly AnswerPiece[]): void => {
      for (const { kind, text: said } of pieces) {
        if (kind === 'thinking') thoughtAt = performance.now();
        const told = observed ? { logprobs: observed.take() } : {};
        onEvent({ kind, text: said, tokens: tokens.length, ...told });
      }
    };
    if (loop === null) {
      emit(text.finish());
      return report(complete ? 'end-of-turn' : 'stopped');
    }

    let finishReason: FinishReason = limit === room ? 'context-full' : 'max-tokens';
    try {
      while (tokens.length < limit) {
        if (signal?.aborted) {
          finishReason = 'stopped';
          break;
        }
        const next = await loop.next();
        if (next === null) {
          finishReason = 'end-of-turn';
          break;
        }
        const id = checkedId(next, this.model.shape.vocabularySize);
        this.#cached[begun.length + tokens.length] = id;
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
      // What came too late stays in the cache, where a later prompt may match it.
      this.#cached.push(...(await loop.rest()));
    } catch (error) {
      // Nothing of this answer comes any more: what was held back for a mark or a stop string is text.
      if (errorCode(error) === 'ContextFull') emit(text.finish());
      throw error;
    } finally {
      // Also where the cache could not grow: the latest id was sampled, not run.
      this.#cached.length = Math.min(this.#cached.length, loop.ranThrough);
    }
    emit(text.finish());
    const answer = report(finishReason);
    // What was cut off the text, a stop string or a thought, was not cut off the ids.
    if (!text.stopped && text.isVerbatim) this.text.keepAnswer(text.whole, answer.tokens);
    return answer;
  }

  /** Puts sampler settings in force; the steps go to `prefill` and `decode`. */
  beginSampling(settings: GenerateRequest['sampler'], masked = false): readonly Step[] {
    return this.model.sampler.use(this.gpu, settings, masked);
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
  ): Promise<{ result: StepResult | null; reusedTokens: number; ranTokens: number }> {
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
    const result = signal?.aborted
      ? null
      : await runner.prefill(rest, reusedTokens, sampling, wantLogits, onChunk, signal);
    return { result, reusedTokens, ranTokens: this.#cached.length - reusedTokens };
  }

  /** Drops what the cache holds past a position. */
  forget(length: number): void {
    this.#cached.length = Math.min(this.#cached.length, length);
  }

  /** Frees the model's buffers; the device stays open. */
  dispose(): void {
    this.#forms.end();
    this.#cached = [];
    this.model.dispose();
  }

  /**
   * Reads a few words and looks at what comes of it. Some drivers run out of memory without a report, and then weights are
   * zeros or noise: a person would only see a model that talks nonsense.
   */
  async #prove(signal?: AbortSignal): Promise<void> {
    const { tokenizer, contextLength } = this.model;
    const ids = tokenizer.encode(PROOF_TEXT).slice(0, Math.min(PROOF_TOKENS, contextLength - 1));
    if (ids.length > 0) checkLogits(await this.#logitsBehind(ids, signal));
    signal?.throwIfAborted();
    this.#cached = [];
  }

  /** The loop of an answer whose probabilities are asked for; the page asks for none, so it comes when it is needed. */
  async #observe(first: StepResult, position: number, sampling: readonly Step[], top: number): Promise<LogprobLoop> {
    const { LogprobLoop } = await import('./logprob-loop.ts');
    const { runner, tokenizer } = this.model;
    return new LogprobLoop({ runner, tokenizer }, sampling, { first, position, top });
  }

  /** Logits (vocabulary) behind these ids; `null` if aborted. What the cache holds behind them stays. */
  async #logitsBehind(ids: readonly number[], signal?: AbortSignal): Promise<Float32Array | null> {
    const before = this.#cached;
    const goesOn = before.length > ids.length && commonPrefix(before, ids) === ids.length;
    const kept = goesOn ? [...before] : null;
    const { result } = await this.prefill(ids, this.beginSampling(GREEDY), true, () => undefined, signal);
    if (result === null) return null;
    const [logits] = await Promise.all([result.logits, result.token]);
    if (kept) {
      // The sampler wrote its choice there, where penalties would count it.
      this.model.runner.force(ids.length, kept[ids.length]!);
      this.#cached = kept;
    }
    return logits;
  }
}

function commonPrefix(a: readonly number[], b: readonly number[]): number {
  let length = 0;
  while (length < a.length && length < b.length && a[length] === b[length]) length++;
  return length;
}
