/**
 * Ops that a model's forward code is written in. Each checks its shapes once, chooses kernels for the two ways a step
 * runs, and records them; nothing runs here.
 *
 * A step is either decode (one token, matrix × vector, norms fused into the product that reads them) or prefill (a chunk
 * of tokens, matrix × matrix). The body fills the KV cache; the head turns the last token into logits, or a text's tokens
 * into one embedding.
 */
import { attention } from '../../shaders/attention.ts';
import { attentionCombine } from '../../shaders/attention-combine.ts';
import { embed, type EmbedShape } from '../../shaders/embed.ts';
import { headNorm, type NormSegments } from '../../shaders/head-norm.ts';
import { type Kernel, roundUp, rowStride, STEP_BYTES, type Variant } from '../../shaders/kernel.ts';
import { layerNorm } from '../../shaders/layer-norm.ts';
import { matmul } from '../../shaders/matmul.ts';
import { type LinearShape, matvec } from '../../shaders/matvec.ts';
import { pool, type PoolShape } from '../../shaders/pool.ts';
import { rmsNorm } from '../../shaders/rms-norm.ts';
import { rope, type RopeShape } from '../../shaders/rope.ts';
import { type Gpu, USAGE } from '../gpu/gpu.ts';
import type { PipelineCache } from '../gpu/pipeline-cache.ts';
import type { Step } from '../gpu/recorder.ts';
import { EngineError } from '../protocol/errors.ts';
import type { Matrix } from './matrix.ts';
import { MemoryPlan, Slot } from './slot.ts';

/** Rows of activations: (tokens, dim) f32, each row padded to a multiple of 32 floats that stay zero. */
export interface Activation {
  readonly slot: Slot;
  readonly dim: number;
  readonly stride: number;
}

/** A norm's weight (dim) and its epsilon: a root-mean-square norm, or with a bias (dim) a layer norm. */
export interface Norm {
  readonly weight: Slot;
  readonly bias?: Slot;
  readonly epsilon: number;
}

/** One product of a linear op: its matrix, an optional bias (rows), and where its rows begin in the output. */
export interface LinearPart {
  readonly matrix: Matrix;
  readonly bias: Slot | null;
  readonly firstRow: number;
}

/** How attention is laid out; the same for every layer of a model. */
export interface AttentionLayout {
  readonly heads: number;
  readonly kvHeads: number;
  readonly headDim: number;
  readonly contextLength: number;
}

/** How queries and keys turn with their position. */
export interface Rotation {
  /** (contextLength, dim / 2) pairs of cosine and sine. */
  readonly table: Slot;
  /** Values of a head that turn, from its start. */
  readonly dim: number;
  readonly pairing: RopeShape['pairing'];
}

/** What scores go through; absent, they are q·k / √headDim over all positions so far. */
export interface ScoreOptions {
  /** Multiplies q·k. */
  readonly scale?: number | undefined;
  /** Whether a token sees only itself and what is before it (default), or all of its step, which then is a whole text. */
  readonly causal?: boolean | undefined;
  /** Positions that a token sees, its own included; causal only. */
  readonly window?: number | undefined;
  /** Scores become softcap · tanh(score / softcap). */
  readonly softcap?: number | undefined;
  /** (heads): a score of each head that takes its share of the softmax and adds nothing (attention sinks). */
  readonly sinks?: Slot | undefined;
}

/** A linear op: output (tokens, rows) ← epilogue of W · norm(input) + bias. */
export interface LinearOp extends Pick<LinearShape, 'activation' | 'scale' | 'softcap'> {
  readonly input: Activation;
  readonly parts: readonly LinearPart[];
  readonly output: Activation;
  readonly norm?: Norm | undefined;
  /** Default `store`. */
  readonly epilogue?: LinearShape['epilogue'];
  /** Computes the step's last token alone, into row 0. */
  readonly lastToken?: boolean;
}

/** One layer's cache: K and V, each (kvHeads, contextLength, headDim) of the variant's `real`. */
export interface LayerCache {
  readonly keys: Slot;
  readonly values: Slot;
}

/** The recorded steps of a model. */
export interface Program {
  readonly decode: { readonly body: readonly Step[]; readonly head: readonly Step[] };
  readonly prefill: { readonly body: readonly Step[]; readonly head: readonly Step[] };
}

/** The two ways that a step runs. */
export type Way = 'decode' | 'prefill';
type Recorded = (cache: PipelineCache) => Promise<Step>;

/** Decode splits the KV range into at most this many parts, one workgroup each. */
const MAX_SPLITS = 32;

