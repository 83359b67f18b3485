/** Values that the state tests share: what workers would answer with. */
import type { CareApi } from '../../../workers/protocol/care.ts';
import {
  type EngineApi,
  type GenerateResult,
  type GpuReport,
  type LoadedModel,
  type LocalModel,
  NOT_KEPT,
  type TokenApi,
  type TokenCandidate,
} from '../../../workers/protocol/engine.ts';
import type { LibraryEntry, ModelSummary } from '../../../workers/protocol/model.ts';

/** A GPU that has everything. */
export const AVAILABLE: GpuReport = {
  kind: 'available',
  adapter: {
    vendor: 'v',
    architecture: 'a',
    description: 'd',
    features: [],
    f16: true,
    subgroups: true,
    subgroupLanes: 32,
    isFallback: false,
    maxBufferBytes: 2 ** 31,
    maxBindingBytes: 2 ** 30,
  },
};

/** A library that keeps no remarks and finds every model intact. */
export const CARE_API: CareApi = {
  abouts: () => Promise.resolve([]),
  remark: () => Promise.resolve(),
  check: () => Promise.resolve({ kind: 'intact' }),
  stopCheck: () => Promise.resolve(),
  hide: () => Promise.resolve(),
  bringBack: () => Promise.resolve(),
};

/** A small model. */
export function modelSummary(changes: Partial<ModelSummary> = {}): ModelSummary {
  return {
    name: 'Small',
    fileName: 'small.gguf',
    fileBytes: 1000,
    architecture: 'llama',
    quantization: 'Q4_0',
    parameters: 1000,
    contextLength: 512,
    license: null,
    author: null,
    hasChatTemplate: true,
    unsupported: null,
    ...changes,
  };
}

/** What a loaded model is called. */
export function idOf(model: string | LocalModel): string {
  return typeof model === 'string' ? model : NOT_KEPT;
}

/** A small model on the GPU. */
export function loadedModel(model: string | LocalModel): LoadedModel {
  const id = idOf(model);
  const gpuBytes = { weights: 1, kvCache: 1, scratch: 1 };
  const chatTemplate = {
    origin: 'file',
    format: 'ChatML',
    opening: '',
    thinkingSwitch: null,
    thinkingEfforts: [],
    text: '',
    sha256: 'ab',
  } as const;
  return {
    id,
    summary: modelSummary(),
    contextLength: 512,
    chatTemplate,
    engine: 'Freehold',
    lacks: [],
    quantized: null,
    gpuBytes,
    contextBytes: 1,
    loadMs: 1,
  };
}

/** A stored model. */
export function entry(id: string, changes: Partial<LibraryEntry> = {}): LibraryEntry {
  const summary = modelSummary();
  return { id, summary, origin: id, sha256: 'ab', storedBytes: 1000, state: 'complete', addedAt: 0, ...changes };
}

/** How an answer of ten tokens in half a second went. */
export function result(text: string, changes: Partial<GenerateResult> = {}): GenerateResult {
  return {
    text,
    thinking: '',
    tokens: Array.from({ length: 10 }, (_, index) => 100 + index),
    thinkingMs: 0,
    thinkingTokens: 0,
    finishReason: 'end-of-turn',
    promptTokens: 8,
    prefixTokens: 0,
    reusedTokens: 3,
    generatedTokens: 10,
    prefilledTokens: 5,
    prefillMs: 100,
    firstTokenMs: 110,
    decodedTokens: 10,
    draftedTokens: 0,
    acceptedTokens: 0,
    kvCacheBytes: 1,
    decodeMs: 500,
    ...changes,
  };
}

const CANDIDATE: TokenCandidate = {
  id: 100,
  text: 'a',
  kind: 'text',
  rank: 1,
  probability: 0.5,
  kept: true,
  sampledProbability: 0.6,
};

/** What an engine tells of tokens where each UTF-16 unit is one, a message has 4 more, and no token had a rival. */
export const TOKEN_API: TokenApi & Pick<EngineApi, 'card'> = {
  card: () => Promise.reject(new Error('no card is asked for here')),
  countTokens({ messages }) {
    const counts = messages.map(({ content }) => content.length);
    const template = 4 * messages.length;
    return Promise.resolve({ total: counts.reduce((sum, count) => sum + count, template), messages: counts, template });
  },
  countText: (text) => Promise.resolve(text.length),
  tokenTexts: (_conversation, tokens) =>
    Promise.resolve(tokens.map((_, offset) => ({ part: 'text', offset, text: 'a' }))),
  explainToken: (_request, tokens, index) => {
    const taken = { ...CANDIDATE, id: tokens[index]! };
    return Promise.resolve({ taken, top: [taken] });
  },
};
