/** Every class's folder gives what a GGUF file of the same weights gives; what the forward code lacks is refused by name. */
import { describe, expect, it, test } from 'vitest';
import { twinFamilies } from '../../tools/testing/hugging-face-families.ts';
import {
  huggingFaceTwin,
  jsonFile,
  twinConfig,
  twinTensors,
  unpermuted,
} from '../../tools/testing/hugging-face-twin.ts';
import { poolingFiles } from '../../tools/testing/pooling-files.ts';
import { STABLELM_12B } from '../../tools/testing/random-architectures.ts';
import { randomModel, type RandomModel } from '../../tools/testing/random-model.ts';
import { writeGguf } from '../../tools/testing/write-gguf.ts';
import { type SafetensorToWrite, writeSafetensors } from '../../tools/testing/write-safetensors.ts';
import { outcome } from '../../tools/testing/outcome.ts';
import { type ErrorCode } from '../protocol/errors.ts';
import type { NamedSource } from '../source/byte-source.ts';
import { bytesSource } from '../source/bytes-source.ts';
import type { ArchitectureName } from './architecture-names.ts';
import { isCausal } from './embedding-model.ts';
import { readGguf } from './gguf.ts';
import { MODEL_CLASSES } from './hugging-face-classes.ts';
import { readHuggingFace } from './hugging-face.ts';
import { readConfig } from './hugging-face-config.ts';
import { parseStrictJson, type JsonObject } from './strict-json.ts';

const SIZES = { layers: 4, embedding: 128, feedForward: 96, heads: 4, contextLength: 512, type: 'BF16' } as const;
const DENSE = [
  'mistral3',
  'smollm3',
  'granite',
  'olmo2',
  'gemma',
  'gemma2',
  'gemma3',
  'phi2',
  'phi3',
  'stablelm',
  'starcoder2',
  'gpt2',
  'gptneox',
] as const;
/** They make embeddings. */
const ENCODERS = ['bert', 'nomic-bert'] as const;
const FULL_HEADS: readonly string[] = ['gpt2', 'gptneox', ...ENCODERS];

function model(architecture: ArchitectureName): RandomModel {
  return randomModel({ ...SIZES, architecture, kvHeads: FULL_HEADS.includes(architecture) ? 4 : 2 });
}

function configOf(architecture: ArchitectureName, change: Record<string, unknown> = {}): JsonObject {
  const json = JSON.stringify({ ...twinConfig(model(architecture)), ...change });
  return parseStrictJson(json, 'config.json') as JsonObject;
}

const folder = (config: Record<string, unknown>, tensors: readonly SafetensorToWrite[]): NamedSource[] => [
  jsonFile('config.json', config),
  { ...bytesSource(writeSafetensors(tensors)), fileName: 'model.safetensors' },
];

