/** What is known of kept models, for a panel that opens. */
import type { Freehold } from '../../state/freehold.svelte.ts';
import type { ModelCare } from '../../state/model-care.svelte.ts';

/** Care, with what is known now; `null` where that cannot be read, which is shown as a problem. */
export async function readCare(app: Freehold): Promise<ModelCare | null> {
  try {
    const care = await app.care();
    await care.refresh();
    return care;
  } catch (error) {
    app.problems.show(error);
    return null;
  }
}