/** Tokens for which one thread keeps sums when there are no tiles: a block is dequantised once for all of them. */
const TOKENS_PER_THREAD = 8;

/** Collects the ops of one model on one device. */
export class Graph {
  readonly memory = new MemoryPlan();
  /** Token ids of the sequence by position: (contextLength + 1) u32; the last is a sampled one. */
  readonly tokens: Slot;
  /** The uniform `Step`. */
  readonly step: Slot;
  readonly variant: Variant;
  /** Tokens in the largest prefill chunk. */
  readonly chunkTokens: number;
  /** Bytes of weights that a decoded token reads: every matrix of a product, and no table that only one row is taken of. */
  decodeWeightBytes = 0;
  readonly #gpu: Gpu;
  readonly #recorded: Record<Way, { body: Recorded[]; head: Recorded[] }> = {
    decode: { body: [], head: [] },
    prefill: { body: [], head: [] },
  };
  readonly #sharedSlots = new Map<string, Slot>();
  #part: 'body' | 'head' = 'body';
  /** Bound where a kernel's optional input is absent. */
  readonly nothing: Slot;

  constructor(gpu: Gpu, variant: Variant, contextLength: number, chunkTokens: number) {
    this.#gpu = gpu;
    this.variant = variant;
    this.chunkTokens = chunkTokens;
    this.tokens = this.memory.add(
      new Slot('tokens', 4 * (contextLength + 1), 'scratch', USAGE.storage | USAGE.copyTarget | USAGE.copySource),
    );
    this.step = this.memory.add(new Slot('step', STEP_BYTES, 'scratch', USAGE.uniform | USAGE.copyTarget));
    this.nothing = this.memory.add(new Slot('nothing', 16, 'scratch'));
  }

  /** Whether prefill multiplies by tiles: where barriers are not dear. */
  get tiles(): boolean {
    return this.variant.reduction !== 'thread';
  }

  /** Plans rows of activations for a whole chunk, or for one token. */
  activation(label: string, dim: number, tokens = this.chunkTokens): Activation {
    const stride = rowStride(dim);
    const usage = USAGE.storage | USAGE.copyTarget | USAGE.copySource;
    return { slot: this.memory.add(new Slot(label, 4 * tokens * stride, 'scratch', usage)), dim, stride };
  }

  /** output (tokens, dim) = scale · rows of `table` (vocabulary, dim) chosen by the ids at the step's positions. */
  embed(table: Matrix, output: Activation, scale = 1): void {
    this.#embed(table, output, { scale });
  }

  /** output (tokens, dim) += rows of `table` (contextLength, dim) chosen by the step's positions. */
  addPositions(table: Matrix, output: Activation): void {
    this.#embed(table, output, { row: 'position' });
  }

  /** output (tokens, dim) += the first row of `table` (rows, dim), for every token. */
  addFirstRow(table: Matrix, output: Activation): void {
    this.#embed(table, output, { row: 'first' });
  }

  #embed(table: Matrix, output: Activation, options: Pick<EmbedShape, 'scale' | 'row'>): void {
    checkDim('embedding', table.columns, output.dim);
    for (const { firstRow, rows, quants, scales } of table.shards) {
      const shape = { type: table.type, dim: table.columns, rows, firstRow, ...options };
      const buffers = { quants, scales, tokens: this.tokens, x: output.slot, step: this.step };
      this.recordBoth(embed, shape, buffers);
    }
  }

  /**
   * output (tokens, rows) ← W · norm(input) + bias.
   *
   * `add` adds to the output (the residual stream); `glu` expects gate and up rows interleaved and halves them; `gate` is
   * act(output) times the product, in place, for files whose gate and up have different types; `activate` is act of the
   * product. `scale` and `softcap` are those of `LinearShape`.
   */
  linear(op: LinearOp): void {
    const { input, norm, lastToken = false } = op;
    if (norm?.bias) {
      const normed = this.normed(input, norm);
      for (const way of ['decode', 'prefill'] as const) this.#recordLinear(way, op, normed, null);
      return;
    }
    this.#recordLinear('decode', op, input, norm ?? null);
    if (lastToken || !norm) {
      this.#recordLinear('prefill', op, input, norm ?? null);
      return;
    }
    // Over a chunk a norm of its own is cheaper than one in every row of the product.
    const normed = this.#normed(input);
    const buffers = { x: input.slot, weight: norm.weight, y: normed.slot, step: this.step };
    this.record('prefill', rmsNorm, { dim: input.dim, epsilon: norm.epsilon }, buffers);
    this.#recordLinear('prefill', op, normed, null);
  }

  /** norm(input) (tokens, dim), in scratch that the next norm of this length overwrites. */
  normed(input: Activation, norm: Norm): Activation {
    const normed = this.#normed(input);
    this.norm(input, norm, normed);
    return normed;
  }

  /** output (tokens, dim) = norm(input); two different buffers. */
  norm(input: Activation, { weight, bias, epsilon }: Norm, output: Activation): void {
    checkDim('a norm', output.dim, input.dim);
    const buffers = { x: input.slot, weight, y: output.slot, step: this.step };
    if (bias) this.recordBoth(layerNorm, { dim: input.dim, epsilon }, { ...buffers, bias });
    else this.recordBoth(rmsNorm, { dim: input.dim, epsilon }, buffers);
  }

  /** output (1, dim) = the mean, the first or the last of a step's rows of `input` (tokens, dim). */
  pool(input: Activation, rows: PoolShape['rows'], output: Activation): void {
    checkDim('pooling', output.dim, input.dim);
    const buffers = { x: input.slot, y: output.slot, step: this.step };
    this.recordBoth(pool, { dim: input.dim, stride: input.stride, rows }, buffers);
  }

  /** output (tokens, dim) += norm(input): a block's own norm before it joins the residual stream. */
  addNormed(input: Activation, { weight, epsilon }: Norm, output: Activation): void {
    checkDim('a norm behind a block', output.dim, input.dim);
    const buffers = { x: input.slot, weight, y: output.slot, step: this.step };
    this.recordBoth(rmsNorm, { dim: input.dim, epsilon, add: true }, buffers);
  }

  /** Norms segments of queries and of keys at the start of `qkv`'s rows, in place; weight (query length + key length). */
  normHeads(qkv: Activation, norm: Norm, queries: NormSegments, keys: NormSegments): void {
    const buffers = { x: qkv.slot, weight: norm.weight, step: this.step };
    this.recordBoth(headNorm, { queries, keys, stride: qkv.stride, epsilon: norm.epsilon }, buffers);
  }

  /**
   * Turns q in place and writes k, turned, and v of `qkv` (tokens, heads·d + 2·kvHeads·d) into the cache; without a
   * rotation q and k stay as they are.
   */
  rotateAndStore(qkv: Activation, rotation: Rotation | null, layout: AttentionLayout, cache: LayerCache): void {
    checkDim('attention', (layout.heads + 2 * layout.kvHeads) * layout.headDim, qkv.dim);
    const table = rotation?.table ?? this.nothing;
    const buffers = { qkv: qkv.slot, table, k_cache: cache.keys, v_cache: cache.values, step: this.step };
    const { dim: rotaryDim = 0, pairing = 'adjacent' } = rotation ?? {};
    this.recordBoth(rope, { ...layout, rotaryDim, pairing, stride: qkv.stride }, buffers);
  }

  /** output (tokens, heads·d) = softmax(scores) · v over the cache. */
  attention(
    qkv: Activation,
    layout: AttentionLayout,
    cache: LayerCache,
    output: Activation,
    { scale = layout.headDim ** -0.5, causal = true, window, softcap, sinks }: ScoreOptions = {},
  ): void {
    const { heads, kvHeads, headDim, contextLength } = layout;
    // A window as wide as the context hides nothing.
    const scores = {
      scale,
      causal,
      ...(window === undefined || window >= contextLength ? {} : { window }),
      ...(softcap === undefined ? {} : { softcap }),
    };
    checkDim('attention output', heads * headDim, output.dim);
    const decodeSplit = roundUp(Math.ceil(contextLength / MAX_SPLITS), 64);
    for (const [way, splitLength, tokens] of [
      ['decode', decodeSplit, 1],
      ['prefill', contextLength, this.chunkTokens],
    ] as const) {
      const maxSplits = Math.ceil(contextLength / splitLength);
      const partials = this.shared(`${way} attention partials`, 4 * tokens * heads * maxSplits * (headDim + 2));
      this.record(
        way,
        attention,
        { heads, kvHeads, headDim, contextLength, stride: qkv.stride, splitLength, maxSplits, ...scores },
        { qkv: qkv.slot, k_cache: cache.keys, v_cache: cache.values, partials, step: this.step },
      );
      this.record(
        way,
        attentionCombine,
        { heads, headDim, splitLength, outputStride: output.stride, sinks: sinks !== undefined },
        { partials, sinks: sinks ?? this.nothing, output: output.slot, step: this.step },
      );
    }
  }

  /** What follows runs only where logits are wanted: once a prompt, once a decoded token. */
  beginHead(): void {
    this.#part = 'head';
  }

  /** Compiles what was recorded; call after the memory plan is allocated. */
  async compile(cache: PipelineCache): Promise<Program> {
    const all = (list: readonly Recorded[]): Promise<Step[]> => Promise.all(list.map((record) => record(cache)));
    const { decode, prefill } = this.#recorded;
    // All at once: a device compiles on several threads, and one slow kernel must not hold up the next list.
    const [decodeBody, decodeHead, prefillBody, prefillHead] = await Promise.all(
      [decode.body, decode.head, prefill.body, prefill.head].map(all),
    );
    return {
      decode: { body: decodeBody!, head: decodeHead! },
      prefill: { body: prefillBody!, head: prefillHead! },
    };
  }

  /** Scratch that layers use one after another. */
  shared(label: string, bytes: number): Slot {
    let slot = this.#sharedSlots.get(label);
    if (!slot) {
      slot = this.memory.add(new Slot(label, bytes, 'scratch'));
      this.#sharedSlots.set(label, slot);
    }
    return slot;
  }

  #normed({ dim, stride }: Activation): Activation {
    return { slot: this.shared(`normed ${dim}`, 4 * this.chunkTokens * stride), dim, stride };
  }

  /** One way of a linear op, over an input that may be normed already, with a norm that may be fused in. */
  #recordLinear(way: Way, op: LinearOp, input: Activation, norm: Norm | null): void {
    const { parts, output, epilogue = 'store', lastToken = false, activation = 'silu', scale = 1, softcap = 0 } = op;
    const tiled = way === 'prefill' && !lastToken && this.tiles;
    for (const { matrix, bias, firstRow } of parts) {
      checkDim(matrix.label, matrix.columns, input.dim);
      const outputRow = firstRow + matrix.rows;
      const outputDim = epilogue === 'glu' ? outputRow / 2 : outputRow;
      if (outputDim > output.dim) checkDim(`${matrix.label} rows`, output.dim, outputDim);
      for (const shard of matrix.shards) {
        const shape: LinearShape = {
          type: matrix.type,
          columns: matrix.columns,
          rows: shard.rows,
          firstRow: firstRow + shard.firstRow,
          inputStride: input.stride,
          outputStride: output.stride,
          norm: norm && { epsilon: norm.epsilon },
          bias: bias !== null,
          epilogue,
          activation,
          scale,
          softcap,
          lastTokenOnly: lastToken,
          tokenTile: way === 'prefill' && !lastToken ? TOKENS_PER_THREAD : 1,
        };
        if (way === 'decode') this.decodeWeightBytes += shard.quants.bytes + shard.scales.bytes;
        this.record(way, tiled ? matmul : matvec, shape, {
          quants: shard.quants,
          scales: shard.scales,
          x: input.slot,
          norm_weight: norm?.weight ?? this.nothing,
          bias: bias ?? this.nothing,
          y: output.slot,
          step: this.step,
        });
      }
    }
  }

  /** Records a kernel for both ways, for ops that no method here has. */
  recordBoth<Shape>(kernel: Kernel<Shape>, shape: Shape, buffers: Readonly<Record<string, Slot>>): void {
    this.record('decode', kernel, shape, buffers);
    this.record('prefill', kernel, shape, buffers);
  }

  /** Records a kernel for one way. */
  record<Shape>(way: Way, kernel: Kernel<Shape>, shape: Shape, buffers: Readonly<Record<string, Slot>>): void {
    this.#recorded[way][this.#part].push((cache) => this.compileStep(cache, kernel, shape, buffers));
  }

  /** Compiles one step; also for steps outside the model's own passes, such as the sampler's. */
  async compileStep<Shape>(
    cache: PipelineCache,
    kernel: Kernel<Shape>,
    shape: Shape,
    buffers: Readonly<Record<string, Slot>>,
  ): Promise<Step> {
    const { variant } = this;
    const pipeline = await cache.get(kernel, shape, variant);
    const entries = kernel.bindings.map(({ name }, binding) => {
      const slot = buffers[name];
      if (!slot) throw new Error(`${kernel.name}: nothing is bound to "${name}"`);
      return { binding, resource: { buffer: slot.buffer } };
    });
    const layout = pipeline.getBindGroupLayout(0);
    return {
      label: kernel.name,
      pipeline,
      bindGroup: this.#gpu.createBindGroup({ label: kernel.name, layout, entries }),
      workgroups: (extent) => kernel.workgroups(shape, variant, extent),
    };
  }
}

/** Throws `ShapeMismatch` where two sizes of an op differ. */
export function checkDim(what: string, expected: number, got: number): void {
  if (expected !== got) throw new EngineError('ShapeMismatch', { what: `Sizes of ${what} do not fit`, expected, got });
}
