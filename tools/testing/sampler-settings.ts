/** Sampler settings for tests: everything off but what the test is about. */
import { writeSampler, type SamplerSettings } from '../../shaders/sampler.ts';

/** No cut, no penalty, temperature 1, seed 0; then `changes`. */
export function samplerSettings(changes: Partial<SamplerSettings> = {}): SamplerSettings {
  return {
    temperature: 1,
    topK: 0,
    topP: 1,
    minP: 0,
    repetitionPenalty: 1,
    frequencyPenalty: 0,
    presencePenalty: 0,
    penaltyWindow: 0,
    seed: 0,
    ...changes,
  };
}

/** The uniform as a binding. */
export function samplerUniform(settings: SamplerSettings): Uint32Array<ArrayBuffer> {
  return new Uint32Array(writeSampler(settings));
}
