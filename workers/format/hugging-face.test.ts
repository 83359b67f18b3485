import { describe, expect, it } from 'vitest';
import {
  huggingFaceTwin,
  jsonFile,
  twinConfig,
  twinTensors,
  unpermuted,
} from '../../tools/testing/hugging-face-twin.ts';
import { randomModel } from '../../tools/testing/random-model.ts';
import { writeGguf } from '../../tools/testing/write-gguf.ts';
import { type SafetensorToWrite, writeSafetensors } from '../../tools/testing/write-safetensors.ts';
import { outcome } from '../../tools/testing/outcome.ts';
import { type ErrorCode } from '../protocol/errors.ts';
import type { NamedSource } from '../source/byte-source.ts';
import { bytesSource } from '../source/bytes-source.ts';
import { readGguf } from './gguf.ts';
import { readHuggingFace } from './hugging-face.ts';
import { readConfig } from './hugging-face-config.ts';
import { ggufTensorName } from './hugging-face-names.ts';
import { parseStrictJson, type JsonObject } from './strict-json.ts';

const HEADS = { heads: 4, kvHeads: 2 } as const;
const MODEL = randomModel({ layers: 2, embedding: 32, feedForward: 64, ...HEADS, biases: true, type: 'BF16' });
const TWIN = huggingFaceTwin(MODEL);
const CONFIG = twinConfig(MODEL);
const config = (change: Record<string, unknown>): JsonObject =>
  parseStrictJson(JSON.stringify({ ...CONFIG, ...change }), 'config.json') as JsonObject;
const named = (fileName: string, bytes: Uint8Array): NamedSource => ({ ...bytesSource(bytes), fileName });
const text = (value: string): Uint8Array => new TextEncoder().encode(value);

describe('the same weights in two containers', () => {
  it.each([1, 3])('give the same metadata and tensors, in %i files', async (shards) => {
    const gguf = await readGguf(bytesSource(writeGguf(MODEL)));
    const file = await readHuggingFace(huggingFaceTwin(MODEL, shards).toReversed());
    expect(file.container).toBe('safetensors');
    const heads: Record<string, number> = { attn_q: HEADS.heads, attn_k: HEADS.kvHeads };
    expect([...file.tensors.keys()].sort()).toEqual([...gguf.tensors.keys()].sort());
    for (const expected of gguf.tensors.values()) {
      const { byteOffset, ...rest } = file.tensors.get(expected.name)!;
      expect({ ...rest, byteOffset: 0 }).toEqual({ ...expected, byteOffset: 0 });
      const bytes = await gguf.source.read(expected.byteOffset, expected.byteLength);
      const permuted = heads[/attn_[qk](?=\.)/.exec(expected.name)?.[0] ?? ''];
      const inOrder = permuted ? unpermuted(bytes, expected.shape[0]!, permuted) : bytes;
      expect(Buffer.compare(await file.source.read(byteOffset, expected.byteLength), inOrder)).toBe(0);
    }
    for (const [key, value] of gguf.metadata) {
      if (key.startsWith('llama.') && key !== 'llama.attention.layer_norm_rms_epsilon')
        expect([key, file.metadata.get(key)]).toEqual([key, value]);
    }
    // GGUF keeps an f32 of it, config.json a decimal.
    const epsilon = 'llama.attention.layer_norm_rms_epsilon';
    expect(Math.fround(Number(file.metadata.get(epsilon)))).toBe(gguf.metadata.get(epsilon));
  });

  it('ties the embeddings, and then leaves out a second copy of them', async () => {
    const tied = randomModel({ layers: 1, embedding: 32, feedForward: 64, ...HEADS, tied: true });
    expect((await readHuggingFace(huggingFaceTwin(tied))).tensors.has('output.weight')).toBe(false);
    const twice = [jsonFile('config.json', { ...CONFIG, tie_word_embeddings: true }), ...TWIN.slice(1)];
    expect((await readHuggingFace(twice)).tensors.has('output.weight')).toBe(false);
  });

  it("puts Llama 3.1's factors where GGUF has them", async () => {
    const scaling = {
      rope_type: 'llama3',
      factor: 8,
      low_freq_factor: 1,
      high_freq_factor: 4,
      original_max_position_embeddings: 8192,
    };
    const files = [
      jsonFile('config.json', { ...CONFIG, rope_theta: 500_000, rope_scaling: scaling }),
      ...TWIN.slice(1),
    ];
    const file = await readHuggingFace(files);
    const { byteOffset, byteLength, ...tensor } = file.tensors.get('rope_freqs.weight')!;
    expect(tensor).toEqual({ name: 'rope_freqs.weight', type: 'F32', shape: [4] });
    const factors = [...new Float32Array((await file.source.read(byteOffset, byteLength)).buffer)];
    // Waves of 2π·500000^(i/4) = 6.28, 167, 4443 and 118142 positions: the bounds are 8192 / 4 and 8192 / 1.
    const turns = 8192 / (2 * Math.PI * 500_000 ** (2 / 4));
    const keep = (turns - 1) / 3;
    expect(factors).toEqual([1, 1, Math.fround(1 / (keep + (1 - keep) / 8)), 8]);
  });
});

