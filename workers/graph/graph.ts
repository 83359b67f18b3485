/**
 * The graph that a model's forward code is written in: its memory, its recorded kernels, and the ops that are one kernel
 * (embeddings, norms, pooling). Products are in `linear.ts`, attention in `attention.ts`, experts in `experts.ts`. Each op
 * checks its shapes once and records kernels for the ways that a step runs; nothing runs here.
 *
 * A step is decode (one token, matrix × vector, norms fused into the product that reads them), prefill (a chunk of tokens,
 * matrix × matrix) or few (a token and drafts behind it, matrix × a few vectors), where the model is to verify drafts. The
 * body fills the KV cache; the head turns the last token into logits (of few: each token), or a text's tokens into one
 * embedding.
 */
import { embed, type EmbedShape } from '../../shaders/embed.ts';
import { type Extent, type Kernel, rowStride, STEP_BYTES, type Variant } from '../../shaders/kernel.ts';
import { layerNorm } from '../../shaders/layer-norm.ts';
import { pool, type PoolShape } from '../../shaders/pool.ts';
import { rmsNorm } from '../../shaders/rms-norm.ts';
import { settle } from '../../shaders/settle.ts';
import { type Gpu, USAGE } from '../gpu/gpu.ts';
import type { PipelineCache } from '../gpu/pipeline-cache.ts';
import type { Step } from '../gpu/recorder.ts';
import { EngineError } from '../protocol/errors.ts';
import { LinearPlans } from './linear-plans.ts';
import type { Matrix } from './matrix.ts';
import { MemoryPlan, Slot } from './slot.ts';
import { Streams } from './streams.ts';

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

/** The recorded steps of a model. */
export interface Program {
  /** Runs once, as a step of one token, when the weights are there. */
  readonly preparation: readonly Step[];
  readonly decode: { readonly body: readonly Step[]; readonly head: readonly Step[] };
  readonly prefill: { readonly body: readonly Step[]; readonly head: readonly Step[] };
}

/** The ways that a step runs. */
export const WAYS = ['decode', 'few', 'prefill'] as const;
/** One of them. */
export type Way = (typeof WAYS)[number];
type Recorded = (cache: PipelineCache) => Promise<Step>;

/** What a model's steps are besides decode and prefill, and how their kernels are made. */
export interface GraphOptions {
  /** The most tokens of a few step; default 0: the model has none. */
  readonly fewTokens?: number;
  /** Whether ops that can share a kernel do; default true. */
  readonly fuses?: boolean;
}

