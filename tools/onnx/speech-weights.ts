/** Sizes and seeded random weights of a small Whisper, under the names that its checkpoints have. */
import { randomBits, randomWeights } from '../testing/random-weights.ts';
import type { SafetensorToWrite } from '../testing/write-safetensors.ts';
import type { Checkpoint } from './layers.ts';

/** Sizes differ from each other, so that a mixed-up one shows; the sound is of two seconds, at 100 frames a second. */
export const SPEECH = {
  melBins: 80,
  frames: 200,
  width: 48,
  heads: 4,
  feedForward: 112,
  layers: 2,
  answerTokens: 64,
} as const;

/**
 * The weights, all F32. Norms' weights are near 1; embeddings of `quiet` tokens are a fifth as long as others, and so are
 * their logits: they are hardly ever the likeliest.
 */
export function speechWeights(vocabularySize: number, quiet: ReadonlySet<number>, seed: number): Checkpoint {
  const { melBins, frames, width, feedForward, layers, answerTokens } = SPEECH;
  const random = randomBits(seed);
  const tensors: SafetensorToWrite[] = [];
  const add = (name: string, shape: readonly number[], deviation: number): Float32Array => {
    const bytes = randomWeights('F32', shape, deviation, random);
    tensors.push({ name, dtype: 'F32', shape, bytes });
    return new Float32Array(bytes.buffer);
  };
  const linear = (stem: string, rows: number, columns: number, { gain = 1, bias = true } = {}): void => {
    add(`${stem}.weight`, [rows, columns], gain / Math.sqrt(columns));
    if (bias) add(`${stem}.bias`, [rows], 0.2);
  };
  const norm = (stem: string): void => {
    const weights = add(`${stem}.weight`, [width], 0.2);
    weights.forEach((value, index) => (weights[index] = value + 1));
    add(`${stem}.bias`, [width], 0.2);
  };
  const attention = (stem: string): void => {
    // Larger, so that attention prefers some positions.
    linear(`${stem}.q_proj`, width, width, { gain: 1.5 });
    linear(`${stem}.k_proj`, width, width, { gain: 1.5, bias: false });
    linear(`${stem}.v_proj`, width, width);
    linear(`${stem}.out_proj`, width, width);
    norm(`${stem}_layer_norm`);
  };
  const layer = (stem: string, parts: readonly string[]): void => {
    for (const part of parts) attention(`${stem}.${part}`);
    linear(`${stem}.fc1`, feedForward, width);
    // Larger, so that answers do not repeat the last token, whose embedding makes its logit too.
    linear(`${stem}.fc2`, width, feedForward, { gain: 3 });
    norm(`${stem}.final_layer_norm`);
  };

  const convolution = (stem: string, channels: number): void => {
    add(`${stem}.weight`, [width, channels, 3], 1 / Math.sqrt(3 * channels));
    add(`${stem}.bias`, [width], 0.2);
  };
  convolution('model.encoder.conv1', melBins);
  convolution('model.encoder.conv2', width);
  add('model.encoder.embed_positions.weight', [frames / 2, width], 0.5);
  for (let index = 0; index < layers; index++) layer(`model.encoder.layers.${index}`, ['self_attn']);
  norm('model.encoder.layer_norm');

  const embeddings = add('model.decoder.embed_tokens.weight', [vocabularySize, width], 3 / Math.sqrt(width));
  for (const id of quiet) for (let i = id * width; i < (id + 1) * width; i++) embeddings[i]! /= 5;
  add('model.decoder.embed_positions.weight', [answerTokens, width], 1);
  for (let index = 0; index < layers; index++) layer(`model.decoder.layers.${index}`, ['self_attn', 'encoder_attn']);
  norm('model.decoder.layer_norm');
  return new Map(tensors.map((tensor) => [tensor.name, tensor]));
}
