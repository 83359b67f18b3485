/**
 * What a model could have said at one place: each token's own probability, and what the sampler made of it. Computed on
 * the CPU from one row of logits, by the kernels' own definitions.
 */
import { penalizeReference } from '../../shaders/penalize.ref.ts';
import { thresholdReference } from '../../shaders/threshold.ref.ts';
import type { GenerateRequest, SamplerSettings, TokenCandidate, TokenExplanation } from '../protocol/engine.ts';
import { EngineError } from '../protocol/errors.ts';
import type { Tokenizer } from '../text/tokenizer.ts';
import { likeliest, logSoftmax, rankOf } from './softmax.ts';

/** The likeliest tokens that are told of where nobody says how many, and at most. */
export const TOP_TOKENS = { usual: 10, most: 1000 } as const;

/** Throws `SettingInvalid` for a place that is not in the answer, and for a count that is none. */
export function checkPlace(index: number, length: number, top: number): void {
  if (!(Number.isInteger(index) && index >= 0 && index < length)) {
    throw new EngineError('SettingInvalid', {
      what: 'There is no such place in the answer',
      expected: length === 0 ? 'an answer of one token at least' : `a whole number from 0 to ${length - 1}`,
      got: index,
      remedy: 'Choose a word of the answer.',
    });
  }
  checkTop(top);
}

/** Throws `SettingInvalid` for a number of likeliest tokens that is none. */
function checkTop(top: number): void {
  if (Number.isInteger(top) && top >= 0 && top <= TOP_TOKENS.most) return;
  throw new EngineError('SettingInvalid', {
    what: 'The number of likeliest tokens is out of range',
    expected: `a whole number from 0 to ${TOP_TOKENS.most}`,
    got: top,
  });
}

/** Throws `SettingInvalid` where log-probabilities are asked for in a way that cannot be met. */
export function checkLogprobs({ topLogprobs, format }: Pick<GenerateRequest, 'topLogprobs' | 'format'>): void {
  if (topLogprobs === undefined) return;
  checkTop(topLogprobs);
  if (format === undefined) return;
  throw new EngineError('SettingInvalid', {
    what: 'An answer that is held to a form tells no log-probabilities',
    expected: 'one of both',
    remedy: 'Leave out the form or the log-probabilities.',
  });
}

/**
 * Explains why `taken` could be drawn.
 *
 * @param logits before any sampler (vocabulary)
 * @param sequence every id before the place, for the penalties
 */
export function explainToken(
  logits: Float32Array,
  sequence: readonly number[],
  sampler: SamplerSettings,
  taken: number,
  top: number,
  tokenizer: Tokenizer,
): TokenExplanation {
  const logprobs = logSoftmax(logits);
  const drawn = drawProbabilities(penalizeReference(logits, sequence, sampler), sampler);
  const candidate = (id: number, rank: number): TokenCandidate => ({
    id,
    ...shownToken(id, tokenizer),
    rank,
    probability: Math.exp(logprobs[id]!),
    kept: drawn[id]! >= 0,
    sampledProbability: Math.max(0, drawn[id]!),
  });
  return {
    taken: candidate(taken, rankOf(logits, taken)),
    top: likeliest(logits, top).map((id, index) => candidate(id, index + 1)),
  };
}

/** The probability with which each token is drawn (vocabulary); −1 for one that was cut. */
function drawProbabilities(logits: Float64Array, sampler: SamplerSettings): Float64Array {
  const { temperature } = sampler;
  if (temperature <= 0) {
    const [best] = likeliest(logits, 1);
    return logits.map((_, id) => (id === best ? 1 : -1));
  }
  const least = thresholdReference(logits, sampler);
  const kept = logSoftmax(logits.map((logit) => (logit >= least ? logit / temperature : -Infinity)));
  return kept.map((logprob) => (logprob === -Infinity ? -1 : Math.exp(logprob)));
}

/** A token for people to read. */
export function shownToken(id: number, tokenizer: Tokenizer): Pick<TokenCandidate, 'text' | 'kind'> {
  const bytes = id < tokenizer.vocabularySize ? tokenizer.tokenBytes(id) : new Uint8Array();
  if (bytes.length === 0) return { kind: 'control', text: tokenizer.spelling(id) };
  try {
    return { kind: 'text', text: new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes) };
  } catch {
    const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0').toUpperCase());
    return { kind: 'bytes', text: hex.join(' ') };
  }
}
