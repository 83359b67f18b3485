/**
 * The failures that a person should know of now: the latest of what they asked for, and each model's that failed on its way
 * here, for that may be long after, and while they do something else.
 */
import { untrack } from 'svelte';

/** Something that can be done about it, as a button. */
export interface ProblemAction {
  /** What it says, where it is shown. */
  readonly label: () => string;
  readonly run: () => void;
}

/** A failure with what to do; `explain` says it where it is shown. */
export interface Problem {
  readonly error: unknown;
  readonly actions: readonly ProblemAction[];
  /** The model that failed on its way here; `null`: what was asked for last failed. */
  readonly model: string | null;
}

/** The problems as state. */
export class Problems {
  /** The latest last. */
  all = $state.raw<readonly Problem[]>([]);

  /** The latest. */
  get current(): Problem | null {
    return this.all.at(-1) ?? null;
  }

  /** Shows a failure in place of an earlier one of the same model, or of none. */
  show(error: unknown, actions: readonly ProblemAction[] = [], model: string | null = null): void {
    this.dismiss(model);
    this.all = [...untrack(() => this.all), { error, actions, model }];
  }

  /** The person has read it, or did something new; those of models stay until they are meant. */
  dismiss(which: Problem | Problem['model'] = null): void {
    // An intent that an effect begins must not have that effect run again for what becomes of problems.
    const all = untrack(() => this.all);
    const left = all.filter((problem) => problem !== which && problem.model !== which);
    if (left.length < all.length) this.all = left;
  }
}
