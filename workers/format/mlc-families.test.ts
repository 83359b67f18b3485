/** MLC folders of the families that have other modules and norms than Llama's, against GGUF files of the same weights. */
import { describe, expect, it } from 'vitest';
import { jsonFile } from '../../tools/testing/hugging-face-twin.ts';
import { mlcConfig, mlcShards, mlcTensors, mlcTwin, withoutLowestCode } from '../../tools/testing/mlc-twin.ts';
import { randomModel, type RandomModel } from '../../tools/testing/random-model.ts';
import { writeGguf } from '../../tools/testing/write-gguf.ts';
import { outcome } from '../../tools/testing/outcome.ts';
import { type ErrorCode } from '../protocol/errors.ts';
import { bytesSource } from '../source/bytes-source.ts';
import type { ArchitectureName } from './architecture-names.ts';
import { poolingOf } from './embedding-model.ts';
import { readGguf } from './gguf.ts';
import { mlcModelFile } from './mlc-model-file.ts';
import { readMlc } from './mlc.ts';
import type { ModelFile } from './model-file.ts';

const SIZES = { layers: 2, embedding: 64, feedForward: 96, heads: 4, kvHeads: 2 } as const;

describe('families', () => {
  const bytesOf = async ({ tensors, source }: ModelFile, name: string) => {
    const { byteOffset, byteLength } = tensors.get(name)!;
    return source.read(byteOffset, byteLength);
  };
  const family = (architecture: ArchitectureName): RandomModel =>
    withoutLowestCode(
      randomModel({
        ...SIZES,
        architecture,
        type: 'Q4_0',
        kvHeads: ['gptneox', 'gpt2', 'bert'].includes(architecture) ? 4 : 2,
      }),
    );

  it.each(['olmo2', 'gemma', 'gemma2', 'gemma3', 'phi2', 'stablelm', 'starcoder2'] as const)(
    '%s has the bytes of GGUF',
    async (architecture) => {
      const random = family(architecture);
      const gguf = await readGguf(bytesSource(writeGguf(random)));
      const file = mlcModelFile(await readMlc(mlcTwin(random, 'q4f16_1', 3)));
      expect([...file.tensors.keys()].sort()).toEqual([...gguf.tensors.keys()].sort());
      for (const name of gguf.tensors.keys())
        expect(Buffer.compare(await bytesOf(file, name), await bytesOf(gguf, name)), name).toBe(0);
    },
  );

  it.each([
    ['q0f32', 'F32'],
    ['q0f16', 'F16'],
    ['q4f16_1', 'Q4_0'],
    ['q4f16_0', 'Q4_0'],
  ] as const)('bert in %s has the bytes of GGUF, and the first token’s state', async (quantization, type) => {
    const random = withoutLowestCode(randomModel({ ...SIZES, kvHeads: 4, architecture: 'bert', type }));
    const gguf = await readGguf(bytesSource(writeGguf(random)));
    const file = mlcModelFile(await readMlc(mlcTwin(random, quantization, 3)));
    expect([...file.tensors.keys()].sort()).toEqual([...gguf.tensors.keys()].sort());
    for (const { name, type, shape } of gguf.tensors.values()) {
      expect(file.tensors.get(name)).toMatchObject({ type, shape });
      expect(Buffer.compare(await bytesOf(file, name), await bytesOf(gguf, name)), name).toBe(0);
    }
    for (const key of ['context_length', 'attention.layer_norm_epsilon', 'attention.head_count', 'pooling_type'])
      expect(Math.fround(Number(file.metadata.get(`bert.${key}`))), key).toBe(gguf.metadata.get(`bert.${key}`));
    expect(poolingOf(file, 'bert')).toBe('first');
  });

  it('phi3 has its fused tensors apart, and the factors of its rotation', async () => {
    const random = family('phi3');
    const gguf = await readGguf(bytesSource(writeGguf(random)));
    const file = mlcModelFile(await readMlc(mlcTwin(random, 'q4f16_1')));
    for (const [fused, parts] of [
      ['attn_qkv', ['attn_q', 'attn_k', 'attn_v']],
      ['ffn_up', ['ffn_gate', 'ffn_up']],
    ] as const) {
      const together = await Promise.all(parts.map((part) => bytesOf(file, `blk.1.${part}.weight`)));
      expect(Buffer.compare(Buffer.concat(together), await bytesOf(gguf, `blk.1.${fused}.weight`)), fused).toBe(0);
    }
    for (const name of ['rope_factors_long.weight', 'rope_factors_short.weight', 'output_norm.weight'])
      expect(Buffer.compare(await bytesOf(file, name), await bytesOf(gguf, name)), name).toBe(0);
    expect(file.metadata.get('phi3.rope.dimension_count')).toBe(gguf.metadata.get('phi3.rope.dimension_count'));
  });

  it('gptneox has its fused tensor apart, weights and biases', async () => {
    const random = family('gptneox');
    const gguf = await readGguf(bytesSource(writeGguf(random)));
    const file = mlcModelFile(await readMlc(mlcTwin(random, 'q4f16_1')));
    for (const kind of ['weight', 'bias']) {
      const together = await Promise.all(['q', 'k', 'v'].map((part) => bytesOf(file, `blk.1.attn_${part}.${kind}`)));
      expect(Buffer.compare(Buffer.concat(together), await bytesOf(gguf, `blk.1.attn_qkv.${kind}`)), kind).toBe(0);
    }
    expect(file.metadata.get('gptneox.use_parallel_residual')).toBe(true);
    expect(file.metadata.get('gptneox.rope.freq_base')).toBe(10_000);
  });

  it('gpt2 has its fused tensor apart, and its positions', async () => {
    const random = family('gpt2');
    const gguf = await readGguf(bytesSource(writeGguf(random)));
    const file = mlcModelFile(await readMlc(mlcTwin(random, 'q4f16_0')));
    for (const kind of ['weight', 'bias']) {
      const together = await Promise.all(['q', 'k', 'v'].map((part) => bytesOf(file, `blk.1.attn_${part}.${kind}`)));
      expect(Buffer.compare(Buffer.concat(together), await bytesOf(gguf, `blk.1.attn_qkv.${kind}`)), kind).toBe(0);
    }
    const rest = [...gguf.tensors.keys()].filter((name) => !name.includes('attn_qkv'));
    expect(rest).toContain('position_embd.weight');
    for (const name of rest) expect(Buffer.compare(await bytesOf(file, name), await bytesOf(gguf, name)), name).toBe(0);
    expect(file.tensors.size).toBe(rest.length + 12);
    expect(file.metadata.get('gpt2.context_length')).toBe(1024);
    expect(file.metadata.get('gpt2.feed_forward_length')).toBe(96);
  });

  it('phi2 may have the names of its first files', async () => {
    const random = family('phi2');
    const whole = mlcConfig(random, 'q4f16_1');
    const sizes = whole['model_config'] as Record<string, number>;
    const model_config = {
      model_type: 'phi-msft',
      vocab_size: sizes['vocab_size'],
      n_positions: 1024,
      n_embd: 64,
      n_layer: 2,
      n_head: 4,
      n_head_kv: 2,
      n_inner: 96,
      rotary_dim: 8,
      layer_norm_epsilon: 1e-5,
      position_embedding_base: 0,
      context_window_size: 1024,
    };
    const config = jsonFile('mlc-chat-config.json', { ...whole, model_type: 'phi-msft', model_config });
    const { metadata } = mlcModelFile(await readMlc(mlcTwin(random, 'q4f16_1').toSpliced(0, 1, config)));
    expect(Object.fromEntries(metadata)).toMatchObject({
      'phi2.block_count': 2,
      'phi2.embedding_length': 64,
      'phi2.feed_forward_length': 96,
      'phi2.rope.dimension_count': 8,
      'phi2.rope.freq_base': 10_000,
      'phi2.attention.layer_norm_epsilon': 1e-5,
    });
  });

  it.each([
    ['phi2', 'lm_head.linear.bias'],
    ['phi2', 'transformer.h.1.mixer.Wqkv.bias'],
    ['stablelm', 'model.layers.0.self_attn.qkv_proj.bias'],
    ['gptneox', 'gpt_neox.layers.0.attention.query_key_value.bias'],
    ['gptneox', 'gpt_neox.layers.0.mlp.dense_h_to_4h.bias'],
    ['stablelm', 'model.norm.bias'],
    ['starcoder2', 'model.layers.1.self_attn.wqkv_pack.bias'],
    ['starcoder2', 'lm_head.q_weight'],
    ['gpt2', 'transformer.h.0.mlp.c_proj.bias'],
    ['gpt2', 'transformer.wpe.q_weight'],
    ['bert', 'embeddings.token_type_embeddings.q_weight'],
    ['bert', 'embeddings.LayerNorm.bias'],
    ['bert', 'encoder.layer.1.attention.self.qkv.bias'],
    ['bert', 'encoder.layer.0.output.LayerNorm.weight'],
  ] as const)('%s misses %s', async (architecture, name) => {
    const random = family(architecture);
    const tensors = mlcTensors(random).filter((tensor) => tensor.name !== name);
    const { list, files } = mlcShards(tensors, 5);
    const config = jsonFile('mlc-chat-config.json', mlcConfig(random, 'q4f16_1'));
    const [code, message] = await outcome(() => readMlc([config, jsonFile('tensor-cache.json', list), ...files]));
    expect(code).toBe('TensorMissing');
    expect(message).toContain(JSON.stringify(name));
  });

  it('gemma3 keeps what is of text apart, with fields that MLC did not expect, and 0 for no scaling', async () => {
    const random = family('gemma3');
    const whole = mlcConfig(random, 'q4f16_1');
    const { text_config } = whole['model_config'] as { text_config: Record<string, unknown> };
    const { num_hidden_layers, ...text } = text_config;
    const kwargs = { num_hidden_layers, max_position_embeddings: 777 };
    const model_config = { text_config: { ...text, rope_scaling: 0, kwargs }, context_window_size: -1 };
    const config = jsonFile('mlc-chat-config.json', { ...whole, model_type: 'gemma3_text', model_config });
    const { metadata } = mlcModelFile(await readMlc(mlcTwin(random, 'q4f16_1').toSpliced(0, 1, config)));
    expect(metadata.get('gemma3.block_count')).toBe(2);
    expect(metadata.get('gemma3.context_length')).toBe(777);
    expect(metadata.get('gemma3.attention.sliding_window')).toBe(24);
    expect(metadata.has('gemma3.rope.scaling.factor')).toBe(false);
  });

  it.each<readonly [string, ArchitectureName, Record<string, unknown>, ErrorCode, RegExp]>([
    ['norms of other heads', 'gemma3', { num_key_value_heads: 4 }, 'ShapeMismatch', /k_proj/],
    ['another length of rows', 'olmo2', { intermediate_size: 32 }, 'ShapeMismatch', /mlp\.gate_up_proj/],
    ['another activation', 'gemma2', { hidden_activation: 'relu' }, 'FileUnsupported', /got "relu"/],
    ['norms of each head', 'stablelm', { qk_layernorm: true }, 'FileUnsupported', /got qk_layernorm/],
    [
      'scores scaled by layer',
      'gpt2',
      { scale_attn_by_inverse_layer_idx: true },
      'FileUnsupported',
      /inverse_layer_idx/,
    ],
    ['fewer positions than there are', 'gpt2', { context_window_size: 512 }, 'ShapeMismatch', /wpe.*512×.*1024×/],
    ['no biases', 'starcoder2', { use_bias: false }, 'FileUnsupported', /"use_bias"/],
    ['another number of positions', 'bert', { context_window_size: 512 }, 'ShapeMismatch', /position_embeddings/],
    ['positions of another kind', 'bert', { position_embedding_type: 'alibi' }, 'FileUnsupported', /got "alibi"/],
    ['a missing layer', 'phi3', { num_hidden_layers: 3 }, 'TensorMissing', /transformer\.h\.2\.mixer\.qkv_proj/],
  ])('refuse %s', async (_what, architecture, change, code, message) => {
    const random = family(architecture);
    const { model_config: sizes, ...rest } = mlcConfig(random, 'q4f16_1') as { model_config: Record<string, unknown> };
    const { text_config } = sizes;
    const model_config = text_config ? { text_config: { ...text_config, ...change } } : { ...sizes, ...change };
    const config = jsonFile('mlc-chat-config.json', { ...rest, model_config });
    const files = mlcTwin(random, 'q4f16_1').toSpliced(0, 1, config);
    expect(await outcome(() => readMlc(files))).toEqual([code, expect.stringMatching(message)]);
  });
});
