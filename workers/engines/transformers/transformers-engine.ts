/**
 * Models that exist only as ONNX exports, run by transformers.js on the ONNX Runtime: on WebGPU where a device computes
 * soundly there, else in WebAssembly. Text, templates, sampling and stop strings are our own, so answers mean the same.
 *
 * What it cannot do (`LACKS`): hold answers to a form, tell log-probabilities as it answers, measure itself. It does not say
 * what memory it takes, and cannot end while a prompt is being read.
 */
import { readModel } from '../../format/read-model.ts';
import { summarize } from '../../format/summary.ts';
import { probeGpu } from '../../gpu/open-gpu.ts';
import {
  DEFAULT_CONTEXT_TOKENS,
  type EngineLack,
  type FinishReason,
  type GenerateEvent,
  type GenerateRequest,
  type GenerateResult,
  type LoadOptions,
  type LoadProgress,
  type TokenExplanation,
} from '../../protocol/engine.ts';
import { EngineError, errorCode } from '../../protocol/errors.ts';
import { checkSettings } from '../../sample/sampler.ts';
import type { OpenModel } from '../../store/stored-file.ts';
import type { AnswerPiece } from '../../text/answer-splitter.ts';
import { createChatTemplate } from '../../text/chat-template.ts';
import { readTokenizer } from '../../text/create-tokenizer.ts';
import type { Tokenizer } from '../../text/tokenizer.ts';
import type { AnswerOptions } from '../answer-options.ts';
import { checkIds, NO_PREFIX } from '../answer-prefix.ts';
import { AnswerText } from '../answer-text.ts';
import { checkLogits } from '../check-result.ts';
import type { Engine } from '../engine.ts';
import { checkPlace, explainToken, TOP_TOKENS } from '../explain-token.ts';
import { refuse } from '../load-model.ts';
import { ModelText } from '../model-text.ts';
import { drawToken } from './draw-token.ts';
import { OnnxDecoder, type OnnxDevice } from './onnx-decoder.ts';

const LACKS: readonly EngineLack[] = ['format', 'logprobs', 'benchmark'];
/** What every model has read. */
const PROOF_TEXT = 'Once upon a time';
const DEVICE_NAMES: Record<OnnxDevice, string> = { webgpu: 'WebGPU', wasm: 'WebAssembly' };

/** A loaded ONNX export. */
export class TransformersEngine implements Engine {
  readonly name: string;
  readonly lacks = LACKS;
  readonly script = import.meta.url;
  readonly model: Engine['model'];
  readonly text: ModelText;
  readonly #decoder: OnnxDecoder;
  readonly #tokenizer: Tokenizer;

  private constructor(model: Engine['model'], tokenizer: Tokenizer, decoder: OnnxDecoder) {
    this.name = `transformers.js (${DEVICE_NAMES[decoder.device]})`;
    this.model = model;
    this.text = new ModelText(model.template, tokenizer);
    this.#tokenizer = tokenizer;
    this.#decoder = decoder;
  }

