/**
 * How positions turn, as `config.json` says it: `rope_theta` with `rope_scaling`, or, from transformers 5 on,
 * `rope_parameters` for both, which may hold settings for layers with and without a window.
 *
 * Refused: ways of stretching the context that the engine does not have.
 * Sources: `modeling_rope_utils.py` of `transformers`; Peng and others 2023 (YaRN); Ding and others 2024 (LongRoPE);
 * llama.cpp's `convert_hf_to_gguf.py` for GGUF's side.
 */
import { configField, malformedConfig, unsupportedConfig } from './hugging-face-fields.ts';
import { jsonArray, jsonBoolean, jsonInteger, jsonObject, jsonPositive, jsonString, shownJson } from './json-fields.ts';
import type { MetadataValue } from './model-file.ts';
import { quoted } from './quoted.ts';
import type { JsonObject, JsonValue } from './strict-json.ts';

/** What GGUF has of it. */
export interface HuggingFaceRope {
  /** Keys below the architecture's name. */
  readonly metadata: Readonly<Record<string, MetadataValue>>;
  /** (rotaryDim / 2) each, by the names of GGUF's tensors. */
  readonly factors: ReadonlyMap<string, Float32Array<ArrayBuffer>>;
  /** Base of layers with a window, which never stretch, where the file gives them one of their own. */
  readonly localBase: number | null;
}

/** Reads the settings; `rotaryDim` values of a head turn. Throws `FileMalformed` or `FileUnsupported`. */
export function readRope(config: JsonObject, rotaryDim: number): HuggingFaceRope {
  const group = ['rope_parameters', 'rope_scaling'].find((name) => (config.get(name) ?? null) !== null);
  const named = `${group ?? 'config.json'}`;
  const all: JsonObject = group === undefined ? new Map() : jsonObject(config.get(group), configField(named));
  const byLayer = all.has('full_attention');
  const settings = byLayer ? jsonObject(all.get('full_attention'), configField(`${named}.full_attention`)) : all;
  const usual = config.get('rope_theta') ?? 10_000;
  const rope = readScaling(config, settings, { named, rotaryDim, base: settings.get('rope_theta') ?? usual });
  const local = byLayer ? (all.get('sliding_attention') ?? null) : null;
  return { ...rope, localBase: local === null ? null : readLocalBase(local, usual) };
}

function readLocalBase(value: JsonValue, usual: JsonValue): number {
  const what = configField('rope_parameters.sliding_attention');
  const settings = jsonObject(value, what);
  const type = jsonString(settings.get('rope_type') ?? 'default', what);
  if (type !== 'default')
    throw unsupportedConfig('Layers with a window that stretch are not known here', 'default', type);
  return jsonPositive(settings.get('rope_theta') ?? usual, what);
}

interface Context {
  readonly named: string;
  readonly rotaryDim: number;
  readonly base: JsonValue;
}

const NO_FACTORS: HuggingFaceRope['factors'] = new Map();

function readScaling(
  config: JsonObject,
  settings: JsonObject,
  { named, rotaryDim, base: given }: Context,
): Pick<HuggingFaceRope, 'metadata' | 'factors'> {
  const what = (name: string): string => `"${named}.${name}"`;
  const positive = (name: string, fallback?: JsonValue): number =>
    jsonPositive(settings.get(name) ?? fallback, what(name));
  const base = jsonPositive(given, '"rope_theta"');
  const type = jsonString(settings.get('rope_type') ?? settings.get('type') ?? 'default', what('rope_type'));
  const own = { 'rope.freq_base': base };
  if (type === 'default') return { metadata: own, factors: NO_FACTORS };
  if (type === 'longrope' || type === 'su') return readLongRope(config, settings, { named, rotaryDim, base });
  if (!['linear', 'yarn', 'llama3'].includes(type))
    throw unsupportedConfig(
      'This model stretches its context in a way that is not known here',
      'default, linear, yarn, llama3 or longrope',
      quoted(type),
    );
  const factor = positive('factor');
  if (factor < 1) throw malformedConfig(what('factor'), 'at least 1', factor);
  const scaling = { ...own, 'rope.scaling.type': type, 'rope.scaling.factor': factor };
  if (type === 'linear') return { metadata: scaling, factors: NO_FACTORS };
  const original = positive('original_max_position_embeddings', config.get('max_position_embeddings') ?? undefined);
  if (type === 'llama3') {
    const [low, high] = [positive('low_freq_factor'), positive('high_freq_factor')];
    if (high <= low) throw malformedConfig(what('high_freq_factor'), `more than ${low}`, high);
    const factors = llama3Factors({ base, rotaryDim, factor, low, high, original });
    return { metadata: own, factors: new Map([['rope_freqs.weight', factors]]) };
  }
  for (const [name, usual] of [
    ['beta_fast', 32],
    ['beta_slow', 1],
  ] as const) {
    if (positive(name, usual) !== usual)
      throw unsupportedConfig(`YaRN with its own ${what(name)} is not known here`, usual, positive(name));
  }
  if (settings.has('mrope_section'))
    throw unsupportedConfig(
      `YaRN with ${what('mrope_section')} is not known here`,
      'nothing of that name',
      shownJson(settings.get('mrope_section')),
    );
  // GGUF's factor multiplies YaRN's own, which follows from the scaling.
  const magnitudeOf = (multiplier: number): number => 1 + 0.1 * multiplier * Math.log(factor);
  const magnitude = magnitudeOf(1);
  const multipliers = ['mscale', 'mscale_all_dim'].filter((name) => (settings.get(name) ?? 0) !== 0);
  const usualMagnitude =
    multipliers.length < 2 ? magnitude : magnitudeOf(positive('mscale')) / magnitudeOf(positive('mscale_all_dim'));
  const attention = positive('attention_factor', usualMagnitude) / magnitude;
  if (!jsonBoolean(settings.get('truncate') ?? true, what('truncate'))) {
    const unscaled = { ...own, 'rope.scaling.type': 'linear', 'rope.scaling.factor': 1 };
    const metadata = { ...unscaled, 'rope.scaling.attn_factor': attention * magnitude };
    const factors = yarnFactors({ base, rotaryDim, factor, original });
    return { metadata, factors: new Map([['rope_freqs.weight', factors]]) };
  }
  const temperature = settings.get('llama_4_scaling_beta') ?? 0;
  const yarn = {
    ...scaling,
    'rope.scaling.original_context_length': original,
    ...(temperature === 0
      ? {}
      : { 'attention.temperature_scale': jsonPositive(temperature, what('llama_4_scaling_beta')) }),
  };
  return {
    metadata: attention === 1 ? yarn : { ...yarn, 'rope.scaling.attn_factor': attention },
    factors: NO_FACTORS,
  };
}