describe('mixtures of experts', () => {
  const SIZES = { layers: 2, embedding: 64, feedForward: 96, ...HEADS, type: 'BF16' } as const;
  const MIXTURES = [
    randomModel({ ...SIZES, experts: { count: 5, used: 2 } }),
    randomModel({ ...SIZES, architecture: 'qwen2moe' }),
    randomModel({ ...SIZES, architecture: 'qwen3moe' }),
  ];
  const [MIXTRAL] = MIXTURES;
  const folder = (
    model: typeof MODEL,
    change: (tensor: SafetensorToWrite) => SafetensorToWrite[],
    fields: Record<string, unknown> = {},
  ) => [
    jsonFile('config.json', { ...twinConfig(model), ...fields }),
    named('model.safetensors', writeSafetensors(twinTensors(model).flatMap(change))),
  ];

  it.each([...MIXTURES.entries()])('give the same metadata and tensors, case %i', async (_index, model) => {
    const gguf = await readGguf(bytesSource(writeGguf(model)));
    const file = await readHuggingFace(huggingFaceTwin(model, 3));
    expect([...file.tensors.keys()].sort()).toEqual([...gguf.tensors.keys()].sort());
    for (const { name, type, shape, byteOffset, byteLength } of gguf.tensors.values()) {
      const tensor = file.tensors.get(name)!;
      // A matrix of one row is a vector in GGUF.
      const expected = name.includes('gate_inp_shexp') ? [1, ...shape] : shape;
      expect([name, tensor.type, tensor.shape]).toEqual([name, type, expected]);
      if (/attn_[qk]\./.test(name) && model === MIXTRAL) continue; // other rows, compared above
      const bytes = await gguf.source.read(byteOffset, byteLength);
      expect(Buffer.compare(await file.source.read(tensor.byteOffset, tensor.byteLength), bytes), name).toBe(0);
    }
    const keys = [...gguf.metadata.keys()].filter((key) => key.includes('expert') || key.includes('feed_forward'));
    expect(keys.length).toBeGreaterThan(2);
    for (const key of keys) expect([key, file.metadata.get(key)]).toEqual([key, gguf.metadata.get(key)]);
  });

  it.each<readonly [string, NamedSource[], ErrorCode, RegExp]>([
    [
      'an expert missing',
      folder(MIXTRAL!, (tensor) => (tensor.name.includes('1.block_sparse_moe.experts.3.w2') ? [] : [tensor])),
      'TensorMissing',
      /Expert 3 .*"blk\.1\.ffn_down_exps\.weight"/,
    ],
    [
      'an expert unlike the others',
      folder(MIXTRAL!, (tensor) => [
        tensor.name.includes('1.block_sparse_moe.experts.3.w2')
          ? { ...tensor, shape: tensor.shape.toReversed() }
          : tensor,
      ]),
      'ShapeMismatch',
      /experts\.3\.w2.*expected BF16 64×96, got BF16 96×64/,
    ],
    [
      'an expert too many',
      folder(MIXTRAL!, (tensor) => [tensor], { num_local_experts: 4 }),
      'FileMalformed',
      /belongs to no expert.*below 4, got 4/,
    ],
    [
      'experts in a dense model',
      folder(MIXTRAL!, (tensor) => [tensor], { architectures: ['LlamaForCausalLM'] }),
      'FileUnsupported',
      /block_sparse_moe.*not known here/,
    ],
    [
      'an expert’s matrix of unknown name',
      folder(MIXTRAL!, (tensor) => [{ ...tensor, name: tensor.name.replace('w3', 'w4') }]),
      'FileUnsupported',
      /w4.*not known here/,
    ],
    [
      'no number of experts',
      folder(MIXTRAL!, (tensor) => [tensor], { num_local_experts: null }),
      'FileMalformed',
      /"num_local_experts" in config\.json/,
    ],
    [
      'dense layers between',
      folder(MIXTURES[2]!, (tensor) => [tensor], { mlp_only_layers: [0] }),
      'FileUnsupported',
      /experts in all, got both/,
    ],
    [
      'experts in every second layer',
      folder(MIXTURES[2]!, (tensor) => [tensor], { decoder_sparse_step: 2 }),
      'FileUnsupported',
      /experts in all, got both/,
    ],
    [
      'weights that do not sum to 1',
      folder(MIXTURES[2]!, (tensor) => [tensor], { norm_topk_prob: false }),
      'FileUnsupported',
      /"norm_topk_prob" .*expected true, got false/,
    ],
  ])('with %s are refused', async (_what, files, code, message) => {
    expect(await outcome(() => readHuggingFace(files))).toEqual([code, expect.stringMatching(message)]);
  });
});

