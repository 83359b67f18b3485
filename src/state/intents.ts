/** Runs what a person asked for and shows its failure, with the ways on that there are. Never rejects. */
import { errorCode } from '../../workers/protocol/errors.ts';
import type { EngineState } from './engine.svelte.ts';
import type { LibraryState } from './library.svelte.ts';
import type { ProblemAction, Problems } from './problems.svelte.ts';

/** What a person asks for, one thing after another or at once. */
export class Intents {
  /** The ways on past a failure, where only that which fails knows them. */
  readonly #waysOn = new WeakMap<Error, readonly ProblemAction[]>();
  readonly #problems: Problems;
  readonly #engine: Pick<EngineState, 'phase' | 'look'>;
  readonly #library: Pick<LibraryState, 'interruptions' | 'failedName'>;
  readonly #restart: () => ProblemAction;

  /** `restart` is the way on wherever the engine has died. */
  constructor(
    problems: Problems,
    engine: Pick<EngineState, 'phase' | 'look'>,
    library: Pick<LibraryState, 'interruptions' | 'failedName'>,
    restart: () => ProblemAction,
  ) {
    this.#problems = problems;
    this.#engine = engine;
    this.#library = library;
    this.#restart = restart;
  }

  /** Names ways on past a failure that is about to be thrown. */
  offer(error: unknown, waysOn: readonly ProblemAction[]): void {
    if (error instanceof Error && waysOn.length > 0) this.#waysOn.set(error, waysOn);
  }

  /** The ways on that were named. */
  waysPast(error: unknown): readonly ProblemAction[] {
    return error instanceof Error ? (this.#waysOn.get(error) ?? []) : [];
  }

  /** A model is asked for again: its earlier failure is none any more. */
  forget(model: string): void {
    this.#problems.dismiss(model);
  }

  /** Runs an intent; `actionsAfter` is asked for ways on once it has failed and named none itself. */
  async run(intent: () => Promise<void>, actionsAfter: () => readonly ProblemAction[] = () => []): Promise<void> {
    this.#problems.dismiss();
    try {
      await intent();
    } catch (error) {
      // It has a place of its own on the page, which stays until it goes on.
      if (this.#library.interruptions.some((interruption) => interruption.error === error)) return;
      // So has the loss of the graphics processor.
      if (errorCode(error) === 'GpuUnavailable') {
        await this.#engine.look().catch(() => undefined);
        if (this.#engine.phase === 'unavailable') return;
      }
      if (errorCode(error) === 'RequestForbidden') {
        const again = (first: () => Promise<void>) => this.run(() => first().then(intent), actionsAfter);
        this.offer(
          error,
          await import('./allow-host.ts').then(({ waysToAllow }) => waysToAllow(again)).catch(() => []),
        );
      }
      const named = this.waysPast(error);
      const waysOn = named.length > 0 ? named : actionsAfter();
      const actions = this.#engine.phase === 'died' ? [this.#restart()] : waysOn;
      this.#problems.show(error, actions, this.#library.failedName(error));
    }
  }
}
