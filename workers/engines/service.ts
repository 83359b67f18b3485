/**
 * What the engine worker offers to the page: one GPU, one model from the store, one answer at a time.
 *
 * A lost device is brought back once: device, weights and cache are made anew and the answer goes on where it was cut
 * off. A second loss is reported; Chromium blocks a page that keeps losing its GPU.
 */
import type { Gpu } from '../gpu/gpu.ts';
import { probeGpu } from '../gpu/open-gpu.ts';
import type { BenchmarkProgress, BenchmarkResult } from '../protocol/benchmark.ts';
import type {
  Conversation,
  EngineApi,
  GenerateEvent,
  GenerateRequest,
  GenerateResult,
  GpuReport,
  LoadedModel,
  LoadOptions,
  LoadProgress,
  LocalModel,
  TokenCounts,
  TokenExplanation,
  TokenText,
} from '../protocol/engine.ts';
import { EngineError, errorCode } from '../protocol/errors.ts';
import type { MeasuredProduct } from '../protocol/measured-product.ts';
import type { ModelCard } from '../protocol/model-card.ts';
import type { OpenGrammar } from '../sample/grammar.ts';
import type { ToolConversation, ToolRequest } from '../protocol/tools.ts';
import { sha256Hex } from '../source/digest.ts';
import { openStored, type OpenModel } from '../store/stored-file.ts';
import { tuningRecords } from '../store/tuning-records.ts';
import type { Engine, OpenEngine } from './engine.ts';
import type { NativeEngine } from './native.ts';
import { openDevice } from './open-device.ts';
import type { Tuning } from './tuning.ts';

/** A loaded model and what it takes to load it again. */
interface Loaded {
  readonly model: string | LocalModel;
  readonly options: LoadOptions;
  readonly file: OpenModel;
  readonly engine: Engine;
  /** The same, where it is ours. */
  readonly native: NativeEngine | null;
}

/** The engine worker's one object. */
export class EngineService implements EngineApi {
  #loaded: Loaded | null = null;
  #gpu: Gpu | null = null;
  #running: { readonly controller: AbortController; readonly done: Promise<void> } | null = null;
  #recoveries = 0;
  #warm: Promise<void> | null = null;
  #tuning: Tuning | null = null;
  readonly #openGrammar: OpenGrammar | undefined;
  readonly #openOnnx: OpenEngine | undefined;

  /**
   * @param openGrammar what holds answers to forms; without it they cannot be
   * @param openOnnx what runs ONNX exports; without it they are refused
   */
  constructor(openGrammar?: OpenGrammar, openOnnx?: OpenEngine) {
    this.#openGrammar = openGrammar;
    this.#openOnnx = openOnnx;
  }

  async probe(): Promise<GpuReport> {
    const report = await probeGpu(navigator.gpu as GPU | undefined);
    // While a person looks at the page the device is opened and measured, which the first load would wait for.
    if (report.kind === 'available') this.#warm ??= this.#warmUp().catch(() => undefined); // a load tells what is wrong
    return report;
  }

  async measureBandwidth(): Promise<number> {
    await this.#warm;
    const { copyBandwidth, quickRuns } = await import('../gpu/bandwidth.ts');
    const gpu = await this.#device();
    return copyBandwidth(gpu, quickRuns(gpu));
  }