describe('the same weights in two containers', () => {
  it.each([...DENSE, ...ENCODERS])('of %s give the same metadata and tensors', async (architecture) => {
    const random = model(architecture);
    const { permuted = false, normsLackOne = false } = twinFamilies[architecture]!;
    const gguf = await readGguf(bytesSource(writeGguf(random)));
    const pooled = architecture === 'bert' ? poolingFiles('cls') : poolingFiles('mean');
    const besides = (ENCODERS as readonly string[]).includes(architecture) ? pooled : [];
    const file = await readHuggingFace([...huggingFaceTwin(random, 2), ...besides]);
    expect([...file.tensors.keys()].sort()).toEqual([...gguf.tensors.keys()].sort());
    for (const { name, type, shape, byteOffset, byteLength } of gguf.tensors.values()) {
      const tensor = file.tensors.get(name)!;
      expect([name, tensor.type, tensor.shape]).toEqual([name, type, shape]);
      const expected = await gguf.source.read(byteOffset, byteLength);
      const bytes = await file.source.read(tensor.byteOffset, tensor.byteLength);
      const heads = { attn_q: 4, attn_k: 2 }[/attn_[qk](?=\.)/.exec(name)?.[0] ?? ''];
      const stored = permuted && heads !== undefined ? unpermuted(expected, shape[0]!, heads) : expected;
      if (normsLackOne && name.endsWith('norm.weight'))
        expect(new Float32Array(bytes.buffer).map((value) => value + 1)).toEqual(new Float32Array(stored.buffer));
      else expect(Buffer.compare(bytes, stored), name).toBe(0);
    }
    let compared = 0;
    for (const [key, value] of gguf.metadata) {
      // Conversion says how loud it is in another way, whose result is compared in `containers.test.ts`.
      if (key.endsWith('yarn_log_multiplier')) continue;
      // Phi-3's windows are ignored, and it has no kind of scaling in this file of GGUF.
      if (!key.startsWith(`${architecture}.`) || (architecture === 'phi3' && key.endsWith('sliding_window'))) continue;
      const read = file.metadata.get(key);
      const same = key.endsWith('epsilon') ? Math.fround(Number(read)) : read;
      if (['gpt2', 'bert'].includes(architecture) && key.includes('.rope.')) continue; // they do not turn
      if (key.endsWith('.causal')) {
        expect(isCausal(file, architecture)).toBe(value);
        continue;
      }
      expect([key, same]).toEqual([key, value]);
      compared++;
    }
    expect(compared).toBeGreaterThan(7);
  });

  it('reads rows of a matrix that lies the other way round wherever a read begins and ends', async () => {
    const random = model('gpt2');
    const gguf = await readGguf(bytesSource(writeGguf(random)));
    const file = await readHuggingFace(huggingFaceTwin(random));
    const name = 'blk.1.ffn_up.weight';
    const [from, whole] = [file.tensors.get(name)!, gguf.tensors.get(name)!];
    for (const [offset, length] of [
      [0, 1],
      [255, 2],
      [300, 1000],
      [whole.byteLength - 3, 3],
    ] as const) {
      const bytes = await file.source.read(from.byteOffset + offset, length);
      expect(Buffer.compare(bytes, await gguf.source.read(whole.byteOffset + offset, length))).toBe(0);
    }
  });
});

describe('norms of each head', () => {
  const random = randomModel({ ...SIZES, kvHeads: 2, architecture: 'stablelm', ...STABLELM_12B });
  const tensors = twinTensors(random);
  const key = 'model.layers.1.self_attn.k_layernorm.norms.1.weight';

  test('of StableLM 2 12B are read as the tensor that GGUF has', async () => {
    const gguf = await readGguf(bytesSource(writeGguf(random)));
    const file = await readHuggingFace(huggingFaceTwin(random, 2));
    expect([...file.tensors.keys()].sort()).toEqual([...gguf.tensors.keys()].sort());
    for (const { name, shape, byteOffset, byteLength } of gguf.tensors.values()) {
      const tensor = file.tensors.get(name)!;
      expect([name, tensor.shape]).toEqual([name, shape]);
      const bytes = await file.source.read(tensor.byteOffset, tensor.byteLength);
      expect(Buffer.compare(bytes, await gguf.source.read(byteOffset, byteLength)), name).toBe(0);
    }
    expect(file.metadata.get('stablelm.use_parallel_residual')).toBe(true);
  });

  const without = (name: RegExp): SafetensorToWrite[] => tensors.filter((tensor) => !name.test(tensor.name));
  test.each<readonly [string, Record<string, unknown>, readonly SafetensorToWrite[], ErrorCode, RegExp]>([
    [
      'one is missing',
      {},
      without(/1\.self_attn\.k_layernorm\.norms\.1\./),
      'TensorMissing',
      /Head 1 .*blk\.1\.attn_k_norm/,
    ],
    ['those of a layer are missing', {}, without(/\.2\.self_attn\.q_lay/), 'TensorMissing', /blk\.2\.attn_q_norm/],
    [
      'there are too many',
      {},
      [...tensors, { ...tensors.find(({ name }) => name === key)!, name: key.replace('norms.1', 'norms.2') }],
      'FileMalformed',
      /too many heads: expected 2, got 3/,
    ],
    [
      'the configuration has none',
      { qk_layernorm: false },
      tensors,
      'FileUnsupported',
      /q_layernorm\.norms.*not known/,
    ],
  ])('are refused where %s', async (_what, change, stored, code, message) => {
    const files = folder({ ...twinConfig(random), ...change }, stored);
    expect(await outcome(() => readHuggingFace(files))).toEqual([code, expect.stringMatching(message)]);
  });
});