describe('config.json', () => {
  it.each([
    ['LlamaForCausalLM', 'llama'],
    ['MistralForCausalLM', 'llama'],
    ['Qwen2ForCausalLM', 'qwen2'],
    ['Qwen3ForCausalLM', 'qwen3'],
  ])('%s is %s', (className, architecture) => {
    const { metadata } = readConfig(config({ architectures: [className], head_dim: 16 }));
    expect(metadata.get('general.architecture')).toBe(architecture);
    expect(metadata.get(`${architecture}.attention.key_length`)).toBe(16);
    expect(metadata.get(`${architecture}.rope.dimension_count`)).toBe(16);
  });

  it('fills in what the classes take for granted', () => {
    const { metadata, tied } = readConfig(
      config({
        num_key_value_heads: null,
        rms_norm_eps: undefined,
        rope_theta: undefined,
        tie_word_embeddings: undefined,
        head_dim: null,
      }),
    );
    expect(metadata.get('llama.attention.head_count_kv')).toBe(4);
    expect(metadata.get('llama.attention.layer_norm_rms_epsilon')).toBe(1e-6);
    expect(metadata.get('llama.rope.freq_base')).toBe(10_000);
    expect(metadata.get('llama.attention.key_length')).toBe(8);
    expect(tied).toBeNull();
  });

  it.each([
    ['MistralForCausalLM', { sliding_window: 512 }, 512],
    ['MistralForCausalLM', { sliding_window: null }, 1024],
    ['MistralForCausalLM', { sliding_window: 4096 }, 1024],
    ['Qwen2ForCausalLM', { sliding_window: 512, use_sliding_window: false }, 1024],
    ['Qwen2ForCausalLM', { sliding_window: 512 }, 1024],
    ['Qwen2ForCausalLM', { sliding_window: 512, use_sliding_window: true }, 512],
  ])('%s with %o reads %i tokens', (className, change, tokens) => {
    const { metadata } = readConfig(config({ architectures: [className], ...change }));
    expect([...metadata].find(([key]) => key.endsWith('.context_length'))?.[1]).toBe(tokens);
  });

  it('takes over which layers see a window, and then reads the whole context', () => {
    const layer_types = ['sliding_attention', 'full_attention'];
    const window = { num_hidden_layers: 2, sliding_window: 512, use_sliding_window: true, layer_types };
    const { metadata } = readConfig(config({ architectures: ['Qwen3ForCausalLM'], ...window }));
    expect(metadata.get('qwen3.attention.sliding_window')).toBe(512);
    expect(metadata.get('qwen3.attention.sliding_window_pattern')).toEqual([true, false]);
    expect(metadata.get('qwen3.context_length')).toBe(1024);
  });

  it('takes over no list where the window is switched off', () => {
    const layer_types = ['full_attention', 'full_attention'];
    const off = { num_hidden_layers: 2, sliding_window: 512, use_sliding_window: false, layer_types };
    const { metadata } = readConfig(config({ architectures: ['Qwen3ForCausalLM'], ...off }));
    expect([...metadata.keys()].filter((key) => key.includes('sliding_window'))).toEqual([]);
    expect(metadata.get('qwen3.context_length')).toBe(1024);
  });

  it.each([
    [{ rope_scaling: { type: 'linear', factor: 4 } }, { type: 'linear', factor: 4 }],
    [{ rope_scaling: { rope_type: 'default' } }, {}],
    [{ rope_parameters: { rope_type: 'default', rope_theta: 10_000 }, rope_theta: undefined }, {}],
    [
      { rope_scaling: { type: 'yarn', factor: 4, original_max_position_embeddings: 256 } },
      { type: 'yarn', factor: 4, original_context_length: 256 },
    ],
    [
      {
        rope_scaling: {
          type: 'yarn',
          factor: 4,
          original_max_position_embeddings: 256,
          attention_factor: 2 * (1 + 0.1 * Math.log(4)),
        },
      },
      { type: 'yarn', factor: 4, original_context_length: 256, attn_factor: 2 },
    ],
  ])('%o stretches as %o', (change, expected) => {
    const scaling = [...readConfig(config(change)).metadata].flatMap(([key, value]) => {
      const name = key.split('.rope.scaling.')[1];
      return name === undefined ? [] : [[name, value] as const];
    });
    expect(Object.fromEntries(scaling)).toEqual(expected);
  });

  it('takes the base from rope_parameters too', () => {
    const { metadata } = readConfig(config({ rope_parameters: { rope_type: 'default', rope_theta: 500_000 } }));
    expect(metadata.get('llama.rope.freq_base')).toBe(500_000);
  });

  const yarn = (change: object) => ({
    rope_scaling: { type: 'yarn', factor: 4, original_max_position_embeddings: 256, ...change },
  });
  const llama3 = (change: object) => ({
    rope_scaling: {
      rope_type: 'llama3',
      factor: 8,
      low_freq_factor: 1,
      high_freq_factor: 4,
      original_max_position_embeddings: 256,
      ...change,
    },
  });
  const BAD: readonly (readonly [what: string, change: Record<string, unknown>, code: ErrorCode, message: RegExp])[] = [
    ['no class', { architectures: undefined }, 'FileMalformed', /"architectures".*an array, got nothing/],
    ['a class that is text', { architectures: 'LlamaForCausalLM' }, 'FileMalformed', /an array/],
    ['no class in the list', { architectures: [] }, 'FileMalformed', /one name, got 0/],
    ['two classes', { architectures: ['LlamaForCausalLM', 'B'] }, 'FileMalformed', /one name, got 2/],
    ['a class that is a number', { architectures: [1] }, 'FileMalformed', /text, got 1/],
    [
      'a class of another kind',
      { architectures: ['BertForMaskedLM'] },
      'FileUnsupported',
      /LlamaForCausalLM, Mistral.*"BertForMaskedLM"/,
    ],
    ['a class that objects have', { architectures: ['constructor'] }, 'FileUnsupported', /"constructor"/],
    ['a quantized model', { quantization_config: { quant_method: 'gptq' } }, 'FileUnsupported', /quantized in a way/],
    ['another activation', { hidden_act: 'gelu' }, 'FileUnsupported', /silu, got "gelu"/],
    ['an activation that is a number', { hidden_act: 1 }, 'FileMalformed', /"hidden_act".*text, got 1/],
    ['heads that turn in part', { partial_rotary_factor: 0.5 }, 'FileUnsupported', /turn in part/],
    ['no layers', { num_hidden_layers: undefined }, 'FileMalformed', /"num_hidden_layers".*from 1, got nothing/],
    ['zero layers', { num_hidden_layers: 0 }, 'FileMalformed', /from 1, got 0/],
    ['half a layer', { num_hidden_layers: 1.5 }, 'FileMalformed', /got 1\.5/],
    ['a billion layers', { num_hidden_layers: 1e9 }, 'FileMalformed', /at most 1000/],
    ['layers as text', { num_hidden_layers: '2' }, 'FileMalformed', /got "2"/],
    ['no width', { hidden_size: undefined }, 'FileMalformed', /"hidden_size"/],
    ['a width below zero', { hidden_size: -32 }, 'FileMalformed', /got -32/],
    ['no heads', { num_attention_heads: undefined }, 'FileMalformed', /"num_attention_heads"/],
    [
      'heads that do not divide the width',
      { num_attention_heads: 5 },
      'FileMalformed',
      /a divisor of the hidden size 32, got 5/,
    ],
    ['an odd head', { head_dim: 7 }, 'FileMalformed', /"head_dim".*even.*got 7/],
    ['a head of a million', { head_dim: 1e6 }, 'FileMalformed', /up to 1024/],
    ['zero key-value heads', { num_key_value_heads: 0 }, 'FileMalformed', /"num_key_value_heads"/],
    ['no inner width', { intermediate_size: undefined }, 'FileMalformed', /"intermediate_size"/],
    ['an inner width in a list', { intermediate_size: [64, 64] }, 'FileMalformed', /got an array of 2/],
    ['no context', { max_position_embeddings: undefined }, 'FileMalformed', /"max_position_embeddings"/],
    [
      'kinds of layers for another number of layers',
      { num_hidden_layers: 2, layer_types: ['full_attention'] },
      'FileMalformed',
      /"layer_types".*2 names.*got 1/,
    ],
    [
      'a layer of an unknown kind',
      { num_hidden_layers: 2, layer_types: ['full_attention', 'linear_attention'] },
      'FileUnsupported',
      /full_attention or sliding_attention, got "linear_attention"/,
    ],
    [
      'layers with a window of no size',
      { num_hidden_layers: 2, layer_types: ['sliding_attention', 'full_attention'] },
      'FileMalformed',
      /"sliding_window".*number of positions.*got none/,
    ],
    [
      'kinds of layers as text',
      { layer_types: 'full_attention' },
      'FileMalformed',
      /"layer_types".*got "full_attention"/,
    ],
    ['a window of nothing', { sliding_window: 0 }, 'FileMalformed', /"sliding_window"/],
    [
      'a window switched by text',
      { architectures: ['Qwen2ForCausalLM'], use_sliding_window: 'no' },
      'FileMalformed',
      /true or false, got "no"/,
    ],
    ['no vocabulary', { vocab_size: undefined }, 'FileMalformed', /"vocab_size"/],
    ['an epsilon of zero', { rms_norm_eps: 0 }, 'FileMalformed', /"rms_norm_eps".*above 0, got 0/],
    ['an epsilon as text', { rms_norm_eps: '1e-5' }, 'FileMalformed', /got "1e-5"/],
    ['a base below zero', { rope_theta: -1 }, 'FileMalformed', /"rope_theta"/],
    ['tied as text', { tie_word_embeddings: 'true' }, 'FileMalformed', /"tie_word_embeddings".*got "true"/],
    ['a scaling that is a number', { rope_scaling: 4 }, 'FileMalformed', /"rope_scaling".*an object, got 4/],
    [
      'an unknown scaling',
      { rope_scaling: { type: 'dynamic', factor: 2 } },
      'FileUnsupported',
      /default, linear, yarn, llama3 or longrope, got "dynamic"/,
    ],
    ['a scaling that is no text', { rope_scaling: { type: 1 } }, 'FileMalformed', /"rope_scaling\.rope_type"/],
    [
      'a scaling without factor',
      { rope_scaling: { type: 'linear' } },
      'FileMalformed',
      /"rope_scaling\.factor".*got nothing/,
    ],
    [
      'a factor that shrinks',
      { rope_scaling: { type: 'linear', factor: 0.5 } },
      'FileMalformed',
      /at least 1, got 0\.5/,
    ],
    ['a factor of zero', yarn({ factor: 0 }), 'FileMalformed', /above 0/],
    ['YaRN with its own ramp', yarn({ beta_fast: 16 }), 'FileUnsupported', /beta_fast.*expected 32, got 16/],
    ['YaRN with its own slow end', yarn({ beta_slow: 2 }), 'FileUnsupported', /beta_slow/],
    ['YaRN with sections', yarn({ mrope_section: [1] }), 'FileUnsupported', /mrope_section/],
    ['YaRN with another magnitude as text', yarn({ mscale: 'x', mscale_all_dim: 1 }), 'FileMalformed', /mscale/],
    ['YaRN with a temperature below zero', yarn({ llama_4_scaling_beta: -1 }), 'FileMalformed', /llama_4_scaling_beta/],
    [
      'a Llama whose queries grow',
      yarn({ llama_4_scaling_beta: 0.1 }),
      'FileUnsupported',
      /not known in this class.*llama_4_scaling_beta/,
    ],
    ['YaRN with a rounding of its own', yarn({ truncate: 'up' }), 'FileMalformed', /truncate.*got "up"/],
    ['Llama 3 without a low factor', llama3({ low_freq_factor: undefined }), 'FileMalformed', /low_freq_factor/],
    ['Llama 3 without a high factor', llama3({ high_freq_factor: null }), 'FileMalformed', /high_freq_factor/],
    ['Llama 3 with crossed factors', llama3({ high_freq_factor: 1 }), 'FileMalformed', /more than 1, got 1/],
    [
      'Llama 3 with an original context of zero',
      llama3({ original_max_position_embeddings: 0 }),
      'FileMalformed',
      /above 0/,
    ],
  ];

  it.each(BAD)('refuses %s', async (_what, change, code, message) => {
    expect(await outcome(() => readConfig(config(change)))).toEqual([code, expect.stringMatching(message)]);
  });
});

