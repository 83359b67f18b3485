/** The sampler that settings amount to, for one answer. */
import { DEFAULT_SAMPLER, type SamplerSettings } from '../../workers/protocol/engine.ts';
import type { RecommendedSampling } from '../../workers/protocol/model.ts';
import type { Settings } from './settings.ts';

/** The sampler for one answer of a model that recommends this; a seed is drawn where none is set. */
export function samplerOf(settings: Settings, recommended: RecommendedSampling = {}): SamplerSettings {
  const { frequencyPenalty, presencePenalty, penaltyWindow, seed } = settings;
  const automatic = { ...DEFAULT_SAMPLER, ...recommended };
  return {
    temperature: settings.temperature ?? automatic.temperature,
    topK: settings.topK ?? automatic.topK,
    topP: settings.topP ?? automatic.topP,
    minP: settings.minP ?? automatic.minP,
    repetitionPenalty: settings.repetitionPenalty ?? automatic.repetitionPenalty,
    frequencyPenalty,
    presencePenalty,
    penaltyWindow,
    seed: seed ?? crypto.getRandomValues(new Uint32Array(1))[0]!,
  };
}