/** Collects the ops of one model on one device. */
export class Graph {
  readonly memory = new MemoryPlan();
  /** Where decode has the residual streams whose blocks end with a norm. */
  readonly streams = new Streams(this.memory);
  /** Token ids of the sequence by position: (contextLength + 1) u32; the last is a sampled one. */
  readonly tokens: Slot;
  /** The uniform `Step`. */
  readonly step: Slot;
  readonly variant: Variant;
  /** Tokens in the largest prefill chunk. */
  readonly chunkTokens: number;
  /** Whether ops that can share a kernel do. */
  readonly fuses: boolean;
  /** How the products run; to be settled before the kernels are compiled. */
  readonly plans = new LinearPlans();
  /** Tokens in the largest few step; 0: nothing is recorded for it. */
  readonly fewTokens: number;
  /** Bytes of weights that a decoded token reads: every matrix of a product, and no table that only one row is taken of. */
  decodeWeightBytes = 0;
  readonly #gpu: Gpu;
  readonly #recorded: Record<Way, { body: Recorded[]; head: Recorded[] }> = {
    decode: { body: [], head: [] },
    few: { body: [], head: [] },
    prefill: { body: [], head: [] },
  };
  readonly #preparation: Recorded[] = [];
  readonly #sharedSlots = new Map<string, Slot>();
  /** Steps that read or write a buffer that may grow, each bound anew. */
  readonly #rebinds: (() => void)[] = [];
  #part: 'body' | 'head' = 'body';
  /** Bound where a kernel's optional input is absent. */
  readonly nothing: Slot;

  constructor(gpu: Gpu, variant: Variant, contextLength: number, chunkTokens: number, options: GraphOptions = {}) {
    this.#gpu = gpu;
    this.fewTokens = options.fewTokens ?? 0;
    this.fuses = options.fuses ?? true;
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
      this.recordAll(embed, shape, buffers);
    }
  }

  /** norm(input) (tokens, dim), in scratch that the next norm of this length overwrites. */
  normed(input: Activation, norm: Norm): Activation {
    const normed = this.normedScratch(input);
    this.norm(input, norm, normed);
    return normed;
  }

  /** Scratch (tokens, dim) for the norm of an activation of this length; all such norms share it. */
  normedScratch({ dim, stride }: Activation): Activation {
    return { slot: this.shared(`normed ${dim}`, 4 * this.chunkTokens * stride), dim, stride };
  }

  /** output (tokens, dim) = norm(input); two different buffers. */
  norm(input: Activation, norm: Norm, output: Activation): void {
    for (const way of WAYS) this.recordNorm(way, input, norm, output);
  }

  /** `norm` for one way. */
  recordNorm(way: Way, input: Activation, { weight, bias, epsilon }: Norm, output: Activation): void {
    checkDim('a norm', output.dim, input.dim);
    const shape = { dim: input.dim, epsilon };
    const buffers = { x: input.slot, weight, y: output.slot, step: this.step };
    if (bias) this.record(way, layerNorm, shape, { ...buffers, bias });
    else this.record(way, rmsNorm, shape, buffers);
  }

  /** output (1, dim) = the mean, the first or the last of a step's rows of `input` (tokens, dim). */
  pool(input: Activation, rows: PoolShape['rows'], output: Activation): void {
    checkDim('pooling', output.dim, input.dim);
    const buffers = { x: input.slot, y: output.slot, step: this.step };
    this.recordAll(pool, { dim: input.dim, stride: input.stride, rows }, buffers);
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
    const [preparation, decodeBody, decodeHead, prefillBody, prefillHead] = await Promise.all(
      [this.#preparation, decode.body, decode.head, prefill.body, prefill.head].map(all),
    );
    return {
      preparation: preparation!,
      decode: { body: decodeBody!, head: decodeHead! },
      prefill: { body: prefillBody!, head: prefillHead! },
    };
  }

  /** Compiles the steps for a token with drafts behind it, body and head; apart, for most answers never need them. */
  compileFew(cache: PipelineCache): Promise<Step[]> {
    const { body, head } = this.#recorded.few;
    return Promise.all([...body, ...head].map((record) => record(cache)));
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

  /** Records a kernel that runs once, as a step of one token, when the weights are there. */
  recordPreparation<Shape extends object>(
    kernel: Kernel<Shape>,
    shape: Shape,
    buffers: Readonly<Record<string, Slot>>,
  ): void {
    this.#preparation.push((cache) => this.compileStep(cache, kernel, shape, buffers));
  }

  /** Records a kernel for every way, for ops that no method here has. */
  recordAll<Shape extends object>(kernel: Kernel<Shape>, shape: Shape, buffers: Readonly<Record<string, Slot>>): void {
    for (const way of WAYS) this.record(way, kernel, shape, buffers);
  }

  /** Records a kernel for one way. A shape that is not settled yet comes as a function, called when it is compiled. */
  record<Shape extends object>(
    way: Way,
    kernel: Kernel<Shape>,
    shape: Shape | (() => Shape),
    buffers: Readonly<Record<string, Slot>>,
  ): void {
    if (way === 'few' && this.fewTokens === 0) return;
    const bound = way === 'decode' ? this.#settledIn(buffers) : buffers;
    const settled = (): Shape => (typeof shape === 'function' ? shape() : shape);
    this.#recorded[way][this.#part].push((cache) => this.compileStep(cache, kernel, settled(), bound));
  }

  /** The buffers of an op of decode that knows of no addends: each stream's is added first. */
  #settledIn(buffers: Readonly<Record<string, Slot>>): Readonly<Record<string, Slot>> {
    return Object.fromEntries(
      Object.entries(buffers).map(([name, known]) => {
        const { slot, joins } = this.streams.at(known);
        if (!joins) return [name, slot];
        const y = this.streams.next(joins.of);
        this.record('decode', settle, { dim: joins.of.dim, epsilon: joins.epsilon }, { x: slot, y });
        this.streams.move(known, { slot: y });
        return [name, y];
      }),
    );
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
    const slots = kernel.bindings.map(({ name }) => {
      const slot = buffers[name];
      if (!slot) throw new Error(`${kernel.name}: nothing is bound to "${name}"`);
      return slot;
    });
    const layout = pipeline.getBindGroupLayout(0);
    const bind = (): GPUBindGroup => {
      const entries = slots.map(({ buffer }, binding) => ({ binding, resource: { buffer } }));
      return this.#gpu.createBindGroup({ label: kernel.name, layout, entries });
    };
    const step = {
      label: kernel.name,
      pipeline,
      bindGroup: bind(),
      workgroups: (extent: Extent) => kernel.workgroups(shape, variant, extent),
    };
    if (slots.some(({ grows }) => grows)) this.#rebinds.push(() => (step.bindGroup = bind()));
    return step;
  }

  /** Makes the steps see the buffers that have grown; before it they refer to what is gone. */
  rebind(): void {
    for (const bind of this.#rebinds) bind();
  }
}

/** Throws `ShapeMismatch` where two sizes of an op differ. */
export function checkDim(what: string, expected: number, got: number): void {
  if (expected !== got) throw new EngineError('ShapeMismatch', { what: `Sizes of ${what} do not fit`, expected, got });
}
