/**
 * A request in OpenAI's shape → as the engine takes it. A field that would change the answer and cannot be met is refused
 * by its name; what concerns accounts and servers is accepted and without effect.
 */
import { DEFAULT_SAMPLER, type SamplerSettings } from '../workers/protocol/engine.ts';
import type { RecommendedSampling } from '../workers/protocol/model.ts';
import type { JsonValue, ToolRequest } from '../workers/protocol/tools.ts';
import { readMessages } from './chat-messages.ts';
import {
  optionalFlag,
  optionalNumber,
  refuseOthers,
  requireList,
  requireObject,
  requireText,
  wrong,
} from './checks.ts';
import { invalid } from './errors.ts';
import { formatOf } from './response-format.ts';

/** A request that was read. */
export interface ReadRequest {
  readonly request: ToolRequest;
  readonly isStream: boolean;
  readonly includesUsage: boolean;
  /** Whether calls of tools are looked for in the answer. */
  readonly hasTools: boolean;
}

const IGNORED = ['model', 'user', 'metadata', 'store', 'service_tier', 'safety_identifier', 'prompt_cache_key'];
const READ = [
  ...['messages', 'stream', 'stream_options', 'seed', 'temperature', 'top_p', 'top_k', 'min_p', 'stop', 'n'],
  ...['frequency_penalty', 'presence_penalty', 'max_completion_tokens', 'max_tokens', 'logprobs', 'top_logprobs'],
  ...['response_format', 'tools', 'tool_choice', 'parallel_tool_calls', 'reasoning_effort', 'logit_bias'],
];
const SEED_MAX = 2 ** 32 - 1;
/** The most that OpenAI tells. */
const TOP_LOGPROBS_MAX = 20;
/** OpenAI's penalties count all of the text; the sampler looks no further back than this. */
const PENALTY_WINDOW = 256;

/** Reads a request for a model with these settings of its own. Throws `SettingInvalid`, naming the field. */
export function readChatRequest(value: unknown, recommended: RecommendedSampling = {}): ReadRequest {
  const asked = requireObject(value, 'request');
  refuseOthers(asked, [...IGNORED, ...READ]);
  refuseUnmet(asked);
  const isStream = optionalFlag(asked.stream, 'stream');
  const tools = asked.tool_choice === 'none' ? [] : readTools(asked.tools);
  return {
    isStream,
    includesUsage: readIncludeUsage(asked.stream_options, isStream),
    hasTools: tools.length > 0,
    request: {
      messages: readMessages(asked.messages),
      sampler: readSampler(asked, recommended),
      ...(tools.length > 0 ? { tools } : {}),
      ...readLimit(asked),
      ...readStop(asked.stop),
      ...readLogprobs(asked),
      ...readEffort(asked.reasoning_effort),
      ...formatOf(asked.response_format, 'response_format'),
    },
  };
}

/** Sampler settings: what is asked for, else what the model's maker recommends, else llama.cpp's. */
export function readSampler(
  asked: Readonly<Record<string, unknown>>,
  recommended: RecommendedSampling,
): SamplerSettings {
  const given = {
    temperature: optionalNumber(asked.temperature, 'temperature', [0, 100]),
    topP: optionalNumber(asked.top_p, 'top_p', [0, 1]),
    topK: optionalNumber(asked.top_k, 'top_k', [0, 2 ** 31], true),
    minP: optionalNumber(asked.min_p, 'min_p', [0, 1]),
    frequencyPenalty: optionalNumber(asked.frequency_penalty, 'frequency_penalty', [-2, 2]),
    presencePenalty: optionalNumber(asked.presence_penalty, 'presence_penalty', [-2, 2]),
    seed: optionalNumber(asked.seed, 'seed', [0, SEED_MAX], true),
  };
  const set = Object.fromEntries(Object.entries(given).filter(([, setting]) => setting !== undefined));
  const [seed] = crypto.getRandomValues(new Uint32Array(1));
  return { ...DEFAULT_SAMPLER, penaltyWindow: PENALTY_WINDOW, seed: seed!, ...recommended, ...set };
}

