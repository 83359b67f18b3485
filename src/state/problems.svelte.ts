/** The failure that a person should know of now: one at a time, the latest. */
import { explain, type Explanation } from '../lib/explain.ts';

/** What can be done about it, as a button. */
export interface ProblemAction {
  readonly label: string;
  readonly run: () => void;
}

/** A failure with what to do. */
export interface Problem extends Explanation {
  readonly action: ProblemAction | null;
}

/** The current problem as state. */
export class Problems {
  current = $state.raw<Problem | null>(null);

  /** Shows a failure in place of an earlier one. */
  show(error: unknown, action: ProblemAction | null = null): void {
    this.current = { ...explain(error), action };
  }

  /** The person has read it, or did something new. */
  dismiss(): void {
    this.current = null;
  }
}
