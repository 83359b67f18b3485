/** How long a tokenizer takes over a long text at its first call, which is what a person waits for. */
import type { Tokenizer } from '../workers/text/tokenizer.ts';

const CHARACTERS = 100_000;

/** What was measured; milliseconds by the clock, and of the processor. */
export interface EncodeTime {
  readonly characters: number;
  readonly tokens: number;
  readonly elapsedMs: number;
  readonly cpuMs: number;
}

/** Encodes 100 kB of words, numbers and marks, none of it seen before. */
export function measureEncode(tokenizer: Tokenizer): EncodeTime {
  let text = '';
  for (let word = 1; text.length < CHARACTERS; word++)
    text += `${(word * 7919).toString(36)} word ${word % 10 === 0 ? `${word}.\n\n` : 'and, '}`;
  const startedAt = performance.now();
  const before = process.cpuUsage();
  const tokens = tokenizer.encode(text).length;
  const { user, system } = process.cpuUsage(before);
  const elapsedMs = performance.now() - startedAt;
  return { characters: text.length, tokens, elapsedMs, cpuMs: (user + system) / 1000 };
}
