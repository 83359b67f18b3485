/** From a model file to a model that writes: read, declared, brought up on the device. */
import { readGguf } from '../format/gguf.ts';
import type { ModelFile } from '../format/model-file.ts';
import { readModel } from '../format/read-model.ts';
import { summarize } from '../format/summary.ts';
import type { Gpu } from '../gpu/gpu.ts';
import type { Graph } from '../graph/graph.ts';
import type { LoadProgress } from '../protocol/engine.ts';
import { EngineError } from '../protocol/errors.ts';
import { Sampler } from '../sample/sampler.ts';
import type { ByteSource, NamedSource } from '../source/byte-source.ts';
import { type ChatTemplate, createChatTemplate } from '../text/chat-template.ts';
import { bringUp, type LoadedModel } from './bring-up.ts';
import { declareModel, type EngineOptions } from './declare-model.ts';
import { PipelineDepth } from './pipeline-depth.ts';
import type { Runner } from './runner.ts';
import { Speculation, type SpeculationMode } from './speculation.ts';
import { Tuning, type TuningKeeper } from './tuning.ts';

/** A model on the GPU with all that an answer needs. */
export interface LoadedNativeModel extends LoadedModel {
  readonly template: ChatTemplate;
  readonly sampler: Sampler;
  /** How many tokens of its answers are in flight. */
  readonly depth: PipelineDepth;
  /** `null` where drafts of the next tokens are switched off, or could not pay. */
  readonly speculation: Speculation | null;
  /** Bytes of weights that each decoded token reads. */
  readonly decodeWeightBytes: number;
}

/** Finds out what every load needs to know of a device, so that the first one finds it known; parameters are those of `Tuning`. */
export async function warmUp(gpu: Gpu, keeper: TuningKeeper, browser: string): Promise<Tuning> {
  const tuning = new Tuning(gpu, keeper, browser);
  await tuning.reduction();
  return tuning;
}

/** What a model is read from: one GGUF file, or the files of a model in parts or in a folder. */
export type ModelBytes = ByteSource | readonly NamedSource[];

/**
 * Loads a model that writes onto the device. Rejects with an EngineError, `FileUnsupported` for a model that only makes
 * embeddings, or with the signal's reason if aborted.
 */
export async function loadModel(
  gpu: Gpu,
  source: ModelBytes,
  fileName: string,
  options: EngineOptions,
  onProgress: (progress: LoadProgress) => void,
  signal?: AbortSignal,
): Promise<LoadedNativeModel> {
  const startedAt = performance.now();
  const depth = new PipelineDepth(options.pipelineDepth);
  const opened = await readModelFile(source, signal);
  const summary = summarize(opened, fileName);
  refuse(summary.unsupported);
  const declared = await declareModel(gpu, opened, summary, null, options, signal);
  const template = createChatTemplate(declared.file);
  const sampler = new Sampler(declared.graph, declared.output.slot, declared.shape.vocabularySize);
  const model = await bringUp(gpu, declared, (pipelines) => sampler.compile(pipelines), onProgress, signal);
  const { decodeWeightBytes } = declared.graph;
  const speculation = startSpeculation(declared.graph, model.runner, options.speculation);
  return { ...model, template, sampler, depth, speculation, decodeWeightBytes, loadMs: performance.now() - startedAt };
}

function startSpeculation({ fewTokens }: Graph, runner: Runner, mode: SpeculationMode = 'auto'): Speculation | null {
  return fewTokens === 0 || mode === 'off' ? null : new Speculation(mode, () => runner.prepareVerify());
}

/** Reads what a model says of itself. */
export function readModelFile(source: ModelBytes, signal?: AbortSignal): Promise<ModelFile> {
  return 'read' in source ? readGguf(source, signal) : readModel(source, signal);
}

/** Throws `FileUnsupported` where there is a reason, which is whole sentences. */
export function refuse(reason: string | null): void {
  if (reason !== null) throw new EngineError('FileUnsupported', { what: reason.replace(/\.$/, '') });
}
