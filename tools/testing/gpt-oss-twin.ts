/**
 * A random gpt-oss model written as the folder that OpenAI's is: experts in blocks and scales apart, each one's gate and up
 * rows in turn, weights of neighbours in one byte.
 */
import type { NamedSource } from '../../workers/source/byte-source.ts';
import { bytesSource } from '../../workers/source/bytes-source.ts';
import { huggingFaceName, jsonFile, twinConfig } from './hugging-face-twin.ts';
import { type RandomModel, randomModel, type RandomModelOptions } from './random-model.ts';
import { type SafetensorToWrite, writeSafetensors } from './write-safetensors.ts';

const BLOCK_BYTES = 17;

/** A model whose experts are MXFP4 and whose other matrices are BF16, as the published one's. */
export function randomGptOss(options: RandomModelOptions): RandomModel {
  const plain = randomModel({ ...options, architecture: 'gpt-oss', type: 'BF16' });
  const small = randomModel({ ...options, architecture: 'gpt-oss', type: 'MXFP4' });
  const tensors = plain.tensors.map((tensor) =>
    /_exps\.weight$/.test(tensor.name) ? small.tensors.find(({ name }) => name === tensor.name)! : tensor,
  );
  return { ...plain, tensors };
}

/** Rows of both in turn, so many bytes each. */
function inTurn(first: Uint8Array, second: Uint8Array, rowBytes: number): Uint8Array {
  const bytes = new Uint8Array(2 * first.length);
  for (let at = 0; at < first.length; at += rowBytes) {
    bytes.set(first.subarray(at, at + rowBytes), 2 * at);
    bytes.set(second.subarray(at, at + rowBytes), 2 * at + rowBytes);
  }
  return bytes;
}

/** GGUF's blocks (experts, rows, columns) → the checkpoint's two tensors. */
function blocksAndScales(stem: string, shape: readonly number[], bytes: Uint8Array): SafetensorToWrite[] {
  const [experts, rows, columns] = shape as [number, number, number];
  const count = bytes.length / BLOCK_BYTES;
  const scales = new Uint8Array(count);
  const blocks = new Uint8Array(count * 16);
  for (let block = 0; block < count; block++) {
    scales[block] = bytes[block * BLOCK_BYTES]!;
    for (let i = 0; i < 32; i++) {
      const pair = bytes[block * BLOCK_BYTES + 1 + (i % 16)]!;
      blocks[block * 16 + (i >> 1)]! |= (i < 16 ? pair & 15 : pair >> 4) << (4 * (i & 1));
    }
  }
  const groups = columns / 32;
  return [
    { name: `${stem}_blocks`, dtype: 'U8', shape: [experts, rows, groups, 16], bytes: blocks },
    { name: `${stem}_scales`, dtype: 'U8', shape: [experts, rows, groups], bytes: scales },
  ];
}

/** The tensors of the twin. */
export function gptOssTensors({ tensors }: RandomModel): SafetensorToWrite[] {
  return tensors.flatMap((tensor) => {
    const { name, bytes } = tensor;
    const shape = tensor.shape.map(Number);
    const dtype = String(tensor.type);
    const [, layer, part = '', kind] = /^blk\.(\d+)\.(\w+)\.(weight|bias)$/.exec(name) ?? [];
    const stem = `model.layers.${layer}`;
    const [experts, rows, columns] = shape;
    switch (part) {
      case 'ffn_up_exps':
        return [];
      case 'ffn_gate_exps': {
        const up = tensors.find((other) => other.name === name.replace('gate', 'up'))!;
        const both = inTurn(bytes, up.bytes, bytes.length / (experts! * rows!));
        const gateUp = `${stem}.mlp.experts.gate_up_proj`;
        return columns === undefined
          ? [{ name: `${gateUp}_bias`, dtype, shape: [experts!, 2 * rows!], bytes: both }]
          : blocksAndScales(gateUp, [experts!, 2 * rows!, columns], both);
      }
      case 'ffn_down_exps': {
        const down = `${stem}.mlp.experts.down_proj`;
        return columns === undefined
          ? [{ name: `${down}_bias`, dtype, shape, bytes }]
          : blocksAndScales(down, shape, bytes);
      }
      case 'attn_sinks':
        return [{ name: `${stem}.self_attn.sinks`, dtype, shape, bytes }];
      case 'ffn_gate_inp':
        return [{ name: `${stem}.mlp.router.${kind}`, dtype, shape, bytes }];
      case 'post_attention_norm':
        return [{ name: `${stem}.post_attention_layernorm.weight`, dtype, shape, bytes }];
      default:
        return [{ name: huggingFaceName(name, 'gpt-oss'), dtype, shape, bytes }];
    }
  });
}

/** `config.json` of the twin. */
export function gptOssConfig(model: RandomModel): Record<string, unknown> {
  const { num_experts, ...sizes } = twinConfig(model);
  return {
    ...sizes,
    architectures: ['GptOssForCausalLM'],
    head_dim: 64,
    num_local_experts: num_experts,
    intermediate_size: 224,
    attention_bias: true,
    sliding_window: 24,
    swiglu_limit: 7,
    layer_types: ['sliding_attention', 'full_attention'],
    rope_theta: 150_000,
    rope_scaling: { rope_type: 'yarn', factor: 4, original_max_position_embeddings: 64, beta_fast: 32, beta_slow: 1 },
    quantization_config: { quant_method: 'mxfp4' },
  };
}

/** The folder of these tensors. */
export function gptOssFolder(
  tensors: readonly SafetensorToWrite[],
  config: Readonly<Record<string, unknown>>,
): NamedSource[] {
  const weights = { ...bytesSource(writeSafetensors(tensors)), fileName: 'model.safetensors' };
  return [jsonFile('config.json', config), weights];
}
