/**
 * Runs a compiled model step by step: one encoder, one pass and one submit a step; token ids stay on the GPU and come
 * back late. Knows positions and nothing of text.
 */
import { type Extent } from '../../shaders/kernel.ts';
import { type Gpu, USAGE } from '../gpu/gpu.ts';
import { ReadbackRing } from '../gpu/readback-ring.ts';
import { encodePass, type Step } from '../gpu/recorder.ts';
import type { Activation, Graph, Program } from '../graph/graph.ts';
import type { KvCache } from '../graph/kv-cache.ts';
import { MAX_TOKENS_IN_FLIGHT } from './pipeline-depth.ts';

/** A submit should keep the GPU from other pages no longer than this; aimed at with a margin, for the next chunk is dearer. */
const SUBMIT_MS = 80;

/** The first chunk of a model on an unknown device. */
const FIRST_CHUNK_TOKENS = 16;

/** What a step yields, once the GPU gets there. */
export interface StepResult {
  /** The sampled id. */
  readonly token: Promise<number>;
  /** Logits before any sampler (vocabulary), or an embedding (embeddingLength), where they were asked for. */
  readonly logits: Promise<Float32Array> | null;
}

/** The moving parts of one loaded model. */
export class Runner {
  readonly #gpu: Gpu;
  readonly #graph: Graph;
  readonly #cache: KvCache;
  readonly #program: Program;
  readonly #output: Activation;
  readonly #wholeText: boolean;
  readonly #compileFew: () => Promise<readonly Step[]>;
  /** Steps of a token with drafts behind it, once they are made. */
  #few: readonly Step[] | null = null;
  readonly #ring: ReadbackRing;
  readonly #stepData = new Uint32Array(4);
  #logitsReadback: GPUBuffer | null = null;
  #chunkTokens: number;
  /** Of the latest whole chunk; unknown devices are taken for slow. */
  #prefillMsPerToken = 10;

  /**
   * `output` (1, dim) is what the head computes. With `wholeText` all ids of a `prefill` run as one chunk. `compileFew` makes
   * the steps of `verify`.
   */
  constructor(
    gpu: Gpu,
    graph: Graph,
    cache: KvCache,
    program: Program,
    output: Activation,
    wholeText: boolean,
    compileFew: () => Promise<readonly Step[]>,
  ) {
    this.#compileFew = compileFew;
    this.#gpu = gpu;
    this.#graph = graph;
    this.#cache = cache;
    this.#program = program;
    this.#output = output;
    this.#wholeText = wholeText;
    this.#chunkTokens = wholeText ? graph.chunkTokens : FIRST_CHUNK_TOKENS;
    this.#ring = new ReadbackRing(gpu, MAX_TOKENS_IN_FLIGHT + 1, Math.max(1, graph.fewTokens));
  }

  /** Whether the cache takes so many positions without growing. */
  hasRoom(positions: number): boolean {
    return positions <= this.#cache.positions;
  }

  /** Makes room in the cache for so many positions. Rejects with `ContextFull` where the device has no memory for it. */
  reserve(positions: number): Promise<void> {
    return this.#cache.reserve(this.#gpu, positions);
  }