  /** Loads an opened export. Rejects with an EngineError, or with the signal's reason if aborted. */
  static async load(
    opened: OpenModel,
    { contextLength, runtime }: LoadOptions,
    onProgress: (progress: LoadProgress) => void,
    signal: AbortSignal,
  ): Promise<TransformersEngine> {
    const startedAt = performance.now();
    const read = await readModel(opened.files, signal);
    const summary = { ...summarize(read, opened.summary.fileName), fileBytes: opened.byteLength };
    refuse(summary.unsupported);
    if (runtime === undefined) {
      throw new EngineError('SettingInvalid', { what: 'An ONNX export takes the ONNX Runtime, which is not here' });
    }
    const { tokenizer, file } = readTokenizer(read);
    const template = createChatTemplate(file);
    const totalBytes = opened.byteLength;
    const onRead = (loadedBytes: number): void => {
      const share = Math.min(1, loadedBytes / totalBytes);
      const remainingMs = share > 0 ? (performance.now() - startedAt) * (1 / share - 1) : null;
      const phase = share < 1 ? 'reading' : 'compiling';
      onProgress({ phase, loadedBytes: Math.min(loadedBytes, totalBytes), totalBytes, remainingMs });
    };
    const proof = tokenizer.encode(PROOF_TEXT).slice(0, 4);
    const load = async (device: OnnxDevice): Promise<OnnxDecoder> => {
      const decoder = await OnnxDecoder.load(opened.files, device, runtime, onRead, signal);
      try {
        await prove(decoder, proof);
        signal.throwIfAborted();
        return decoder;
      } catch (error) {
        await decoder.dispose();
        throw error;
      }
    };
    const gpu = await probeGpu(navigator.gpu as GPU | undefined);
    // A software adapter is slower than WebAssembly.
    const usesGpu = gpu.kind === 'available' && !gpu.adapter.isFallback;
    const decoder = usesGpu
      ? await load('webgpu').catch((error: unknown) => {
          signal.throwIfAborted();
          // What is wrong with the file is wrong everywhere.
          if (errorCode(error) !== null && !RETRIED.some((code) => code === errorCode(error))) throw error;
          return load('wasm');
        })
      : await load('wasm');
    const chosen = Math.min(contextLength ?? DEFAULT_CONTEXT_TOKENS, summary.contextLength);
    const loadMs = performance.now() - startedAt;
    const model = {
      summary,
      contextLength: chosen,
      quantized: null,
      gpuBytes: null,
      contextBytes: null,
      template,
      loadMs,
    };
    return new TransformersEngine(model, tokenizer, decoder);
  }

