/** `npm run generate`: the site's engine without the site, for tests, benchmarks and headless use. */
import { readFile } from 'node:fs/promises';
import type { GpuCounts } from '../workers/gpu/gpu.ts';
import { decodeWithLogprobs } from '../workers/engines/logprobs.ts';
import type { NativeEngine } from '../workers/engines/native.ts';
import { Tuning, type TuningKeeper } from '../workers/engines/tuning.ts';
import {
  type ChatMessage,
  DEFAULT_SAMPLER,
  type QuantizedType,
  type SamplerSettings,
} from '../workers/protocol/engine.ts';
import type { MeasuredProduct } from '../workers/protocol/measured-product.ts';
import type { RecommendedSampling } from '../workers/protocol/model.ts';
import { type Options, parseOptions } from './arguments.ts';
import { openNodeEngine } from './node-engine.ts';

const OPTIONS = {
  model: 'values',
  prompt: 'value',
  'prompt-file': 'value',
  'prompt-tokens': 'value',
  messages: 'value',
  raw: 'switch',
  'no-bos': 'switch',
  'max-tokens': 'value',
  temperature: 'value',
  'top-k': 'value',
  'top-p': 'value',
  'min-p': 'value',
  'repetition-penalty': 'value',
  'frequency-penalty': 'value',
  'presence-penalty': 'value',
  seed: 'value',
  context: 'value',
  quantize: 'value',
  logprobs: 'value',
  'forced-tokens': 'value',
  stop: 'value',
  json: 'switch',
  adapter: 'value',
  tuning: 'switch',
} as const;

const DEFAULT_MAX_TOKENS = 128;

/** Runs the command; prints text as it comes, or one JSON object with `--json`. */
export async function main(argv: string[]): Promise<number> {
  const options = parseOptions(argv, OPTIONS);
  const contextLength = options.number('context');
  const quantize = quantizedType(options.text('quantize'));
  let tuning: Tuning | null = null;
  const opened = await openNodeEngine(
    options.several('model'),
    { ...(contextLength === undefined ? {} : { contextLength }), quantize },
    options.text('adapter'),
    options.has('tuning') ? (gpu) => (tuning = new Tuning(gpu, forgetful, process.version)) : undefined,
  );
  try {
    const promptIds = await readPrompt(options, opened.engine);
    const withLogprobs = options.has('logprobs') || options.has('forced-tokens');
    const run = withLogprobs
      ? await runWithLogprobs(options, opened.engine, promptIds)
      : await runFast(options, opened.engine, promptIds);
    const measured = await measuredProducts(tuning);
    if (options.has('json'))
      console.log(JSON.stringify({ ...report(opened.engine, promptIds, run), tuning: measured }));
    else process.stdout.write(withLogprobs ? `${run.text}\n` : '\n');
    // Beside the text, not in it.
    if (!options.has('json') && measured) for (const one of measured) console.error(tuningLine(one));
    return 0;
  } finally {
    await opened.close();
  }
}

/** Each run measures anew: what a file holds may be of another device. */
const forgetful: TuningKeeper = { read: () => Promise.resolve(null), write: () => Promise.resolve() };

async function measuredProducts(tuning: Tuning | null): Promise<readonly MeasuredProduct[] | null> {
  return tuning && tuning.measured();
}

function tuningLine({ type, rows, columns, tokens, plan, microseconds, defaultMicroseconds }: MeasuredProduct): string {
  const dealt = `${plan.reduction}, ${plan.lanes} lanes, ${plan.rows} rows, ${plan.groups} groups`;
  const gain = 100 * (defaultMicroseconds / microseconds - 1);
  return `${type} ${rows} × ${columns}, ${tokens} at once: ${dealt}, ${microseconds.toFixed(1)} µs, +${gain.toFixed(0)} %`;
}

function quantizedType(name: string | undefined): QuantizedType | null {
  if (name === undefined || name === 'Q8_0' || name === 'Q4_0') return name ?? null;
  throw new Error(`--quantize needs Q8_0 or Q4_0, not ${name}`);
}

async function readPrompt(options: Options, engine: NativeEngine): Promise<number[]> {
  const { tokenizer } = engine.model;
  const given = options.integers('prompt-tokens');
  if (given) return given;
  const messagesFile = options.text('messages');
  if (messagesFile !== undefined) return engine.text.promptIds(parseMessages(await readFile(messagesFile, 'utf8')));
  const promptFile = options.text('prompt-file');
  const prompt = promptFile === undefined ? options.text('prompt') : await readFile(promptFile, 'utf8');
  if (prompt === undefined) throw new Error('give --prompt, --prompt-file, --prompt-tokens or --messages');
  if (!options.has('raw')) return engine.text.promptIds([{ role: 'user', content: prompt }]);
  const bos = tokenizer.addBos && !options.has('no-bos') && tokenizer.bosId !== null ? [tokenizer.bosId] : [];
  return [...bos, ...tokenizer.encode(prompt)];
}

