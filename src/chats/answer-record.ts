/** What is written down of an answer: before it is asked for, and once it is there. */
import type { GenerateRequest, GenerateResult, GpuReport, LoadedModel } from '../../workers/protocol/engine.ts';
import type { AnswerRecord } from './chat.ts';

/** Everything of an answer that is decided before it begins. */
export type AnswerSettings = Pick<
  AnswerRecord,
  'systemPrompt' | 'sampler' | 'stopStrings' | 'maxTokens' | 'thinking' | 'thinkingEffort' | 'format' | 'replayOf'
>;

/** The record of an answer that has not begun. `sha256` is the model file's. */
export function beginRecord(
  settings: AnswerSettings,
  model: LoadedModel,
  sha256: string | null,
  gpu: GpuReport | null,
): AnswerRecord {
  const adapter = gpu?.kind === 'available' ? gpu.adapter : null;
  return {
    model: { name: model.summary.name, quantization: model.quantized ?? model.summary.quantization, sha256 },
    engine: model.engine,
    templateSha256: model.chatTemplate.sha256,
    ...settings,
    contextLength: model.contextLength,
    device: adapter === null ? '' : adapter.description || [adapter.vendor, adapter.architecture].join(' ').trim(),
    finishReason: 'interrupted',
    tokens: [],
    thinkingTokens: 0,
    promptTokens: 0,
    prefixTokens: 0,
    reusedTokens: 0,
    generatedTokens: 0,
    prefilledTokens: 0,
    prefillMs: 0,
    firstTokenMs: null,
    decodedTokens: 0,
    decodeMs: 0,
  };
}

/** The record with how it went. */
export function finishRecord(record: AnswerRecord, result: GenerateResult): AnswerRecord {
  const { finishReason, tokens, thinkingTokens, promptTokens, prefixTokens, reusedTokens } = result;
  const { generatedTokens, prefilledTokens, prefillMs, firstTokenMs, decodedTokens, decodeMs } = result;
  const counts = { thinkingTokens, promptTokens, prefixTokens, reusedTokens, generatedTokens };
  const times = { prefilledTokens, prefillMs, firstTokenMs, decodedTokens, decodeMs };
  const { draftedTokens, acceptedTokens } = result;
  const drafts = draftedTokens > 0 ? { draftedTokens, acceptedTokens } : {};
  return { ...record, finishReason, tokens, ...counts, ...times, ...drafts };
}

/** The engine's request for an answer with these settings. */
export function requestOf(settings: AnswerSettings): Omit<GenerateRequest, 'messages' | 'prefix'> {
  const { sampler, stopStrings, maxTokens, thinking, thinkingEffort, format } = settings;
  return {
    sampler,
    stopStrings,
    ...(maxTokens === null ? {} : { maxTokens }),
    ...(thinking === null ? {} : { thinking }),
    ...(thinkingEffort === null ? {} : { thinkingEffort }),
    ...(format === undefined ? {} : { format }),
  };
}

/** Tokens of the answer in a second of decoding, or `null` where too little was generated to tell. */
export function decodeSpeed({ decodedTokens, decodeMs }: AnswerRecord): number | null {
  return decodedTokens > 1 && decodeMs > 0 ? (decodedTokens * 1000) / decodeMs : null;
}

/** Tokens of the prompt in a second of prefill, or `null` where too little ran to tell. */
export function prefillSpeed({ prefilledTokens, prefillMs }: AnswerRecord): number | null {
  return prefilledTokens > 1 && prefillMs > 0 ? (prefilledTokens * 1000) / prefillMs : null;
}