  async answer(
    promptIds: readonly number[],
    options: AnswerOptions,
    onEvent: (event: GenerateEvent) => void,
    signal: AbortSignal,
    tokens: number[] = [],
  ): Promise<GenerateResult> {
    const { prefix = NO_PREFIX, askedAt = performance.now(), sampler } = options;
    refuseLacking(options);
    checkSettings(sampler);
    const begun = [...promptIds, ...prefix.ids];
    const room = this.#room(begun.length);
    const limit = Math.min(options.maxTokens ?? room, room);
    const marks = options.verbatim ? null : this.model.template.thinking;
    const text = new AnswerText(this.#tokenizer, options.stopStrings ?? [], marks, promptIds);
    text.begin(prefix.ids, prefix.leftOut);
    for (const id of tokens) text.push(id);

    const startedAt = performance.now();
    const sequence = [...begun, ...tokens];
    const reusedTokens = this.#decoder.reusable(sequence);
    const totalTokens = sequence.length;
    const prefill = (doneTokens: number): void => {
      onEvent({ kind: 'prefill', doneTokens, totalTokens, reusedTokens });
    };
    prefill(reusedTokens);
    let firstAt: number | null = null;
    let thoughtAt = startedAt;
    let steps = 0;
    let finishReason: FinishReason | null = limit > tokens.length ? null : 'max-tokens';
    const emit = (pieces: readonly AnswerPiece[]): void => {
      for (const { kind, text: said } of pieces) {
        if (kind === 'thinking') thoughtAt = performance.now();
        onEvent({ kind, text: said, tokens: tokens.length });
      }
    };
    const take = (id: number): FinishReason | null => {
      if (this.#tokenizer.endIds.has(id) && !options.ignoreEnd) return 'end-of-turn';
      tokens.push(id);
      sequence.push(id);
      emit(text.push(id));
      if (text.stopped) return 'stop-string';
      if (tokens.length === limit) return limit === room ? 'context-full' : 'max-tokens';
      return signal.aborted ? 'stopped' : null;
    };
    const choose = (logits: Float32Array): number => {
      if (firstAt === null) {
        firstAt = performance.now();
        thoughtAt = firstAt;
        prefill(totalTokens);
      } else steps++;
      const id = drawToken(logits, sequence, sampler) ?? 0;
      finishReason = take(id);
      return id;
    };
    if (signal.aborted) finishReason = 'stopped';
    if (finishReason === null) {
      await this.#decoder.run([...sequence], limit - tokens.length, choose, () => finishReason !== null);
    }
    const endedAt = performance.now();
    emit(text.finish());
    const all = [...prefix.ids, ...tokens];
    if (!text.stopped && text.isVerbatim) this.text.keepAnswer(text.whole, all);
    const prefilledAt = firstAt ?? endedAt;
    return {
      text: text.whole,
      thinking: text.thinking,
      tokens: all,
      thinkingMs: thoughtAt - prefilledAt,
      thinkingTokens: text.thinkingTokens,
      finishReason: finishReason ?? 'max-tokens',
      promptTokens: promptIds.length,
      prefixTokens: prefix.ids.length,
      reusedTokens,
      generatedTokens: tokens.length,
      prefilledTokens: firstAt === null ? 0 : totalTokens - reusedTokens,
      prefillMs: prefilledAt - startedAt,
      firstTokenMs: firstAt === null ? null : firstAt - askedAt,
      decodedTokens: steps,
      draftedTokens: 0,
      acceptedTokens: 0,
      decodeMs: endedAt - prefilledAt,
      kvCacheBytes: 0,
    };
  }

  async explainToken(
    promptIds: readonly number[],
    tokens: readonly number[],
    index: number,
    sampler: GenerateRequest['sampler'],
    top: number = TOP_TOKENS.usual,
    signal: AbortSignal,
  ): Promise<TokenExplanation | null> {
    checkIds(tokens, this.#tokenizer);
    checkPlace(index, tokens.length, top);
    checkSettings(sampler);
    const sequence = [...promptIds, ...tokens.slice(0, index)];
    this.#room(sequence.length);
    const logits = await nextLogits(this.#decoder, sequence);
    if (signal.aborted) return null;
    return explainToken(logits, sequence, sampler, tokens[index]!, top, this.#tokenizer);
  }

  async dispose(): Promise<void> {
    await this.#decoder.dispose();
  }

  /** How many tokens may come behind so many. Throws `ContextFull` and `SettingInvalid`. */
  #room(taken: number): number {
    const { contextLength } = this.model;
    if (taken === 0) throw new EngineError('SettingInvalid', { what: 'The prompt is empty' });
    if (taken < contextLength) return contextLength - taken;
    throw new EngineError('ContextFull', {
      what: 'The conversation no longer fits into the context',
      expected: `fewer than ${contextLength} tokens`,
      got: taken,
      remedy: 'Start a new chat, shorten the last message, or load the model with a longer context.',
    });
  }
}

/** After these the processor may do what the graphics processor did not. */
const RETRIED = ['FileUnsupported', 'GpuWrongResult'] as const;

/** Reads a few words: some devices compute nonsense without a report. Rejects with `GpuWrongResult`. */
async function prove(decoder: OnnxDecoder, ids: readonly number[]): Promise<void> {
  if (ids.length === 0) return;
  checkLogits(await nextLogits(decoder, ids));
  await decoder.forget();
}

/** The logits (vocabulary) behind these ids. */
async function nextLogits(decoder: OnnxDecoder, ids: readonly number[]): Promise<Float32Array> {
  let found = new Float32Array();
  const choose = (logits: Float32Array): number => {
    found = logits.slice();
    return 0;
  };
  await decoder.run(ids, 1, choose, () => true);
  return found;
}

/** Throws `SettingInvalid` for what only other engines do. */
function refuseLacking({ format, topLogprobs }: AnswerOptions): void {
  if (format === undefined && topLogprobs === undefined) return;
  throw new EngineError('SettingInvalid', {
    what: format === undefined ? 'This model tells no log-probabilities' : 'This model cannot hold an answer to a form',
    remedy: 'Take a GGUF file or the safetensors of the model for that.',
  });
}
