/** Checks the record of an answer that came from a file: the page shows it and makes the answer again by it. */
import type { AnswerRecord } from '../chat.ts';
import { plainTitle } from './build-chat.ts';
import { isObject, type JsonObject } from './facts.ts';

type Check = (value: unknown) => boolean;

const isText: Check = (value) => typeof value === 'string' && value.length <= 100_000;
const isCount: Check = (value) => Number.isSafeInteger(value) && (value as number) >= 0;
const isNumber: Check = (value) => typeof value === 'number' && Number.isFinite(value);
const isMs: Check = (value) => isNumber(value) && (value as number) >= 0;
const orNull =
  (check: Check): Check =>
  (value) =>
    value === null || check(value);
const listOf =
  (check: Check): Check =>
  (value) =>
    Array.isArray(value) && value.every(check);
const isSha256: Check = (value) => typeof value === 'string' && /^[0-9a-f]{64}$/u.test(value);
type Optional = 'engine' | 'replayOf' | 'draftedTokens' | 'acceptedTokens' | 'format';
const ENDS: readonly AnswerRecord['finishReason'][] = [
  'end-of-turn',
  'max-tokens',
  'stop-string',
  'context-full',
  'stopped',
  'failed',
  'interrupted',
];

const hasFields =
  (checks: Readonly<Record<string, Check>>): Check =>
  (value) =>
    isObject(value) && Object.entries(checks).every(([name, check]) => check(value[name]));

const MODEL: Readonly<Record<keyof AnswerRecord['model'], Check>> = {
  name: isText,
  sha256: orNull(isSha256),
  quantization: isText,
};

const SAMPLER: Readonly<Record<keyof AnswerRecord['sampler'], Check>> = {
  temperature: isNumber,
  topK: isCount,
  topP: isNumber,
  minP: isNumber,
  repetitionPenalty: isNumber,
  frequencyPenalty: isNumber,
  presencePenalty: isNumber,
  penaltyWindow: isCount,
  seed: isCount,
};

const CHECKS: Readonly<Record<Exclude<keyof AnswerRecord, Optional>, Check>> = {
  model: hasFields(MODEL),
  templateSha256: isText,
  systemPrompt: isText,
  sampler: hasFields(SAMPLER),
  stopStrings: listOf(isText),
  maxTokens: orNull(isCount),
  thinking: orNull((value) => typeof value === 'boolean'),
  thinkingEffort: orNull(isText),
  contextLength: isCount,
  device: isText,
  finishReason: (value) => ENDS.some((end) => end === value),
  tokens: listOf(isCount),
  thinkingTokens: isCount,
  promptTokens: isCount,
  prefixTokens: isCount,
  reusedTokens: isCount,
  generatedTokens: isCount,
  prefilledTokens: isCount,
  prefillMs: isMs,
  firstTokenMs: orNull(isMs),
  decodedTokens: isCount,
  decodeMs: isMs,
};

/** What not every record has. */
const OPTIONAL_CHECKS: Readonly<Record<Optional, Check>> = {
  engine: isText,
  replayOf: isText,
  draftedTokens: isCount,
  acceptedTokens: isCount,
  format: isFormat,
};

/** A form without a field that the page does not know. */
function isFormat(value: unknown): boolean {
  const { kind, ...rest } = (typeof value === 'object' && value !== null ? value : {}) as Record<string, unknown>;
  const [field, ...others] = Object.keys(rest);
  if (kind === 'json') return field === undefined;
  return (kind === 'schema' || kind === 'grammar') && field === kind && others.length === 0 && isText(rest[kind]);
}

/** What is shown on a line of its own. */
const LINES = ['device', 'thinkingEffort', 'templateSha256'] as const;

/** The record, without fields that this page does not know, its names as they may be shown; or the name of the first field that is not as it must be. */
export function checkAnswerRecord(value: JsonObject): AnswerRecord | string {
  const wrong = Object.entries(CHECKS).find(([name, check]) => !check(value[name]));
  if (wrong !== undefined) return wrong[0];
  const extra = Object.entries(OPTIONAL_CHECKS).filter(([name]) => value[name] !== undefined);
  const wrongExtra = extra.find(([name, check]) => !check(value[name]));
  if (wrongExtra !== undefined) return wrongExtra[0];
  const names = [...Object.keys(CHECKS), ...extra.map(([name]) => name)];
  const record = pick(value, names) as unknown as AnswerRecord;
  const model = pick(record.model, Object.keys(MODEL)) as unknown as AnswerRecord['model'];
  return {
    ...record,
    ...Object.fromEntries(LINES.map((name) => [name, record[name] === null ? null : plainTitle(record[name])])),
    ...(record.engine !== undefined && { engine: plainTitle(record.engine) }),
    model: { ...model, name: plainTitle(model.name), quantization: plainTitle(model.quantization) },
    sampler: pick(record.sampler, Object.keys(SAMPLER)) as unknown as AnswerRecord['sampler'],
  };
}

function pick(object: object, names: readonly string[]): JsonObject {
  return Object.fromEntries(names.map((name) => [name, (object as JsonObject)[name]]));
}
