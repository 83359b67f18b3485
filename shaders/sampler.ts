/**
 * The `Sampler` uniform: how the next token is drawn, in the form that the sampling kernels read.
 *
 * Order: penalties, then top-k, top-p (on the renormalised top-k set) and min-p on the untempered distribution, then
 * temperature. A change of settings is one small write between two tokens; no pipeline is made again.
 */

/** How to draw the next token. */
export interface SamplerSettings {
  /** Divides the logits of the tokens that survived; 0 takes the most likely token and ignores every cut. */
  readonly temperature: number;
  /** Keeps the k most likely tokens (and ties with the last of them); 0 keeps all. */
  readonly topK: number;
  /** Keeps the fewest most likely tokens whose probability reaches p; 1 or more keeps all. */
  readonly topP: number;
  /** Keeps tokens at least this many times as likely as the most likely one; 0 keeps all. */
  readonly minP: number;
  /** Divides positive and multiplies negative logits of tokens seen in the window; 1 changes nothing. */
  readonly repetitionPenalty: number;
  /** Subtracted for each time that a token occurs in the window; 0 changes nothing. */
  readonly frequencyPenalty: number;
  /** Subtracted once from each token that occurs in the window; 0 changes nothing. */
  readonly presencePenalty: number;
  /** How many of the last tokens the penalties look at: 0 to `MAX_PENALTY_WINDOW`. */
  readonly penaltyWindow: number;
  /** Same seed, same logits, same position: same token. Taken modulo 2³². */
  readonly seed: number;
}

/** The longest history that the penalties can look at; a longer window is cut to it. */
export const MAX_PENALTY_WINDOW = 256;

/** Bytes of `Sampler`. */
export const SAMPLER_BYTES = 48;

/** The uniform as WGSL; the fields are those of `SamplerSettings`, in this order. */
export const SAMPLER_WGSL =
  'struct Sampler { temperature: f32, top_k: u32, top_p: f32, min_p: f32, repetition_penalty: f32, ' +
  'frequency_penalty: f32, presence_penalty: f32, penalty_window: u32, seed: u32, ' +
  'reserved_0: u32, reserved_1: u32, reserved_2: u32 }\n';

/** The bytes of the uniform for these settings (`SAMPLER_BYTES` long, little-endian as WebGPU wants). */
export function writeSampler(settings: SamplerSettings): ArrayBuffer {
  const buffer = new ArrayBuffer(SAMPLER_BYTES);
  const view = new DataView(buffer);
  view.setFloat32(0, settings.temperature, true);
  view.setUint32(4, settings.topK, true);
  view.setFloat32(8, settings.topP, true);
  view.setFloat32(12, settings.minP, true);
  view.setFloat32(16, settings.repetitionPenalty, true);
  view.setFloat32(20, settings.frequencyPenalty, true);
  view.setFloat32(24, settings.presencePenalty, true);
  view.setUint32(28, Math.min(settings.penaltyWindow, MAX_PENALTY_WINDOW), true);
  view.setUint32(32, settings.seed, true);
  return buffer;
}
