/**
 * Chooses the next token on the GPU: logits → penalties → what a form allows → cut → draw. The id goes into the sequence's token buffer, where
 * the next step's embedding reads it; nobody waits for it here.
 */
import { maskLogits } from '../../shaders/mask-logits.ts';
import { penalize } from '../../shaders/penalize.ts';
import { samplePartial } from '../../shaders/sample-partial.ts';
import { sampleFinal } from '../../shaders/sample-final.ts';
import { MAX_PENALTY_WINDOW, SAMPLER_BYTES, writeSampler } from '../../shaders/sampler.ts';
import { threshold } from '../../shaders/threshold.ts';
import { type Gpu, USAGE } from '../gpu/gpu.ts';
import type { PipelineCache } from '../gpu/pipeline-cache.ts';
import type { Step } from '../gpu/recorder.ts';
import type { Graph } from '../graph/graph.ts';
import { Slot } from '../graph/slot.ts';
import type { SamplerSettings } from '../protocol/engine.ts';
import { EngineError } from '../protocol/errors.ts';

/** Workgroup-free groups that each look for the best token of their share of the vocabulary. */
const GROUPS = 256;

/** The sampler of one model. Plan it with the graph, compile it with the program. */
export class Sampler {
  readonly #vocabularySize: number;
  readonly #logits: Slot;
  readonly #graph: Graph;
  readonly #settings: Slot;
  readonly #threshold: Slot;
  readonly #partials: Slot;
  readonly #mask: Slot;
  /** Made with the first answer that is held to a form: most never are. */
  #maskStep: Step | null = null;
  #compileMask: (() => Promise<Step>) | null = null;
  #steps: { penalize: Step; threshold: Step; partial: Step; final: Step } | null = null;

  /** `logits` (tokens, vocabularySize): one row, or as many as a few step of the graph has. */
  constructor(graph: Graph, logits: Slot, vocabularySize: number) {
    this.#graph = graph;
    this.#logits = logits;
    this.#vocabularySize = vocabularySize;
    const { memory } = graph;
    const rows = Math.max(1, graph.fewTokens);
    this.#settings = memory.add(new Slot('sampler', SAMPLER_BYTES, 'scratch', USAGE.uniform | USAGE.copyTarget));
    this.#threshold = memory.add(new Slot('threshold', 4 * rows, 'scratch'));
    this.#partials = memory.add(new Slot('sample partials', 8 * rows * GROUPS, 'scratch'));
    this.#mask = memory.add(new Slot('token mask', 4 * Math.ceil(vocabularySize / 32), 'scratch'));
  }

  async compile(cache: PipelineCache): Promise<void> {
    const vocabularySize = this.#vocabularySize;
    const buffers = {
      logits: this.#logits,
      threshold: this.#threshold,
      partials: this.#partials,
      sampler: this.#settings,
      tokens: this.#graph.tokens,
      step: this.#graph.step,
    };
    this.#compileMask = () =>
      this.#graph.compileStep(cache, maskLogits, { vocabularySize }, { mask: this.#mask, logits: this.#logits });
    const [penalizeStep, thresholdStep, partial, final] = await Promise.all([
      this.#graph.compileStep(cache, penalize, { vocabularySize }, buffers),
      this.#graph.compileStep(cache, threshold, { vocabularySize }, buffers),
      this.#graph.compileStep(cache, samplePartial, { vocabularySize, groups: GROUPS }, buffers),
      this.#graph.compileStep(cache, sampleFinal, { groups: GROUPS }, buffers),
    ]);
    this.#steps = { penalize: penalizeStep, threshold: thresholdStep, partial, final };
  }

  /** Makes what an answer takes that is held to a form; to be waited for before it is used so. */
  async prepareMask(): Promise<void> {
    this.#maskStep ??= (await this.#compileMask?.()) ?? null;
  }

  /** Says which tokens may be drawn, (⌈vocabulary / 32⌉) u32, by steps that are used with a mask from now on. */
  writeMask(gpu: Gpu, mask: Uint32Array<ArrayBuffer>): void {
    gpu.write(this.#mask.buffer, 0, mask);
  }

  /**
   * Puts settings in force and returns the steps that they need; greedy without penalties is two, and a mask, for one row of
   * logits, one more.
   */
  use(gpu: Gpu, settings: SamplerSettings, masked = false): readonly Step[] {
    if (!this.#steps) throw new Error('the sampler is used before it is compiled');
    checkSettings(settings);
    gpu.write(this.#settings.buffer, 0, writeSampler(settings));
    const { repetitionPenalty, frequencyPenalty, presencePenalty, penaltyWindow, temperature, topK, topP, minP } =
      settings;
    const steps: Step[] = [];
    const penalized = repetitionPenalty !== 1 || frequencyPenalty !== 0 || presencePenalty !== 0;
    if (penalized && penaltyWindow > 0) steps.push(this.#steps.penalize);
    if (masked) {
      if (!this.#maskStep) throw new Error('a mask is used before it is made');
      steps.push(this.#maskStep);
    }
    const cut = topK > 0 || topP < 1 || minP > 0;
    // Without a cut the threshold kernel still runs for drawn tokens: it writes "all survive".
    if (temperature > 0 && (cut || this.#thresholdStale)) steps.push(this.#steps.threshold);
    if (temperature > 0) this.#thresholdStale = cut;
    steps.push(this.#steps.partial, this.#steps.final);
    return steps;
  }

  /** Whether the threshold buffer may hold a cut of earlier settings. */
  #thresholdStale = true;
}

/** Throws `SettingInvalid` for a setting that is out of range. */
export function checkSettings(settings: SamplerSettings): void {
  const check = (name: keyof SamplerSettings, from: number, to: number, whole = false): void => {
    const value = settings[name];
    if (value >= from && value <= to && (!whole || Number.isInteger(value))) return;
    throw new EngineError('SettingInvalid', {
      what: `The setting "${name}" is out of range`,
      expected: `${whole ? 'a whole number from' : 'from'} ${from} to ${to}`,
      got: value,
    });
  };
  check('temperature', 0, 100);
  check('topK', 0, 2 ** 31, true);
  check('topP', 0, 1);
  check('minP', 0, 1);
  check('repetitionPenalty', 0.01, 100);
  check('frequencyPenalty', -100, 100);
  check('presencePenalty', -100, 100);
  check('penaltyWindow', 0, MAX_PENALTY_WINDOW, true);
  check('seed', 0, 2 ** 32 - 1, true);
}