describe('the files of a model', () => {
  const [first] = twinTensors(MODEL) as [SafetensorToWrite];
  const weights = (...tensors: SafetensorToWrite[]): NamedSource =>
    named('model.safetensors', writeSafetensors(tensors));
  const configFile = TWIN[0]!;
  const sharded = huggingFaceTwin(MODEL, 2);
  const index = (value: unknown): NamedSource[] => [
    configFile,
    jsonFile('model.safetensors.index.json', value),
    ...sharded.slice(2),
  ];
  const shardName = sharded[2]!.fileName;
  const changed = (change: Partial<SafetensorToWrite>): NamedSource[] => [configFile, weights({ ...first, ...change })];
  const BAD: readonly (readonly [what: string, files: readonly NamedSource[], code: ErrorCode, message: RegExp])[] = [
    ['no files', [], 'NotFound', /config\.json is missing/],
    ['no configuration', TWIN.slice(1), 'NotFound', /config\.json is missing.*Choose all files/],
    ['no weights', [configFile], 'NotFound', /weights are missing.*0 files/],
    ['an empty configuration', [named('config.json', text('')), ...TWIN.slice(1)], 'FileMalformed', /not sound JSON/],
    [
      'a configuration that is a list',
      [named('config.json', text('[]')), ...TWIN.slice(1)],
      'FileMalformed',
      /an object/,
    ],
    [
      'a configuration of 2 MB',
      [named('config.json', text(' '.repeat(2_000_000))), ...TWIN.slice(1)],
      'FileMalformed',
      /too long/,
    ],
    ['a shard without its index', [configFile, sharded[2]!], 'NotFound', /index.*model\.safetensors\.index\.json/],
    [
      'two files without an index',
      [configFile, TWIN[1]!, named('other.safetensors', text('{}'))],
      'NotFound',
      /2 files of weights/,
    ],
    [
      'a missing shard',
      sharded.toSpliced(3, 1),
      'NotFound',
      /"model-00002-of-00002\.safetensors", which the index lists/,
    ],
    ['an index that lists nothing', index({ weight_map: {} }), 'FileMalformed', /lists nothing/],
    ['an index without a list', index({ metadata: {} }), 'FileMalformed', /"weight_map".*an object, got nothing/],
    ['an index with a number', index({ weight_map: { a: 1 } }), 'FileMalformed', /file of the tensor "a".*text, got 1/],
    [
      'an index that climbs out',
      index({ weight_map: { a: '../x.safetensors' } }),
      'FileMalformed',
      /a name ending in \.safetensors/,
    ],
    ['an index with another kind of file', index({ weight_map: { a: 'x.bin' } }), 'FileMalformed', /"x\.bin"/],
    [
      'an index of a tensor that is not there',
      index({ weight_map: { a: shardName } }),
      'FileMalformed',
      /"a" is not where the index says in "model-00001/,
    ],
    [
      'a tensor in two shards',
      [configFile, sharded[1]!, sharded[2]!, { ...sharded[2]!, fileName: sharded[3]!.fileName }],
      'FileMalformed',
      /comes twice|not where/,
    ],
    [
      'a truncated shard',
      [...sharded.slice(0, 3), named(sharded[3]!.fileName, text('ab'))],
      'FileTruncated',
      /^In "model-00002/,
    ],
    [
      'an unknown tensor',
      changed({ name: 'model.vision.weight' }),
      'FileUnsupported',
      /"model\.vision\.weight" is not known/,
    ],
    ['a quantized tensor', changed({ name: 'model.layers.0.self_attn.q_proj.qweight' }), 'FileUnsupported', /qweight/],
    [
      'a layer too many',
      changed({ name: 'model.layers.2.input_layernorm.weight' }),
      'FileMalformed',
      /a layer below 2, got 2/,
    ],
    [
      'a layer with a zero before it',
      changed({ name: 'model.layers.00.input_layernorm.weight' }),
      'FileUnsupported',
      /not known/,
    ],
    [
      'weights in I8',
      changed({ dtype: 'I8', shape: [first.bytes.length] }),
      'TensorUnsupported',
      /F32, F16, BF16, got I8/,
    ],
    ['weights in F64', changed({ dtype: 'F64', shape: [first.bytes.length / 8] }), 'TensorUnsupported', /got F64/],
    ['no output, though it is not tied', [configFile, weights(first)], 'TensorMissing', /"output\.weight"/],
    [
      'no biases, though they are promised',
      [jsonFile('config.json', { ...CONFIG, attention_bias: true, tie_word_embeddings: true }), weights(first)],
      'TensorMissing',
      /"blk\.0\.attn_q\.bias"/,
    ],
    [
      'no biases in a model that always has them',
      [
        jsonFile('config.json', { ...CONFIG, architectures: ['Qwen2ForCausalLM'], tie_word_embeddings: true }),
        weights(first),
      ],
      'TensorMissing',
      /attn_q\.bias/,
    ],
  ];

  it.each(BAD)('refuse %s', async (_what, files, code, message) => {
    expect(await outcome(() => readHuggingFace(files))).toEqual([code, expect.stringMatching(message)]);
  });

  it('leave alone what follows from the configuration, and files that are not part of the model', async () => {
    const rotary = {
      name: 'model.layers.0.self_attn.rotary_emb.inv_freq',
      dtype: 'F64',
      shape: [4],
      bytes: new Uint8Array(32),
    };
    const files = [configFile, weights(...twinTensors(MODEL), rotary), named('README.md', text('#'))];
    expect((await readHuggingFace(files)).tensors.size).toBe(MODEL.tensors.length);
    const config = { architecture: 'llama', layers: 1, experts: 0, headNorms: false, encoder: false } as const;
    expect(ggufTensorName(rotary.name, config)).toBeNull();
  });
});
