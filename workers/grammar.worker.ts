/** Knows which tokens a form allows, for the engine worker: apart from it, so that it can be ended. */
import { expose } from 'comlink';
import './grammar/whole.ts';
import { HeldForm } from './grammar/held-form.ts';
import type { AnswerFormat } from './protocol/engine.ts';
import type { GrammarTokens } from './sample/grammar.ts';

let form: HeldForm;

expose({
  open: async (tokens: GrammarTokens) => {
    form = await HeldForm.open(tokens);
  },
  begin: (format: AnswerFormat) => form.begin(format),
  accept: (ids: readonly number[]) => form.accept(ids),
  end: () => {
    form.end();
  },
});
// Who starts it waits for its first word.
postMessage(null);