  /**
   * Runs ids through the body in chunks, and the last one through the head. A chunk is many tokens, so that weights are
   * read once for all of them; it goes out in as many submits as keep each near SUBMIT_MS, with a look at `signal` after
   * each. Resolves to `null` if aborted; the chunks that `onChunk` told of are in the KV cache all the same. Rejects as
   * `reserve` does, with nothing run.
   */
  async prefill(
    ids: readonly number[],
    position: number,
    sampling: readonly Step[],
    wantLogits: boolean,
    onChunk: (doneTokens: number) => void,
    signal?: AbortSignal,
  ): Promise<StepResult | null> {
    const gpu = this.#gpu;
    await this.reserve(position + ids.length);
    for (let done = 0; ;) {
      const tokens = Math.min(this.#chunkTokens, ids.length - done);
      gpu.write(this.#graph.tokens.buffer, 4 * (position + done), new Uint32Array(ids.slice(done, done + tokens)));
      const last = done + tokens === ids.length;
      const { body, head } = tokens === 1 ? this.#program.decode : this.#program.prefill;
      const extent = this.#begin(position + done, tokens);
      const submits = this.#cut(last ? [...body, ...head] : body, tokens);
      const finalSteps = last ? submits.pop()! : [];
      const startedAt = performance.now();
      for (const steps of submits) {
        const encoder = gpu.device.createCommandEncoder({ label: 'prefill' });
        encodePass(gpu, encoder, steps, extent);
        gpu.submit(encoder);
        await gpu.idle();
        if (signal?.aborted) return null;
      }
      const result = last ? this.#finish(finalSteps, sampling, extent, wantLogits) : null;
      if (last) await gpu.idle();
      this.#learn(tokens, performance.now() - startedAt, body.length);
      done += tokens;
      onChunk(done);
      if (result) return result;
    }
  }

  /**
   * Runs the token at `position`, whose id is in the token buffer already and for which there is room; the sampled one is
   * written behind it.
   */
  decode(position: number, sampling: readonly Step[], wantLogits = false): StepResult {
    const { body, head } = this.#program.decode;
    return this.#finish([...body, ...head], sampling, this.#begin(position, 1), wantLogits);
  }

  /** Runs the token at `position`, whose id is in the token buffer already, and draws nothing: `sample` does, from its logits. */
  forward(position: number): void {
    const gpu = this.#gpu;
    const { body, head } = this.#program.decode;
    const encoder = gpu.device.createCommandEncoder({ label: 'forward' });
    encodePass(gpu, encoder, [...body, ...head], this.#begin(position, 1));
    gpu.submit(encoder);
  }

  /** Draws from the logits of the step that ran last, that at `position`; the id is written behind it. */
  sample(position: number, sampling: readonly Step[]): Promise<number> {
    return this.#finish([], sampling, this.#begin(position, 1), false).token;
  }

  /** Makes what `verify` needs; to be waited for before it. */
  async prepareVerify(): Promise<void> {
    this.#few ??= await this.#compileFew();
  }

  /**
   * Runs the token at `position`, whose id is in the token buffer already, with drafts behind it, for all of which there is room, and resolves to what is
   * sampled behind each of them: at index i rightly so if all drafts before i are what was sampled there. The sampled ids
   * take the drafts' places in the token buffer.
   */
  verify(position: number, drafts: readonly number[], sampling: readonly Step[]): Promise<Uint32Array> {
    const gpu = this.#gpu;
    if (!this.#few) throw new Error('drafts are verified before the steps for it are made');
    const encoder = gpu.device.createCommandEncoder({ label: 'few' });
    gpu.write(this.#graph.tokens.buffer, 4 * (position + 1), new Uint32Array(drafts));
    const extent = this.#begin(position, drafts.length + 1, drafts.length);
    encodePass(gpu, encoder, [...this.#few, ...sampling], extent);
    const readTokens = this.#ring.copy(encoder, this.#graph.tokens.buffer, 4 * (position + 1), extent.tokens);
    gpu.submit(encoder);
    return readTokens();
  }

  /** Overwrites the id at a position: a forced token instead of the sampled one. */
  force(position: number, id: number): void {
    this.#gpu.write(this.#graph.tokens.buffer, 4 * position, new Uint32Array([id]));
  }

  /** Tells the kernels where the step is. */
  #begin(position: number, tokens: number, drafts = 0): Extent {
    if (!this.hasRoom(position + tokens))
      throw new Error(`The KV cache has no room for position ${position + tokens - 1}`);
    this.#stepData[0] = position;
    this.#stepData[1] = tokens;
    this.#stepData[2] = drafts;
    this.#gpu.write(this.#graph.step.buffer, 0, this.#stepData);
    return { tokens, kvLength: position + tokens, drafts };
  }

  /** The submit that ends with a sampled token. */
  #finish(steps: readonly Step[], sampling: readonly Step[], extent: Extent, wantLogits: boolean): StepResult {
    const gpu = this.#gpu;
    const encoder = gpu.device.createCommandEncoder({ label: 'step' });
    let readLogits: (() => Promise<Float32Array>) | null = null;
    if (wantLogits) {
      encodePass(gpu, encoder, steps, extent);
      readLogits = this.#copyLogits(encoder);
      encodePass(gpu, encoder, sampling, extent);
    } else {
      encodePass(gpu, encoder, [...steps, ...sampling], extent);
    }
    const readToken = this.#ring.copy(encoder, this.#graph.tokens.buffer, 4 * extent.kvLength, 1);
    gpu.submit(encoder);
    const token = readToken().then(([id]) => id!);
    token.catch(() => undefined); // read turns later; the error is met where the token is awaited
    return { token, logits: readLogits?.() ?? null };
  }

  /** Cuts a chunk's steps into submits of about SUBMIT_MS. */
  #cut(steps: readonly Step[], tokens: number): Step[][] {
    const submits = Math.ceil((tokens * this.#prefillMsPerToken) / SUBMIT_MS);
    const length = Math.max(1, Math.ceil(steps.length / submits));
    const parts: Step[][] = [];
    for (let start = 0; start < steps.length; start += length) parts.push(steps.slice(start, start + length));
    return parts;
  }

  /** Chunks double until they are as large as the buffers, or until single steps would outlast a submit. */
  #learn(tokens: number, elapsedMs: number, steps: number): void {
    // A short rest says little about full chunks.
    if (tokens < (this.#wholeText ? FIRST_CHUNK_TOKENS : this.#chunkTokens)) return;
    this.#prefillMsPerToken = elapsedMs / tokens;
    if (this.#wholeText) return;
    // Steps differ: the dearest takes several times the mean.
    const longest = (steps * SUBMIT_MS) / 4 / this.#prefillMsPerToken;
    const next = Math.min(2 * tokens, longest, this.#graph.chunkTokens);
    this.#chunkTokens = next < 8 ? Math.max(1, Math.floor(next)) : Math.floor(next / 8) * 8;
  }

  #copyLogits(encoder: GPUCommandEncoder): () => Promise<Float32Array> {
    const bytes = 4 * this.#output.dim;
    const target = (this.#logitsReadback ??= this.#gpu.createBuffer(
      'logits readback',
      bytes,
      'scratch',
      USAGE.mapRead | USAGE.copyTarget,
    ));
    encoder.copyBufferToBuffer(this.#output.slot.buffer, 0, target, 0, bytes);
    return async () => new Float32Array(await this.#gpu.read(target, 0, bytes));
  }
}