describe('names', () => {
  test('of GPT-2 may stand in its whole model, beside the masks that it once had', async () => {
    const random = model('gpt2');
    const tensors = twinTensors(random).map((tensor) => ({
      ...tensor,
      name: tensor.name.replace(/^(?!lm_head)/, 'transformer.'),
    }));
    const mask = { name: 'transformer.h.0.attn.bias', dtype: 'U8', shape: [1, 1, 4, 4], bytes: new Uint8Array(16) };
    const none = { name: 'h.1.attn.masked_bias', dtype: 'F32', shape: [1], bytes: new Uint8Array(4) };
    const file = await readHuggingFace(folder(twinConfig(random), [...tensors, mask, none]));
    expect(file.tensors.size).toBe(random.tensors.length);
  });

  test('of GPT-NeoX may have masks beside them; its rows must be whole heads', async () => {
    const random = model('gptneox');
    const mask = {
      name: 'gpt_neox.layers.0.attention.bias',
      dtype: 'U8',
      shape: [1, 1, 4, 4],
      bytes: new Uint8Array(16),
    };
    const tensors = [...twinTensors(random), mask];
    expect((await readHuggingFace(folder(twinConfig(random), tensors))).tensors.size).toBe(random.tensors.length);
    const odd = { ...twinConfig(random), num_attention_heads: 5, head_dim: 32 };
    expect(await outcome(() => readHuggingFace(folder(odd, tensors)))).toEqual([
      'ShapeMismatch',
      expect.stringMatching(/attn_qkv.*a multiple of 15 rows.*got 384/),
    ]);
  });

  test('of BERT may have a head for other tasks beside them, and a count of positions', async () => {
    const random = model('bert');
    const floats = (name: string, ...shape: number[]) => ({
      ...{ name, dtype: 'F32', shape },
      bytes: new Uint8Array(4 * shape.reduce((product, size) => product * size, 1)),
    });
    const head = [floats('pooler.dense.weight', 128, 128), floats('pooler.dense.bias', 128)];
    const count = { name: 'embeddings.position_ids', dtype: 'I64', shape: [1, 4], bytes: new Uint8Array(32) };
    const files = folder(twinConfig(random), [...twinTensors(random), ...head, count]);
    expect((await readHuggingFace(files)).tensors.size).toBe(random.tensors.length);
    const classified = folder(twinConfig(random), [...twinTensors(random), floats('classifier.weight', 2, 128)]);
    expect((await outcome(() => readHuggingFace(classified)))[1]).toMatch(/"classifier\.weight" is not known here/);
  });

  test.each([
    ['bert', 'embeddings.token_type_embeddings.weight', 'token_types.weight'],
    ['bert', 'encoder.layer.3.attention.self.key.bias', 'blk.3.attn_k.bias'],
    ['bert', 'encoder.layer.0.output.dense.bias', 'blk.0.ffn_down.bias'],
    ['nomic-bert', 'embeddings.token_type_embeddings.weight', 'token_types.weight'],
  ] as const)('of %s misses %s', async (architecture, stored, gguf) => {
    const random = model(architecture);
    const tensors = twinTensors(random).filter(({ name }) => name !== stored);
    const [code, message] = await outcome(() => readHuggingFace(folder(twinConfig(random), tensors)));
    expect(code).toBe('TensorMissing');
    expect(message).toContain(JSON.stringify(gguf));
  });

  test('of Phi-2 has a bias of the logits, which is missed', async () => {
    const random = model('phi2');
    const tensors = twinTensors(random).filter(({ name }) => name !== 'lm_head.bias');
    const [code, message] = await outcome(() => readHuggingFace(folder(twinConfig(random), tensors)));
    expect([code, message]).toEqual(['TensorMissing', expect.stringMatching(/"output\.bias"/)]);
  });

  test.each([
    ['language_model.', (name: string) => `language_model.${name}`],
    ['model.language_model.', (name: string) => name.replace(/^model\./, 'model.language_model.')],
  ])('of Gemma 3 may stand under %s, beside its eyes, with sizes of the text apart', async (_where, moved) => {
    const random = model('gemma3');
    const { vocab_size, ...fields } = twinConfig(random);
    const text = { ...fields, architectures: undefined };
    const config = {
      architectures: ['Gemma3ForConditionalGeneration'],
      vision_config: {},
      text_config: text,
      vocab_size,
    };
    const eyes = ['vision_tower.a.weight', 'model.multi_modal_projector.b.weight'].map((name) => ({
      name,
      dtype: 'F32',
      shape: [1],
      bytes: new Uint8Array(4),
    }));
    const tensors = twinTensors(random).map((tensor) => ({ ...tensor, name: moved(tensor.name) }));
    const file = await readHuggingFace(folder(config, [...tensors, ...eyes]));
    const alone = await readHuggingFace(huggingFaceTwin(random));
    expect([...file.tensors.keys()].sort()).toEqual([...alone.tensors.keys()].sort());
    expect(file.metadata).toEqual(alone.metadata);
  });

  test('that mean one tensor are refused where both are there', async () => {
    const random = model('gemma3');
    const tensors = twinTensors(random);
    const twice = [...tensors, { ...tensors[0]!, name: `language_model.${tensors[0]!.name}` }];
    expect(await outcome(() => readHuggingFace(folder(twinConfig(random), twice)))).toEqual([
      'FileMalformed',
      expect.stringMatching(/"language_model\.model\.embed_tokens\.weight" comes twice/),
    ]);
  });

  test.each([
    ['starcoder2', 'mlp.c_fc.bias', 'blk.0.ffn_up.bias'],
    ['gpt2', 'attn.c_attn.bias', 'blk.0.attn_qkv.bias'],
    ['phi2', 'mlp.fc1.bias', 'blk.0.ffn_up.bias'],
    ['stablelm', 'self_attn.v_proj.bias', 'blk.0.attn_v.bias'],
    ['gptneox', 'attention.query_key_value.bias', 'blk.0.attn_qkv.bias'],
  ] as const)('of biases that %s always has are missed', async (architecture, stored, name) => {
    const random = model(architecture);
    const tensors = twinTensors(random).filter((tensor) => !tensor.name.endsWith(`0.${stored}`));
    const [code, message] = await outcome(() => readHuggingFace(folder(twinConfig(random), tensors)));
    expect(code).toBe('TensorMissing');
    expect(message).toContain(JSON.stringify(name));
  });
});