function parseMessages(json: string): ChatMessage[] {
  const messages: unknown = JSON.parse(json);
  const isMessage = (message: unknown): message is ChatMessage => {
    const { role, content } = (message ?? {}) as Partial<ChatMessage>;
    return (role === 'system' || role === 'user' || role === 'assistant') && typeof content === 'string';
  };
  if (!Array.isArray(messages) || !messages.every(isMessage)) {
    throw new Error('--messages needs a JSON array of {"role": "system" | "user" | "assistant", "content": text}');
  }
  return messages;
}

function samplerSettings(options: Options, recommended: RecommendedSampling = {}): SamplerSettings {
  const automatic = { ...DEFAULT_SAMPLER, ...recommended };
  return {
    ...automatic,
    temperature: options.number('temperature') ?? automatic.temperature,
    topK: options.number('top-k') ?? automatic.topK,
    topP: options.number('top-p') ?? automatic.topP,
    minP: options.number('min-p') ?? automatic.minP,
    repetitionPenalty: options.number('repetition-penalty') ?? automatic.repetitionPenalty,
    frequencyPenalty: options.number('frequency-penalty') ?? DEFAULT_SAMPLER.frequencyPenalty,
    presencePenalty: options.number('presence-penalty') ?? DEFAULT_SAMPLER.presencePenalty,
    seed: options.number('seed') ?? Math.floor(Math.random() * 2 ** 32),
  };
}

interface Run {
  readonly tokens: readonly {
    id: number;
    text: string;
    logprob: number | null;
    top: readonly { id: number; text: string; logprob: number }[];
  }[];
  readonly text: string;
  readonly finishReason: string;
  readonly prefillMs: number;
  readonly decodeMs: number;
  readonly counts: GpuCounts;
}

async function runFast(options: Options, engine: NativeEngine, promptIds: readonly number[]): Promise<Run> {
  const stop = options.text('stop');
  const answer = await engine.answer(
    promptIds,
    {
      sampler: samplerSettings(options, engine.model.summary.sampling),
      maxTokens: options.number('max-tokens') ?? DEFAULT_MAX_TOKENS,
      verbatim: true,
      ...(stop === undefined ? {} : { stopStrings: [stop] }),
    },
    (event) => {
      if (event.kind === 'text' && !options.has('json')) process.stdout.write(event.text);
    },
  );
  return {
    tokens: answer.tokens.map((id) => ({ id, text: tokenText(engine, id), logprob: null, top: [] })),
    text: answer.text,
    finishReason: answer.finishReason,
    prefillMs: answer.prefillMs,
    decodeMs: answer.decodeMs,
    counts: answer.countsPerToken,
  };
}

async function runWithLogprobs(options: Options, engine: NativeEngine, promptIds: readonly number[]): Promise<Run> {
  const forced = options.integers('forced-tokens') ?? null;
  const result = await decodeWithLogprobs(engine, promptIds, {
    sampler: samplerSettings(options, engine.model.summary.sampling),
    maxTokens: options.number('max-tokens') ?? DEFAULT_MAX_TOKENS,
    top: options.number('logprobs') ?? 0,
    forced,
  });
  const named = <T extends { id: number }>(token: T): T & { text: string } => ({
    ...token,
    text: tokenText(engine, token.id),
  });
  return {
    tokens: result.positions.map((position) => ({ ...named(position), top: position.top.map(named) })),
    text: decodeText(
      engine,
      result.positions.map(({ id }) => id),
    ),
    finishReason: result.finishReason,
    prefillMs: result.prefillMs,
    decodeMs: result.decodeMs,
    counts: result.countsPerToken,
  };
}

function report(engine: NativeEngine, promptIds: readonly number[], run: Run): object {
  const { summary, quantized, loadMs } = engine.model;
  const { vendor, architecture, description, features } = engine.gpu.adapter;
  const decoded = run.tokens.length - 1; // the first token comes out of the prefill
  return {
    model: {
      architecture: summary.architecture,
      quantization: summary.quantization,
      quantized_to: quantized,
      parameters: summary.parameters,
      name: summary.name,
    },
    adapter: { vendor, architecture, description, features },
    prompt_tokens: promptIds,
    tokens: run.tokens,
    text: run.text,
    finish_reason: run.finishReason,
    timings: {
      load_ms: loadMs,
      prefill_ms: run.prefillMs,
      prefill_tokens_per_second: (promptIds.length * 1000) / run.prefillMs,
      decode_tokens_per_second: decoded > 0 ? (decoded * 1000) / run.decodeMs : null,
    },
    counts: {
      submits: run.counts.submits,
      dispatches: run.counts.dispatches,
      passes: run.counts.passes,
      bind_groups: run.counts.bindGroups,
      buffers: run.counts.buffers,
      buffer_writes: run.counts.bufferWrites,
      maps: run.counts.maps,
    },
  };
}

function tokenText(engine: NativeEngine, id: number): string {
  return decodeText(engine, [id]);
}

function decodeText(engine: NativeEngine, ids: readonly number[]): string {
  const bytes = ids.map((id) => engine.model.tokenizer.tokenBytes(id));
  return new TextDecoder().decode(Buffer.concat(bytes));
}
