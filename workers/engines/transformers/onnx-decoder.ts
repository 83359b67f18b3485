/**
 * A decoder of an ONNX export, run by transformers.js: token by token, each chosen by the caller. Its cache of keys and
 * values is transformers.js's own; it is kept from one answer to the next and used where the new prompt begins with all
 * that it holds, for it cannot be cut.
 *
 * Nothing here reaches a network: files come from the model that was opened, the ONNX Runtime's program from the caller,
 * and transformers.js is told to look nowhere else.
 */
import {
  AutoModelForCausalLM,
  env,
  LogitsProcessor,
  LogitsProcessorList,
  LogLevel,
  type PreTrainedModel,
  StoppingCriteria,
  StoppingCriteriaList,
  Tensor,
} from '@huggingface/transformers';
import { onnxGraph } from '../../format/onnx.ts';
import { EngineError } from '../../protocol/errors.ts';
import type { NamedSource } from '../../source/byte-source.ts';
import { MODEL_ID, storedFiles } from './stored-files.ts';

/** What computes: the graphics processor, or WebAssembly on one core of the processor. */
export type OnnxDevice = 'webgpu' | 'wasm';

/** A cache of keys and values, as transformers.js gives it. */
interface PastKeyValues {
  dispose(): Promise<void>;
}

/** What a whole generation is set to where a model's own files would say otherwise: choosing is the caller's. */
const PLAIN = {
  do_sample: false,
  num_beams: 1,
  repetition_penalty: 1,
  no_repeat_ngram_size: 0,
  min_length: 0,
  min_new_tokens: null,
  eos_token_id: null,
  bad_words_ids: null,
  forced_bos_token_id: null,
  forced_eos_token_id: null,
  suppress_tokens: null,
  begin_suppress_tokens: null,
  guidance_scale: null,
  return_dict_in_generate: true,
} as const;

/** Makes the one token that was chosen the likeliest. */
class ChosenToken extends LogitsProcessor {
  readonly #choose: (logits: Float32Array) => number;

  constructor(choose: (logits: Float32Array) => number) {
    super();
    this.#choose = choose;
  }

  override _call(_ids: bigint[][], logits: Tensor): Tensor {
    const row = logits.data as Float32Array;
    const id = this.#choose(row);
    row.fill(-Infinity);
    row[id] = 0;
    return logits;
  }
}

/** Ends a generation. */
class Ended extends StoppingCriteria {
  readonly #ended: () => boolean;

  constructor(ended: () => boolean) {
    super();
    this.#ended = ended;
  }

  override _call(ids: number[][]): boolean[] {
    return ids.map(() => this.#ended());
  }
}

/** A loaded decoder. */
export class OnnxDecoder {
  readonly device: OnnxDevice;
  readonly #model: PreTrainedModel;
  /** What the last generation left: the ids that ran, and their keys and values. */
  #past: { readonly ids: readonly number[]; readonly values: PastKeyValues } | null = null;

  private constructor(model: PreTrainedModel, device: OnnxDevice) {
    this.#model = model;
    this.device = device;
  }

  /**
   * Loads the graph among the files. `runtime` is the ONNX Runtime's WebAssembly, used by the first load in a worker.
   * Rejects with `FileUnsupported`, with what the files' reader rejects with, or with the signal's reason.
   */
  static async load(
    files: readonly NamedSource[],
    device: OnnxDevice,
    runtime: ArrayBuffer,
    onRead: (bytes: number) => void,
    signal: AbortSignal,
  ): Promise<OnnxDecoder> {
    const { folder, stem, weights, paths } = onnxGraph(files);
    // Its default is a public network of others; without paths it takes its own script, which is part of this module.
    const wasm = env.backends.onnx.wasm!;
    delete wasm.wasmPaths;
    wasm.wasmBinary = runtime;
    // Threads take memory that is shared, which a page without isolation has not.
    wasm.numThreads = 1;
    Object.assign(env, {
      // What the cache lacks it would look for as if it lay on this site, and take for missing.
      allowRemoteModels: false,
      allowLocalModels: true,
      logLevel: LogLevel.ERROR,
      useBrowserCache: false,
      useWasmCache: false,
      useCustomCache: true,
      customCache: storedFiles(files, onRead, signal),
      fetch: () => Promise.reject(new TypeError('Models are read from the store alone')),
    });
    try {
      const model = await AutoModelForCausalLM.from_pretrained(MODEL_ID, {
        device,
        dtype: weights,
        subfolder: folder,
        model_file_name: stem,
        use_external_data_format: paths.length - 1,
        local_files_only: true,
      });
      return new OnnxDecoder(model, device);
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof EngineError) throw error;
      throw new EngineError('FileUnsupported', {
        what: 'The ONNX Runtime cannot load this model',
        got: error instanceof Error ? error.message : String(error),
        remedy: 'Choose another size or another export of the model.',
      });
    } finally {
      env.customCache = null;
    }
  }

  /** How many ids of a prompt need not run again; its last always does. */
  reusable(ids: readonly number[]): number {
    const past = this.#past?.ids ?? [];
    return past.length < ids.length && past.every((id, index) => id === ids[index]) ? past.length : 0;
  }

  /**
   * Runs the ids (at least one), and on from there with what `choose` makes of each row of logits (vocabulary), until
   * `ended`, which is asked after each choice, or for `limit` tokens. Between tokens the worker hears its messages.
   */
  async run(
    ids: readonly number[],
    limit: number,
    choose: (logits: Float32Array) => number,
    ended: () => boolean,
  ): Promise<void> {
    const past = this.reusable(ids) > 0 ? this.#past!.values : null;
    if (past === null) await this.forget();
    this.#past = null;
    const chosen: number[] = [];
    const processors = new LogitsProcessorList();
    processors.push(
      new ChosenToken((logits) => {
        const id = choose(logits);
        chosen.push(id);
        return id;
      }),
    );
    const criteria = new StoppingCriteriaList();
    criteria.push(new Ended(ended));
    const model = this.#model as PreTrainedModel & { forward: PreTrainedModel['forward'] };
    const forward = Object.getPrototypeOf(model).forward as PreTrainedModel['forward'];
    model.forward = async (inputs) => {
      await nextMessage();
      return forward.call(model, inputs);
    };
    const { past_key_values: values } = (await model.generate({
      ...row(ids),
      ...(past && { past_key_values: past }),
      generation_config: { ...PLAIN, max_new_tokens: limit } as never,
      logits_processor: processors,
      stopping_criteria: criteria,
    } as never)) as unknown as { past_key_values: PastKeyValues };
    // The last one was chosen, not run.
    this.#past = { ids: [...ids, ...chosen.slice(0, -1)], values };
  }

  /** Drops the cache of keys and values. */
  async forget(): Promise<void> {
    const past = this.#past;
    this.#past = null;
    await past?.values.dispose();
  }

  /** Frees the model. */
  async dispose(): Promise<void> {
    await this.forget();
    await this.#model.dispose();
  }
}

/** Ids as a batch of one (1, ids), with nothing masked. */
function row(ids: readonly number[]): { inputs: Tensor; attention_mask: Tensor } {
  const dims = [1, ids.length];
  return {
    inputs: new Tensor('int64', BigInt64Array.from(ids, BigInt), dims),
    attention_mask: new Tensor('int64', new BigInt64Array(ids.length).fill(1n), dims),
  };
}

/** Resolves once messages that came before have been heard: WebAssembly computes without ever giving way. */
function nextMessage(): Promise<void> {
  const { port1, port2 } = new MessageChannel();
  return new Promise((resolve) => {
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(null);
  });
}
