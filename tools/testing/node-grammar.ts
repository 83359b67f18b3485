/** What holds answers to a form, on this thread: tests have no workers of browsers. */
import type { Grammar, GrammarTokens, OpenGrammar } from '../../workers/sample/grammar.ts';
import type { Tokenizer } from '../../workers/text/tokenizer.ts';
import { grammarTokens } from '../../workers/engines/answer-form.ts';
import { HeldForm } from '../../workers/grammar/held-form.ts';

// The package looks for the address of its own script, which it finds in no way that holds for a module in Node.
(globalThis as { location?: unknown }).location ??= new URL(import.meta.url);

/** Opens it here; after a refusal a new one is to be opened. */
export const openNodeGrammar: OpenGrammar = (tokens: GrammarTokens): Promise<Grammar> => HeldForm.open(tokens);

/** A tokenizer's tokens, for tests with no model; `vocabularySize` where logits have more rows. */
export function tokensOf(tokenizer: Tokenizer, vocabularySize = tokenizer.vocabularySize): GrammarTokens {
  return grammarTokens(tokenizer, vocabularySize);
}
