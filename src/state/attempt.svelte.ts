/** One thing that a person asked for in a form: whether it is being done, and why it failed. */
import { visibleText } from '../lib/visible-text.ts';

/** The attempt as state. */
export class Attempt {
  working = $state(false);
  /** A sentence, or `null`. */
  problem = $state<string | null>(null);

  /** Does it, unless it is being done. A `string` that it gives is the problem too. */
  async run(task: () => Promise<string | null>): Promise<void> {
    if (this.working) return;
    this.working = true;
    this.problem = null;
    try {
      this.problem = await task();
    } catch (error) {
      this.problem = visibleText(error instanceof Error ? error.message : String(error));
    } finally {
      this.working = false;
    }
  }
}