  async measuredProducts(): Promise<readonly MeasuredProduct[]> {
    await this.#warm;
    return (await this.#tuning?.measured()) ?? [];
  }

  async load(
    model: string | LocalModel,
    options: LoadOptions,
    onProgress: (progress: LoadProgress) => void,
  ): Promise<LoadedModel | null> {
    await this.#settle();
    return this.#run(async (signal) => {
      await this.#release();
      this.#recoveries = 0;
      try {
        this.#loaded = await this.#open(model, options, onProgress, signal);
      } catch (error) {
        if (signal.aborted) return null;
        throw error;
      }
      const { engine, file } = this.#loaded;
      const { summary, contextLength, quantized, template, gpuBytes, contextBytes, loadMs } = engine.model;
      const chatTemplate = { ...template.facts, sha256: await sha256Hex(template.facts.text) };
      return {
        id: file.id,
        engine: engine.name,
        ...(engine.script !== undefined && { script: engine.script }),
        lacks: engine.lacks,
        ...{ summary, contextLength, quantized, chatTemplate, contextBytes, loadMs },
        gpuBytes: gpuBytes && { ...gpuBytes },
      };
    });
  }

  async card(id: string): Promise<ModelCard> {
    const { readModelCard } = await import('./model-card.ts');
    return readModelCard(id);
  }

  async unload(): Promise<void> {
    await this.#settle();
    await this.#release();
  }

  async generate(request: ToolRequest, onEvent: (event: GenerateEvent) => void): Promise<GenerateResult> {
    const askedAt = performance.now();
    this.#engine();
    return this.#run(async (signal) => {
      const { text } = this.#engine();
      const { messages, prefix, sampler, maxTokens, stopStrings, ignoreEnd, format, topLogprobs } = request;
      const promptIds = text.promptIds(messages, request);
      const options = {
        sampler,
        askedAt,
        thinks: request.thinking !== false,
        ...(format === undefined ? {} : { format }),
        ...(maxTokens === undefined ? {} : { maxTokens }),
        ...(stopStrings === undefined ? {} : { stopStrings }),
        ...(ignoreEnd === undefined ? {} : { ignoreEnd }),
        ...(topLogprobs === undefined ? {} : { topLogprobs }),
        ...(prefix === undefined ? {} : { prefix: text.prefixIds(prefix, promptIds) }),
      };
      const tokens: number[] = [];
      const answer = (): Promise<GenerateResult> => this.#engine().answer(promptIds, options, onEvent, signal, tokens);
      try {
        return await answer();
      } catch (error) {
        if (errorCode(error) !== 'GpuLost' || this.#recoveries > 0) throw error;
        await this.#recover(signal);
        return answer();
      }
    });
  }

  countTokens(conversation: ToolConversation): Promise<TokenCounts> {
    return this.#read(({ text }) => text.countTokens(conversation));
  }

  countText(draft: string): Promise<number> {
    return this.#read(({ text }) => text.countText(draft));
  }

  tokenTexts(conversation: Conversation, tokens: readonly number[]): Promise<readonly TokenText[]> {
    return this.#read(({ text }) => text.tokenTexts(text.promptIds(conversation.messages, conversation), tokens));
  }

  async explainToken(
    request: Conversation & Pick<GenerateRequest, 'sampler'>,
    tokens: readonly number[],
    index: number,
    top?: number,
  ): Promise<TokenExplanation | null> {
    this.#engine();
    return this.#run((signal) => {
      const engine = this.#engine();
      const promptIds = engine.text.promptIds(request.messages, request);
      return engine.explainToken(promptIds, tokens, index, request.sampler, top, signal);
    });
  }

  async benchmark(onProgress: (progress: BenchmarkProgress) => void): Promise<BenchmarkResult | null> {
    this.#engine();
    const native = this.#loaded?.native ?? null;
    if (native === null) throw lacking('be measured');
    const { runBenchmark } = await import('./benchmark.ts');
    return this.#run((signal) => runBenchmark(native, onProgress, signal));
  }

  async stop(): Promise<void> {
    await this.#settle();
  }

  /** Throws `NotFound` where no model is loaded. */
  #engine(): Engine {
    if (this.#loaded) return this.#loaded.engine;
    throw new EngineError('NotFound', { what: 'No model is loaded', remedy: 'Load a model first.' });
  }

  /** Asks the model what needs no GPU, whatever runs on it. */
  async #read<Result>(ask: (engine: Engine) => Result): Promise<Result> {
    return Promise.resolve(ask(this.#engine()));
  }

  /** Runs one piece of work at a time; `#settle` can end it. */
  async #run<Result>(work: (signal: AbortSignal) => Promise<Result>): Promise<Result> {
    if (this.#running) {
      throw new EngineError('FileBusy', {
        what: 'The engine is at work already',
        remedy: 'Wait for it to finish, or stop it.',
      });
    }
    const controller = new AbortController();
    const result = work(controller.signal);
    const done = result.then(
      () => undefined,
      () => undefined,
    );
    this.#running = { controller, done };
    try {
      return await result;
    } finally {
      this.#running = null;
    }
  }

  /** Ends what is running, and resolves once it has ended. */
  async #settle(): Promise<void> {
    while (this.#running) {
      this.#running.controller.abort();
      await this.#running.done;
    }
  }

  async #open(
    model: string | LocalModel,
    options: LoadOptions,
    onProgress: (progress: LoadProgress) => void,
    signal: AbortSignal,
  ): Promise<Loaded> {
    const file = typeof model === 'string' ? await openStored(model) : await openLocal(model);
    try {
      await this.#warm;
      if (file.summary.runtime === 'onnx') {
        if (!this.#openOnnx) throw lacking('be run by this build of Freehold');
        const engine = await this.#openOnnx(file, options, onProgress, signal);
        return { model, options, file, engine, native: null };
      }
      const gpu = await this.#device();
      const { NativeEngine } = await import('./native.ts');
      const bytes = file.files.length === 1 ? file : file.files;
      const grammar = this.#openGrammar ? { openGrammar: this.#openGrammar } : {};
      const tuned = { ...options, ...grammar, tuning: await this.#tuningOf(gpu) };
      const engine = await NativeEngine.load(gpu, bytes, file.summary.fileName, tuned, onProgress, signal);
      return { model, options, file, engine, native: engine };
    } catch (error) {
      await file.release();
      throw error;
    }
  }

  /** The page shows before this runs: kernels are fetched, and a device opened, once it has. */
  async #warmUp(): Promise<void> {
    await this.#tuningOf(await this.#device());
  }

  async #tuningOf(gpu: Gpu): Promise<Tuning> {
    // A device that came back is measured no more, but asked anew whether it computes soundly.
    if (this.#tuning?.gpu === gpu) return this.#tuning;
    const { warmUp } = await import('./load-model.ts');
    return (this.#tuning = await warmUp(gpu, tuningRecords, navigator.userAgent));
  }

  async #device(): Promise<Gpu> {
    if (this.#gpu && this.#gpu.lostReason === null) return this.#gpu;
    return (this.#gpu = await openDevice());
  }

  async #recover(signal: AbortSignal): Promise<void> {
    this.#recoveries++;
    const { model, options } = this.#loaded!;
    await this.#release();
    this.#loaded = await this.#open(model, options, () => undefined, signal);
  }

  /** Resolves once the file may be deleted. */
  async #release(): Promise<void> {
    const loaded = this.#loaded;
    this.#loaded = null;
    await loaded?.engine.dispose();
    await loaded?.file.release();
  }
}

/** The refusal of what the loaded model's engine cannot do. */
function lacking(what: string): EngineError {
  return new EngineError('SettingInvalid', {
    what: `This model cannot ${what}`,
    remedy: 'Take a GGUF file or the safetensors of the model for that.',
  });
}

/** A model on the person's disk, as if it were stored. Comes when it is first asked for: most models are stored. */
async function openLocal(model: LocalModel): Promise<OpenModel> {
  const { readLocal } = await import('./read-local.ts');
  return readLocal(model);
}
