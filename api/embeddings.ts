/** `embeddings`: OpenAI's shape over an embedding model. Texts are embedded one after the other, each by itself. */
import type { Embedded } from '../workers/protocol/api.ts';
import type { ModelSummary } from '../workers/protocol/model.ts';
import { refuseOthers, requireList, requireObject, wrong } from './checks.ts';
import type { EngineQueue } from './engine-queue.ts';

/** Texts to embed, or their ids. A text that is longer than the context is refused, never cut. */
export interface EmbeddingsRequest {
  readonly input: string | readonly string[] | readonly number[] | readonly (readonly number[])[];
  /** Not read: the model that is loaded answers, and the answer names it. */
  readonly model?: string;
  /** `base64` gives the bytes of 32-bit floats, little-endian. */
  readonly encoding_format?: 'float' | 'base64' | null;
  /** Without effect here. */
  readonly user?: unknown;
}

/** One vector of length 1 for each text, in the order of the texts. */
export interface EmbeddingsResponse {
  readonly object: 'list';
  readonly data: readonly {
    readonly object: 'embedding';
    readonly index: number;
    /** (embeddingLength); text where `base64` was asked for. */
    readonly embedding: readonly number[] | string;
  }[];
  readonly model: string;
  readonly usage: { readonly prompt_tokens: number; readonly total_tokens: number };
}

/** Asks a loaded embedding model. */
export class Embeddings {
  readonly #queue: EngineQueue;
  readonly #summary: ModelSummary;

  constructor(queue: EngineQueue, summary: ModelSummary) {
    this.#queue = queue;
    this.#summary = summary;
  }

  /**
   * Embeds texts. Rejects with a `FreeholdError` (`SettingInvalid`, `ContextFull` for a text that is too long,
   * `FileUnsupported` where the model writes text), or with the signal's reason, which is looked at between two texts.
   */
  async create(asked: EmbeddingsRequest, { signal }: { signal?: AbortSignal } = {}): Promise<EmbeddingsResponse> {
    const request = requireObject(asked, 'request');
    refuseOthers(request, ['input', 'model', 'encoding_format', 'user']);
    const inBase64 = readFormat(request.encoding_format);
    const texts = readInput(request.input);
    signal?.throwIfAborted();
    const embedded = await this.#queue.run(async (api) => {
      const all: Embedded[] = [];
      for (const text of texts) {
        signal?.throwIfAborted();
        all.push(await api.embed(text));
      }
      return all;
    }, signal);
    const tokens = embedded.reduce((sum, { tokens }) => sum + tokens, 0);
    return {
      object: 'list',
      data: embedded.map(({ values }, index) => ({
        object: 'embedding',
        index,
        embedding: inBase64 ? base64(values) : [...values],
      })),
      model: this.#summary.name,
      usage: { prompt_tokens: tokens, total_tokens: tokens },
    };
  }
}

function readFormat(format: unknown): boolean {
  if (format === undefined || format === null || format === 'float') return false;
  if (format === 'base64') return true;
  throw wrong('encoding_format', '"float" or "base64"', format);
}

/** One text or its ids for each embedding. */
function readInput(input: unknown): (string | readonly number[])[] {
  if (typeof input === 'string') return [input];
  const list = requireList(input, 'input');
  if (list.length === 0) throw wrong('input', 'one text at least', list);
  if (list.every((item) => typeof item === 'number')) return [list];
  return list.map((item, index) => {
    if (typeof item === 'string') return item;
    if (Array.isArray(item) && item.every((id) => typeof id === 'number')) return item;
    throw wrong(`input[${index}]`, 'a text, or a list of ids', item);
  });
}

function base64(values: Float32Array): string {
  const bytes = new DataView(new ArrayBuffer(4 * values.length));
  for (const [index, value] of values.entries()) bytes.setFloat32(4 * index, value, true);
  return btoa(Array.from(new Uint8Array(bytes.buffer), (byte) => String.fromCharCode(byte)).join(''));
}