describe('config.json', () => {
  it.each([
    [false, false],
    [true, undefined],
    [null, undefined],
  ])('says with %j whether tokens look ahead', (is_causal, causal) => {
    const { metadata } = readConfig(configOf('stablelm', { is_causal }));
    expect(metadata.get('stablelm.attention.causal')).toBe(causal);
  });

  const layerTypes = (full: number) =>
    ['sliding_attention', 'sliding_attention', 'sliding_attention', 'sliding_attention'].with(full, 'full_attention');

  test('has a class for each that is listed', () => {
    expect(MODEL_CLASSES).toHaveLength(new Set(MODEL_CLASSES).size);
    expect(MODEL_CLASSES).toContain('Gemma3ForConditionalGeneration');
  });

  test('of Gemma 3 leaves out what its class takes for granted', () => {
    const { metadata } = readConfig(
      configOf('gemma3', {
        num_attention_heads: undefined,
        num_key_value_heads: undefined,
        head_dim: undefined,
        query_pre_attn_scalar: undefined,
        sliding_window: undefined,
        vocab_size: undefined,
        max_position_embeddings: undefined,
        rope_theta: undefined,
        rope_local_base_freq: undefined,
      }),
    );
    expect(Object.fromEntries(metadata)).toMatchObject({
      'gemma3.attention.head_count': 8,
      'gemma3.attention.head_count_kv': 4,
      'gemma3.attention.key_length': 256,
      'gemma3.attention.scale': 1 / 16,
      'gemma3.attention.sliding_window': 4096,
      'gemma3.vocab_size': 262_208,
      'gemma3.context_length': 131_072,
      'gemma3.rope.freq_base': 1_000_000,
      'gemma3.rope.freq_base_swa': 10_000,
    });
  });

  test.each([
    ['rope_local_base_freq', { rope_local_base_freq: 777 }],
    [
      'rope_parameters of both kinds of layers',
      {
        rope_scaling: undefined,
        rope_local_base_freq: undefined,
        rope_theta: undefined,
        rope_parameters: {
          full_attention: { rope_type: 'linear', factor: 8, rope_theta: 1_000_000 },
          sliding_attention: { rope_type: 'default', rope_theta: 777 },
        },
      },
    ],
  ])('of Gemma 3 has the base of its local layers in %s', (_where, change) => {
    const { metadata } = readConfig(configOf('gemma3', change));
    expect(Object.fromEntries(metadata)).toMatchObject({
      'gemma3.rope.freq_base_swa': 777,
      'gemma3.rope.freq_base': 1_000_000,
      'gemma3.rope.scaling.type': 'linear',
      'gemma3.rope.scaling.factor': 8,
    });
  });

  test.each([
    [{ layer_types: layerTypes(1) }, [true, false, true, true]],
    [{ sliding_window_pattern: 3 }, 3],
    [{ _sliding_window_pattern: 2 }, 2],
    [{}, undefined],
  ])('of Gemma 3 with %o says which layers see a window', (change, pattern) => {
    const { metadata } = readConfig(configOf('gemma3', change));
    expect(metadata.get('gemma3.attention.sliding_window')).toBe(24);
    expect(metadata.get('gemma3.attention.sliding_window_pattern')).toEqual(pattern);
    expect(metadata.get('gemma3.context_length')).toBe(512);
  });

  test('of Ministral 3 stretches without getting louder, and says how its queries grow', () => {
    const { metadata } = readConfig(configOf('mistral3'));
    const attention = Number(metadata.get('mistral3.rope.scaling.attn_factor'));
    expect(attention * (1 + 0.1 * Math.log(16))).toBeCloseTo(1, 12);
    expect(metadata.get('mistral3.attention.temperature_scale')).toBe(Math.fround(0.1));
  });

  test.each([
    ['ministral3', 'mistral3'],
    ['mistral', 'llama'],
  ])('of a Mistral that sees and whose text is of %s is of %s', (model_type, architecture) => {
    const architectures = ['Mistral3ForConditionalGeneration'];
    // Only the former's queries grow with their position.
    const change = {
      architectures,
      text_config: { model_type },
      ...(architecture === 'llama' && { rope_parameters: null }),
    };
    expect(readConfig(configOf('mistral3', change)).metadata.get('general.architecture')).toBe(architecture);
  });

  test('of OLMo 3 has windows and YaRN, that of OLMo 2 has neither', () => {
    const yarn = { rope_type: 'yarn', factor: 8, original_max_position_embeddings: 64, attention_factor: 1.2079 };
    const three = { architectures: ['Olmo3ForCausalLM'], layer_types: layerTypes(3), rope_scaling: yarn };
    expect(Object.fromEntries(readConfig(configOf('olmo2', three)).metadata)).toMatchObject({
      'general.architecture': 'olmo2',
      'olmo2.attention.sliding_window': 4096,
      'olmo2.attention.sliding_window_pattern': [true, true, true, false],
      'olmo2.rope.scaling.type': 'yarn',
    });
    const two = [...readConfig(configOf('olmo2')).metadata.keys()];
    expect(two.filter((key) => key.includes('sliding'))).toEqual([]);
  });

  test('of StarCoder2 reads as far as its window', () => {
    expect(readConfig(configOf('starcoder2', { sliding_window: 128 })).metadata.get('starcoder2.context_length')).toBe(
      128,
    );
  });

  test('of Granite multiplies by 1 where it says nothing', () => {
    const none = ['embedding_multiplier', 'residual_multiplier', 'logits_scaling', 'attention_multiplier'];
    const { metadata } = readConfig(configOf('granite', Object.fromEntries(none.map((name) => [name, undefined]))));
    for (const key of ['embedding_scale', 'residual_scale', 'logit_scale', 'attention.scale'])
      expect(metadata.get(`granite.${key}`)).toBe(1);
  });

  test('of GPT-2 has an inner width of four times its own where it says none', () => {
    expect(readConfig(configOf('gpt2', { n_inner: null })).metadata.get('gpt2.feed_forward_length')).toBe(512);
  });

  test('of Phi-3 tells how loud a stretched context is from how far it was stretched', () => {
    const { rope_scaling } = twinConfig(model('phi3')) as { rope_scaling: object };
    const { metadata, ropeFactors } = readConfig(
      configOf('phi3', { rope_scaling: { ...rope_scaling, attention_factor: undefined } }),
    );
    expect(metadata.get('phi3.rope.scaling.attn_factor')).toBe(Math.sqrt(1 + Math.log(2) / Math.log(256)));
    expect([...ropeFactors.keys()]).toEqual(['rope_factors_long.weight', 'rope_factors_short.weight']);
    // Eight pairs turn: half of a head of 32.
    expect([...ropeFactors.values()].map((factors) => factors.length)).toEqual([8, 8]);
  });

  const longrope = (change: object) => {
    const { rope_scaling } = twinConfig(model('phi3')) as { rope_scaling: object };
    return { rope_scaling: { ...rope_scaling, ...change } };
  };
  const BAD: readonly (readonly [
    what: string,
    architecture: ArchitectureName,
    change: Record<string, unknown>,
    code: ErrorCode,
    message: RegExp,
  ])[] = [
    ['GELU in SmolLM3', 'smollm3', { hidden_act: 'gelu' }, 'FileUnsupported', /silu, got "gelu"/],
    ['other layers that do not turn', 'smollm3', { no_rope_layers: [1, 0, 1, 0] }, 'FileUnsupported', /layer 1 of/],
    ['fewer of them', 'smollm3', { no_rope_layers: null, no_rope_layer_interval: 6 }, 'FileUnsupported', /every 6/],
    ['such layers as text', 'smollm3', { no_rope_layers: 'none' }, 'FileMalformed', /"no_rope_layers".*an array/],
    [
      'windows that the family does not know',
      'smollm3',
      { layer_types: layerTypes(3), use_sliding_window: true, sliding_window: 64 },
      'FileUnsupported',
      /Windows in some layers/,
    ],
    ['a multiplier of zero', 'granite', { residual_multiplier: 0 }, 'FileMalformed', /"residual_multiplier".*above 0/],
    ['a multiplier as text', 'granite', { logits_scaling: '16' }, 'FileMalformed', /"logits_scaling".*got "16"/],
    ['SiLU in Gemma', 'gemma', { hidden_activation: 'silu' }, 'FileUnsupported', /gelu_pytorch_tanh.*got "silu"/],
    ['a scale of zero', 'gemma2', { query_pre_attn_scalar: 0 }, 'FileMalformed', /"query_pre_attn_scalar"/],
    ['a soft cap below zero', 'gemma2', { attn_logit_softcapping: -50 }, 'FileMalformed', /"attn_logit_softcapping"/],
    ['a soft cap on scores', 'gemma3', { attn_logit_softcapping: 50 }, 'FileUnsupported', /soft cap on scores/],
    ['a period of zero', 'gemma3', { sliding_window_pattern: 0 }, 'FileMalformed', /"sliding_window_pattern"/],
    [
      'local layers that stretch',
      'gemma3',
      { rope_parameters: { full_attention: {}, sliding_attention: { rope_type: 'linear', factor: 2 } } },
      'FileUnsupported',
      /with a window that stretch/,
    ],
    [
      'local layers of an OLMo that turn by another base',
      'olmo2',
      {
        architectures: ['Olmo3ForCausalLM'],
        rope_parameters: { full_attention: { rope_theta: 500_000 }, sliding_attention: { rope_theta: 10_000 } },
      },
      'FileUnsupported',
      /a base of their own/,
    ],
    [
      'longrope without lists',
      'phi3',
      longrope({ long_factor: undefined }),
      'FileMalformed',
      /"rope_scaling\.long_factor".*an array, got nothing/,
    ],
    ['longrope with a short list', 'phi3', longrope({ short_factor: [1] }), 'FileMalformed', /8 numbers, got 1/],
    [
      'longrope with a factor of zero',
      'phi3',
      longrope({ short_factor: Array(8).fill(0) }),
      'FileMalformed',
      /above 0/,
    ],
    ['longrope of nothing', 'phi3', { original_max_position_embeddings: null }, 'FileMalformed', /"original_max_pos/],
    ['heads that turn by more than all', 'phi3', { partial_rotary_factor: 2 }, 'FileMalformed', /an even part of 32/],
    ['heads that turn by one value', 'phi3', { partial_rotary_factor: 0.04 }, 'FileMalformed', /an even part of 32/],
    ['StarCoder2 without biases', 'starcoder2', { use_bias: false }, 'FileUnsupported', /"use_bias".*true, got false/],
    [
      'exact GELU',
      'starcoder2',
      { hidden_act: 'gelu' },
      'FileUnsupported',
      /gelu_pytorch_tanh or gelu_new, got "gelu"/,
    ],
    ['no epsilon that is above zero', 'starcoder2', { norm_epsilon: 0 }, 'FileMalformed', /above 0, got 0/],
    ['ReLU in GPT-2', 'gpt2', { activation_function: 'relu' }, 'FileUnsupported', /got "relu"/],
    [
      'scores scaled by layer',
      'gpt2',
      { scale_attn_by_inverse_layer_idx: true },
      'FileUnsupported',
      /inverse_layer_idx/,
    ],
    ['scores that are not scaled', 'gpt2', { scale_attn_weights: false }, 'FileUnsupported', /"scale_attn_weights"/],
    ['attention to another text', 'gpt2', { add_cross_attention: true }, 'FileUnsupported', /"add_cross_attention"/],
    [
      'another text in a Mistral that sees',
      'mistral3',
      { architectures: ['Mistral3ForConditionalGeneration'], text_config: { model_type: 'qwen3' } },
      'FileUnsupported',
      /"Mistral3ForConditionalGeneration"/,
    ],
    ['norms of q and k', 'phi2', { qk_layernorm: true }, 'FileUnsupported', /"qk_layernorm".*false, got true/],
    ['ReLU in Phi-2', 'phi2', { hidden_act: 'relu' }, 'FileUnsupported', /got "relu"/],
    [
      'blocks as text',
      'gptneox',
      { use_parallel_residual: 'yes' },
      'FileMalformed',
      /"use_parallel_residual".*true or false/,
    ],
    ['no biases', 'gptneox', { attention_bias: false }, 'FileUnsupported', /"attention_bias".*true, got false/],
    ['a direction as text', 'stablelm', { is_causal: 'no' }, 'FileMalformed', /"is_causal".*true or false, got "no"/],
    ['ReLU in BERT', 'bert', { hidden_act: 'relu' }, 'FileUnsupported', /gelu, got "relu"/],
    [
      'relative positions',
      'bert',
      { position_embedding_type: 'relative_key' },
      'FileUnsupported',
      /"absolute", got "rel/,
    ],
    ['positions of a number', 'bert', { position_embedding_type: 1 }, 'FileMalformed', /"position_embedding_type"/],
    ['BERT that writes', 'bert', { is_decoder: true }, 'FileUnsupported', /"is_decoder".*false, got true/],
    ['another text to look at', 'bert', { add_cross_attention: true }, 'FileUnsupported', /"add_cross_attention"/],
    ['no positions', 'bert', { max_position_embeddings: 0 }, 'FileMalformed', /"max_position_embeddings".*got 0/],
    ['GELU in Nomic BERT', 'nomic-bert', { activation_function: 'gelu' }, 'FileUnsupported', /swiglu, got "gelu"/],
    ['norms before', 'nomic-bert', { prenorm: true }, 'FileUnsupported', /"prenorm".*false, got true/],
    ['biases of q, k and v', 'nomic-bert', { qkv_proj_bias: true }, 'FileUnsupported', /"qkv_proj_bias"/],
    [
      'pairs side by side',
      'nomic-bert',
      { rotary_emb_interleaved: true },
      'FileUnsupported',
      /"rotary_emb_interleaved"/,
    ],
    ['heads that turn in part', 'nomic-bert', { rotary_emb_fraction: 0.5 }, 'FileUnsupported', /expected 1, got 0\.5/],
    ['fading scores', 'nomic-bert', { rotary_emb_scale_base: 512 }, 'FileUnsupported', /rotary_emb_scale_base/],
    ['no training', 'nomic-bert', { max_trained_positions: 0 }, 'FileMalformed', /"max_trained_positions"/],
    ['no layers', 'gpt2', { n_layer: null }, 'FileMalformed', /"num_hidden_layers"/],
    [
      'a quantized model',
      'gemma3',
      { quantization_config: { quant_method: 'bnb' } },
      'FileUnsupported',
      /quantized in/,
    ],
  ];

  it.each(BAD)('with %s is refused', async (_what, architecture, change, code, message) => {
    expect(await outcome(() => readConfig(configOf(architecture, change)))).toEqual([
      code,
      expect.stringMatching(message),
    ]);
  });
});