/** Fields that are known and ask for what there is not. */
function refuseUnmet(asked: Readonly<Record<string, unknown>>): void {
  const { n, tool_choice: choice, parallel_tool_calls: parallel, logit_bias: bias } = asked;
  if (n !== undefined && n !== null && n !== 1)
    throw wrong('n', '1: ask again, with another seed, for another answer', n);
  if (choice !== undefined && choice !== null && choice !== 'auto' && choice !== 'none')
    throw wrong('tool_choice', '"auto" or "none": a model here cannot be made to call', choice);
  if (parallel === false) throw wrong('parallel_tool_calls', 'true: take the first call where one is enough', parallel);
  if (bias !== undefined && bias !== null && Object.keys(requireObject(bias, 'logit_bias')).length > 0) {
    throw invalid('logit_bias', {
      what: 'The field "logit_bias" is not supported',
      remedy: 'Leave it out: the sampler biases no single tokens.',
    });
  }
}

function readIncludeUsage(options: unknown, isStream: boolean): boolean {
  if (options === undefined || options === null) return false;
  if (!isStream) throw wrong('stream_options', 'nothing, unless "stream" is true', options);
  const fields = requireObject(options, 'stream_options');
  refuseOthers(fields, ['include_usage'], 'stream_options.');
  return optionalFlag(fields.include_usage, 'stream_options.include_usage');
}

function readLimit(asked: Readonly<Record<string, unknown>>): Pick<ToolRequest, 'maxTokens'> {
  const older = optionalNumber(asked.max_tokens, 'max_tokens', [1, Infinity], true);
  const newer = optionalNumber(asked.max_completion_tokens, 'max_completion_tokens', [1, Infinity], true);
  if (older !== undefined && newer !== undefined && older !== newer)
    throw wrong('max_tokens', 'the same as "max_completion_tokens", or nothing', older);
  const maxTokens = newer ?? older;
  return maxTokens === undefined ? {} : { maxTokens };
}

function readStop(stop: unknown): Pick<ToolRequest, 'stopStrings'> {
  if (stop === undefined || stop === null) return {};
  const stops = typeof stop === 'string' ? [stop] : requireList(stop, 'stop');
  return {
    stopStrings: stops.map((text, index) => {
      if (requireText(text, `stop[${index}]`) === '') throw wrong(`stop[${index}]`, 'a text that is not empty', text);
      return text as string;
    }),
  };
}

function readLogprobs(asked: Readonly<Record<string, unknown>>): Pick<ToolRequest, 'topLogprobs'> {
  const top = optionalNumber(asked.top_logprobs, 'top_logprobs', [0, TOP_LOGPROBS_MAX], true);
  if (optionalFlag(asked.logprobs, 'logprobs')) return { topLogprobs: top ?? 0 };
  if (top !== undefined && top > 0) throw wrong('top_logprobs', 'nothing, unless "logprobs" is true', top);
  return {};
}

function readEffort(effort: unknown): Pick<ToolRequest, 'thinking' | 'thinkingEffort'> {
  if (effort === undefined || effort === null) return {};
  const word = requireText(effort, 'reasoning_effort');
  return word === 'none' ? { thinking: false } : { thinkingEffort: word };
}

function readTools(tools: unknown): readonly JsonValue[] {
  if (tools === undefined || tools === null) return [];
  return requireList(tools, 'tools').map((value, index) => {
    const tool = requireObject(value, `tools[${index}]`);
    if (tool.type !== 'function') throw wrong(`tools[${index}].type`, '"function"', tool.type);
    const called = requireObject(tool.function, `tools[${index}].function`);
    requireText(called.name, `tools[${index}].function.name`);
    // Templates take JSON: what is none, such as a function, would fail on its way to the worker.
    return JSON.parse(JSON.stringify(tool)) as JsonValue;
  });
}
