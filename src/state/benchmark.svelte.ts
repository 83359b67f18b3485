/** A measurement of the loaded model: not begun, under way, or its result, which stays until the next one. */
import type { BenchmarkProgress, BenchmarkResult } from '../../workers/protocol/benchmark.ts';
import type { EngineState } from './engine.svelte.ts';

/** The measurement as state; `measure` rejects with what the engine rejects with. */
export class BenchmarkState {
  progress = $state.raw<BenchmarkProgress | null>(null);
  result = $state.raw<BenchmarkResult | null>(null);
  /** Whether the last one was ended by the person. */
  stopped = $state(false);
  readonly #engine: EngineState;

  constructor(engine: EngineState) {
    this.#engine = engine;
  }

  /** Measures; what was measured before stays until there is something new. */
  async measure(): Promise<void> {
    this.stopped = false;
    this.progress = { doneRuns: 0, totalRuns: 0 };
    try {
      const result = await this.#engine.benchmark((progress) => {
        this.progress = progress;
      });
      this.stopped = result === null;
      this.result = result ?? this.result;
    } finally {
      this.progress = null;
    }
  }

  /** Ends the measurement that runs. */
  async stop(): Promise<void> {
    if (this.progress !== null) await this.#engine.stop();
  }
}
