/** Known answers of attention: over a cache that is filled, and of a decoded token that is normed, turned and stored on the way. */
import { attentionDecodeReference } from '../../shaders/attention-decode.ref.ts';
import { attentionDecode } from '../../shaders/attention-decode.ts';
import { attentionReference } from '../../shaders/attention.ref.ts';
import { attention } from '../../shaders/attention.ts';
import type { Variant } from '../../shaders/kernel.ts';
import type { Gpu } from './gpu.ts';
import { compare, values } from './known-answers.ts';
import type { PipelineCache } from './pipeline-cache.ts';
import { runOnce } from './run-once.ts';

const HEAD_DIM = 32;
const SIZES = { heads: 4, kvHeads: 2, headDim: HEAD_DIM, scale: HEAD_DIM ** -0.5 };
/** Positions that the caches hold: two blocks. */
const CAPACITY = 128;
/** The token's own position lies in the second of two splits. */
const SPLITS = { splitUnit: 64, mostSplits: 2 };
const POSITION = 79;

/** Checks both kernels in one variant. Rejects with `GpuWrongResult`. */
export async function checkAttention(gpu: Gpu, pipelines: PipelineCache, variant: Variant): Promise<void> {
  const qkv = values((SIZES.heads + 2 * SIZES.kvHeads) * HEAD_DIM);
  const kCache = values(CAPACITY * SIZES.kvHeads * HEAD_DIM);
  const vCache = kCache.toReversed() as Float32Array<ArrayBuffer>;
  const inCache = variant.real === 'f16' ? halves : (exact: Float32Array<ArrayBuffer>) => exact;
  const extent = { tokens: 1, kvLength: POSITION + 1 };
  const common = { qkv, k_cache: inCache(kCache), v_cache: inCache(vCache), step: Uint32Array.of(POSITION, 1, 0, 0) };

  const shape = { ...SIZES, ...SPLITS, stride: qkv.length };
  const expected = attentionReference(shape, { qkv, kCache, vCache }, POSITION, 1);
  const data = { ...common, partials: 4 * expected.length };
  const result = await runOnce(gpu, pipelines, { kernel: attention, shape, variant, extent, data, output: 'partials' });
  compare(attention.name, new Float32Array(result), expected);

  const headNorm = { epsilon: 1e-5 };
  const decodeShape = { ...SIZES, ...SPLITS, rotaryDim: HEAD_DIM / 2, pairing: 'halves', headNorm } as const;
  const table = values(CAPACITY * decodeShape.rotaryDim);
  const normWeight = values(2 * HEAD_DIM);
  const decoded = attentionDecodeReference(
    decodeShape,
    { qkv, table, normWeight, kCache: Float64Array.from(kCache), vCache: Float64Array.from(vCache) },
    POSITION,
  );
  const decodeResult = await runOnce(gpu, pipelines, {
    ...{ kernel: attentionDecode, shape: decodeShape, variant, extent, output: 'partials' },
    data: { ...data, table, norm_weight: normWeight },
  });
  compare(attentionDecode.name, new Float32Array(decodeResult), decoded);
}

/** The bits of values that f16 holds exactly, two in a word. */
function halves(exact: Float32Array<ArrayBuffer>): Uint32Array<ArrayBuffer> {
  const half = (bits: number): number => {
    const exponent = ((bits >>> 23) & 0xff) - 112; // both biases: 127 − 15
    return bits << 1 === 0 ? 0 : ((bits >>> 16) & 0x8000) | (exponent << 10) | ((bits >>> 13) & 0x3ff);
  };
  const bits = new Uint32Array(exact.buffer);
  return Uint32Array.from({ length: bits.length / 2 }, (_, i) => half(bits[2 * i]!) | (half(bits[2 * i + 1]!) << 16));
}