/** Two lists of factors, for texts within the original context and for longer ones; how far it was stretched says how loud. */
function readLongRope(
  config: JsonObject,
  settings: JsonObject,
  { named, rotaryDim, base }: Context & { readonly base: number },
): Pick<HuggingFaceRope, 'metadata' | 'factors'> {
  const trained = jsonPositive(config.get('max_position_embeddings'), configField('max_position_embeddings'));
  const name = 'original_max_position_embeddings';
  const original = jsonInteger(config.get(name) ?? settings.get(name), configField(name), 2);
  const factor = trained / original;
  const usual = factor > 1 ? Math.sqrt(1 + Math.log(factor) / Math.log(original)) : 1;
  const attention = jsonPositive(settings.get('attention_factor') ?? usual, `"${named}.attention_factor"`);
  const factors = (['long', 'short'] as const).map((length) => {
    const what = `"${named}.${length}_factor"`;
    const values = jsonArray(settings.get(`${length}_factor`), what).map((value) => jsonPositive(value, what));
    if (values.length !== rotaryDim / 2) throw malformedConfig(what, `${rotaryDim / 2} numbers`, values.length);
    return [`rope_factors_${length}.weight`, Float32Array.from(values)] as const;
  });
  return {
    metadata: {
      'rope.freq_base': base,
      'rope.scaling.type': 'longrope',
      'rope.scaling.original_context_length': original,
      'rope.scaling.attn_factor': attention,
    },
    factors: new Map(factors),
  };
}

/** What divides each pair's frequency in Llama 3.1: nothing where waves are short, `factor` where they are long. */
function llama3Factors(rope: {
  base: number;
  rotaryDim: number;
  factor: number;
  low: number;
  high: number;
  original: number;
}): Float32Array<ArrayBuffer> {
  return Float32Array.from({ length: rope.rotaryDim / 2 }, (_, pair) => {
    const turns = (rope.original * rope.base ** ((-2 * pair) / rope.rotaryDim)) / (2 * Math.PI);
    const keep = Math.min(1, Math.max(0, (turns - rope.low) / (rope.high - rope.low)));
    return 1 / (keep + (1 - keep) / rope.factor);
  });
}

/** What divides each pair's frequency by YaRN where the ends of its ramp are not rounded, as GGUF's readers round them. */
function yarnFactors(rope: {
  base: number;
  rotaryDim: number;
  factor: number;
  original: number;
}): Float32Array<ArrayBuffer> {
  /** The pair that turns so often within the original context. */
  const pairOf = (turns: number): number =>
    (rope.rotaryDim * Math.log(rope.original / (turns * 2 * Math.PI))) / (2 * Math.log(rope.base));
  const [first, last] = [Math.max(0, pairOf(32)), Math.min(rope.rotaryDim - 1, pairOf(1))];
  return Float32Array.from({ length: rope.rotaryDim / 2 }, (_, pair) => {
    const ramp = Math.min(1, Math.max(0, (pair - first) / Math.max(0.001, last - first)));
    return 1 / (1 - ramp + ramp / rope.factor);
  });
}
