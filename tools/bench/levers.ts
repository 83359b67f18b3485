/**
 * What each lever of decode speed is worth on one device: all of them on, then each one off, in turns (A B C A B C), so that what
 * else the machine does meets all of them alike. Every setting has the model loaded for itself, all at the same time.
 */
import { plainIds } from '../../workers/engines/benchmark.ts';
import type { EngineOptions } from '../../workers/engines/declare-model.ts';
import type { Answer } from '../../workers/engines/answer-options.ts';
import type { NativeEngine } from '../../workers/engines/native.ts';
import type { GpuCounts } from '../../workers/gpu/gpu.ts';
import { DEFAULT_SAMPLER, type SamplerSettings } from '../../workers/protocol/engine.ts';
import type { BenchModel } from './load-on-device.ts';

/** A setting, and which texts tell something of it. */
interface Lever {
  readonly options?: EngineOptions;
  readonly tuned?: boolean;
  readonly texts: readonly TextName[];
}

/** Texts, by how much of them drafts can guess. */
export const TEXTS = {
  drawn: 'drawn at temperature 1',
  greedy: 'greedy',
  repeating: 'one token for ever',
} as const;

/** One of them. */
export type TextName = keyof typeof TEXTS;

const EVERY_TEXT = Object.keys(TEXTS) as TextName[];

/** The first one is what the others are held against. */
export const LEVERS = {
  'all on': { texts: EVERY_TEXT },
  'no fusion': { options: { fuses: false }, texts: ['drawn'] },
  'one token in flight': { options: { pipelineDepth: 1 }, texts: ['drawn'] },
  'no tuning': { tuned: false, texts: ['drawn'] },
  'no drafts': { options: { speculation: 'off' }, texts: EVERY_TEXT },
  'drafts always': { options: { speculation: 'always' }, texts: EVERY_TEXT },
} as const satisfies Readonly<Record<string, Lever>>;

/** One of them. */
export type LeverName = keyof typeof LEVERS;

const LEVER_NAMES = Object.keys(LEVERS) as LeverName[];

/** Tokens of the prompt of every answer. */
const PROMPT_TOKENS = 32;

/** The least that each setting writes before it counts: it settles how many tokens are in flight, and compiles what is compiled late. */
const WARM_UP_TOKENS = 128;

/** The context that answers of so many tokens take. */
export function leverContextTokens(tokens: number): number {
  return PROMPT_TOKENS + Math.max(tokens, WARM_UP_TOKENS) + 1;
}

/** Tokens of each answer: as many as asked for, or all that the model's context has room for. */
export function leverTokens({ contextLength }: BenchModel, wanted: number): number {
  return Math.min(wanted, contextLength - PROMPT_TOKENS - 1);
}

/** One answer of one setting. */
export interface LeverRun {
  readonly lever: LeverName;
  readonly text: TextName;
  readonly round: number;
  readonly tokensPerSecond: number;
  readonly draftedTokens: number;
  readonly acceptedTokens: number;
  readonly countsPerToken: GpuCounts;
}

/** All rounds, and how many tokens each setting had in flight. */
export interface LeverRuns {
  readonly runs: readonly LeverRun[];
  readonly tokensInFlight: Readonly<Record<LeverName, number>>;
}

/** Loads every setting, warms each up and measures `rounds` rounds of answers of `tokens` tokens. */
export async function measureLevers(model: BenchModel, tokens: number, rounds: number): Promise<LeverRuns> {
  const engines = new Map<LeverName, NativeEngine>();
  try {
    for (const name of LEVER_NAMES) {
      const { options, tuned }: Lever = LEVERS[name];
      // What "all on" found goes for the others too: a depth measured anew would be a second difference.
      const depth = engines.get('all on')?.model.depth.depth;
      const engine = await model.load({ ...(depth === undefined ? {} : { pipelineDepth: depth }), ...options }, tuned);
      engines.set(name, engine);
      for (const text of textsOf(name)) await write(engine, text, 0, Math.max(tokens, WARM_UP_TOKENS));
    }
    const runs: LeverRun[] = [];
    for (let round = 1; round <= rounds; round++) {
      for (const text of EVERY_TEXT) {
        for (const lever of LEVER_NAMES) {
          if (!textsOf(lever).includes(text)) continue;
          const { decodedTokens, decodeMs, ...answer } = await write(engines.get(lever)!, text, round, tokens);
          const { draftedTokens, acceptedTokens, countsPerToken } = answer;
          const tokensPerSecond = (decodedTokens * 1000) / decodeMs;
          runs.push({ lever, text, round, tokensPerSecond, draftedTokens, acceptedTokens, countsPerToken });
        }
      }
    }
    const tokensInFlight = LEVER_NAMES.map((name) => [name, engines.get(name)!.model.depth.depth] as const);
    return { runs, tokensInFlight: Object.fromEntries(tokensInFlight) as Record<LeverName, number> };
  } finally {
    for (const engine of engines.values()) engine.dispose();
  }
}

function textsOf(lever: LeverName): readonly TextName[] {
  return LEVERS[lever].texts;
}

/** The seed is the round's: all settings write the same text in a round, as far as their sums round alike. */
function write(engine: NativeEngine, text: TextName, seed: number, tokens: number): Promise<Answer> {
  engine.forget(0);
  const ids = plainIds(engine, PROMPT_TOKENS);
  return engine.answer(ids, { sampler: samplerOf(text, seed), maxTokens: tokens, ignoreEnd: true });
}

/** A reward for what was there already has any model say one token for ever. */
function samplerOf(text: TextName, seed: number): SamplerSettings {
  const plain = { ...DEFAULT_SAMPLER, topK: 0, topP: 1, minP: 0, seed };
  if (text === 'drawn') return { ...plain, temperature: 1 };
  return { ...plain, temperature: 0, frequencyPenalty: text === 'repeating' ? -100 : 0 };
}
