/** Values that the state tests share: what workers would answer with. */
import type { GenerateResult, GpuReport, LoadedModel } from '../../../workers/protocol/engine.ts';
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
    isFallback: false,
    maxBufferBytes: 2 ** 31,
  },
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

/** A small model on the GPU. */
export function loadedModel(id: string): LoadedModel {
  const gpuBytes = { weights: 1, kvCache: 1, scratch: 1 };
  const chatTemplate = { origin: 'file', format: 'ChatML', opening: '', thinkingSwitch: null, text: '' } as const;
  return { id, summary: modelSummary(), contextLength: 512, chatTemplate, quantized: null, gpuBytes, loadMs: 1 };
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
    thinkingMs: 0,
    finishReason: 'end-of-turn',
    promptTokens: 8,
    reusedTokens: 3,
    generatedTokens: 10,
    prefillMs: 100,
    decodeMs: 500,
    ...changes,
  };
}
