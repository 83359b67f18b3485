/**
 * Runs a compiled model step by step: one encoder, one pass and one submit a step; token ids stay on the GPU and come
 * back late. Knows positions and nothing of text.
 */
import { type Extent } from '../../shaders/kernel.ts';
import { type Gpu, USAGE } from '../gpu/gpu.ts';
import { ReadbackRing } from '../gpu/readback-ring.ts';
import { encodePass, type Step } from '../gpu/recorder.ts';
import type { Graph, Program } from '../graph/graph.ts';
import type { Slot } from '../graph/slot.ts';

/** Tokens in flight: enough to hide the readback, few enough that a stop wastes next to nothing. */
export const TOKENS_IN_FLIGHT = 3;

/** A submit should keep the GPU from other pages no longer than this. */
const SUBMIT_MS = 100;

/** The first chunk of a model on an unknown device. */
const FIRST_CHUNK_TOKENS = 16;

/** What one step is and what is wanted of it. */
interface StepRequest {
  readonly position: number;
  readonly tokens: number;
  readonly sampling: readonly Step[];
  readonly wantLogits: boolean;
}

/** What a step yields, once the GPU gets there. */
export interface StepResult {
  /** The sampled id. */
  readonly token: Promise<number>;
  /** Logits before any sampler (vocabulary), where they were asked for. */
  readonly logits: Promise<Float32Array> | null;
}

/** The moving parts of one loaded model. */
export class Runner {
  readonly #gpu: Gpu;
  readonly #graph: Graph;
  readonly #program: Program;
  readonly #logits: Slot;
  readonly #vocabularySize: number;
  readonly #ring: ReadbackRing;
  readonly #stepData = new Uint32Array(4);
  #logitsReadback: GPUBuffer | null = null;
  #chunkTokens = FIRST_CHUNK_TOKENS;

  constructor(gpu: Gpu, graph: Graph, program: Program, logits: Slot, vocabularySize: number) {
    this.#gpu = gpu;
    this.#graph = graph;
    this.#program = program;
    this.#logits = logits;
    this.#vocabularySize = vocabularySize;
    this.#ring = new ReadbackRing(gpu, TOKENS_IN_FLIGHT + 1);
  }

  /**
   * Runs ids through the body in chunks and the last one through the head. Chunks grow or shrink towards SUBMIT_MS.
   * Resolves to `null` if aborted in between; what ran is in the KV cache all the same: `onChunk` tells how far.
   */
  async prefill(
    ids: readonly number[],
    position: number,
    sampling: readonly Step[],
    wantLogits: boolean,
    onChunk: (doneTokens: number) => void,
    signal?: AbortSignal,
  ): Promise<StepResult | null> {
    for (let done = 0; ;) {
      const tokens = Math.min(this.#chunkTokens, ids.length - done);
      this.#gpu.write(
        this.#graph.tokens.buffer,
        4 * (position + done),
        new Uint32Array(ids.slice(done, done + tokens)),
      );
      const startedAt = performance.now();
      const request = { position: position + done, tokens, sampling, wantLogits };
      const last = done + tokens === ids.length;
      const result = this.#submit(request, last);
      await this.#gpu.idle();
      this.#adaptChunk(tokens, performance.now() - startedAt);
      done += tokens;
      onChunk(done);
      if (last) return result;
      if (signal?.aborted) return null;
    }
  }

  /** Runs the token at `position`, whose id is in the token buffer already; the sampled one is written behind it. */
  decode(position: number, sampling: readonly Step[], wantLogits = false): StepResult {
    return this.#submit({ position, tokens: 1, sampling, wantLogits }, true)!;
  }

  /** Overwrites the id at a position: a forced token instead of the sampled one. */
  force(position: number, id: number): void {
    this.#gpu.write(this.#graph.tokens.buffer, 4 * position, new Uint32Array([id]));
  }

  #submit({ position, tokens, sampling, wantLogits }: StepRequest, withHead: boolean): StepResult | null {
    const gpu = this.#gpu;
    const extent: Extent = { tokens, kvLength: position + tokens };
    const { body, head } = tokens === 1 ? this.#program.decode : this.#program.prefill;
    this.#stepData[0] = position;
    this.#stepData[1] = tokens;
    gpu.write(this.#graph.step.buffer, 0, this.#stepData);
    const encoder = gpu.device.createCommandEncoder({ label: 'step' });
    if (!withHead) {
      encodePass(gpu, encoder, body, extent);
      gpu.submit(encoder);
      return null;
    }
    let readLogits: (() => Promise<Float32Array>) | null = null;
    if (wantLogits) {
      encodePass(gpu, encoder, [...body, ...head], extent);
      readLogits = this.#copyLogits(encoder);
      encodePass(gpu, encoder, sampling, extent);
    } else {
      encodePass(gpu, encoder, [...body, ...head, ...sampling], extent);
    }
    const readToken = this.#ring.copy(encoder, this.#graph.tokens.buffer, 4 * (position + tokens));
    gpu.submit(encoder);
    const token = readToken();
    token.catch(() => undefined); // read turns later; the error is met where the token is awaited
    return { token, logits: readLogits?.() ?? null };
  }

  #copyLogits(encoder: GPUCommandEncoder): () => Promise<Float32Array> {
    const bytes = 4 * this.#vocabularySize;
    const target = (this.#logitsReadback ??= this.#gpu.createBuffer(
      'logits readback',
      bytes,
      'scratch',
      USAGE.mapRead | USAGE.copyTarget,
    ));
    encoder.copyBufferToBuffer(this.#logits.buffer, 0, target, 0, bytes);
    return async () => new Float32Array(await this.#gpu.read(target, 0, bytes));
  }

  #adaptChunk(tokens: number, elapsedMs: number): void {
    if (tokens < this.#chunkTokens && elapsedMs < SUBMIT_MS) return; // a short rest says little about full chunks
    const wanted = (tokens * SUBMIT_MS * 0.8) / Math.max(elapsedMs, 0.1);
    // At most double: the first run of a pipeline is slower than the rest.
    const next = Math.min(wanted, 2 * tokens, this.#graph.chunkTokens);
    this.#chunkTokens = next < 8 ? Math.max(1, Math.floor(next)) : Math.floor(next / 8) * 8;
  }
}
