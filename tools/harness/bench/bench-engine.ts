/**
 * What each page of the bench lays open, whichever engine is behind it, and the one clock for all of them: the page's own,
 * from the call to the text that arrives.
 */

/** A request for one answer. */
export interface BenchRequest {
  /** That the engine is to run before it can answer. */
  readonly promptTokens: number;
  readonly maxTokens: number;
  /** Prompts of different seeds share nothing that an engine could have kept. */
  readonly seed: number;
}

/** An engine as its page wraps it. */
export interface BenchEngine {
  /** Loads the model. The first answer that follows is a warm-up. */
  load(file: File | null, contextTokens: number): Promise<void>;
  /**
   * Answers greedily, past ends of turn, so that all engines write the same number of tokens. `onText` hears of each piece that a page would show, with
   * the tokens so far. Resolves to the tokens that were run for the prompt, and to those of the answer.
   */
  answer(
    request: BenchRequest,
    onText: (tokens: number) => void,
  ): Promise<{ readonly prefilledTokens: number; readonly tokens: number }>;
}

/** How an answer went on the page's clock. */
export interface BenchAnswer {
  readonly prefilledTokens: number;
  readonly tokens: number;
  readonly firstTextMs: number;
  /** Tokens that had come by then. */
  readonly firstTokens: number;
  readonly totalMs: number;
}

/** How the bench reaches the page. */
export interface BenchPage {
  /** Milliseconds that it took on the page's clock. */
  load(contextTokens: number): Promise<number>;
  answer(request: BenchRequest): Promise<BenchAnswer>;
}

/** Lays an engine open as `bench`. Its model is the file in the page's file field, where the page has one. */
export function offer(engine: BenchEngine): void {
  const bench: BenchPage = {
    async load(contextTokens) {
      const field = document.querySelector<HTMLInputElement>('input[type=file]');
      const file = field?.files?.[0] ?? null;
      const startedAt = performance.now();
      await engine.load(file, contextTokens);
      return performance.now() - startedAt;
    },
    async answer(request) {
      let first = null as { readonly ms: number; readonly tokens: number } | null;
      const startedAt = performance.now();
      const { prefilledTokens, tokens } = await engine.answer(request, (tokens) => {
        first ??= { ms: performance.now() - startedAt, tokens };
      });
      const totalMs = performance.now() - startedAt;
      if (first === null) throw new Error(`no text came with the ${tokens} tokens of an answer: ask for more tokens`);
      return { prefilledTokens, tokens, firstTextMs: first.ms, firstTokens: first.tokens, totalMs };
    },
  };
  Object.assign(globalThis, { bench });
}

/**
 * Ids of a prompt: ordinary words in any usual vocabulary, whose bytes and control tokens lie at its ends. The first differs
 * with the seed.
 */
export function promptIds(count: number, seed: number, vocabularySize: number): number[] {
  const low = Math.floor(vocabularySize / 4);
  const span = Math.floor(vocabularySize / 4);
  return Array.from({ length: count }, (_, index) => low + ((seed * 7919 + index * 104_729) % span));
}

/** Each a single token behind a space, in any usual vocabulary of words and in the test vocabulary. */
const WORDS = ['the', 'a', 'an', 'and', 'of'];

/** The same for engines that take only text: so many tokens, but for those that a tokenizer adds. */
export function promptText(words: number, seed: number): string {
  let rest = seed;
  const word = (_: unknown, index: number): string => {
    // The seed's digits first, then the words in turn.
    const digit = rest > 0 ? rest % WORDS.length : index % WORDS.length;
    rest = Math.floor(rest / WORDS.length);
    return WORDS[digit]!;
  };
  return Array.from({ length: words }, word).join(' ');
}
