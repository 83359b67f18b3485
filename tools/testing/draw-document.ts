/** Draws texts of a form, token by token, from what it allows: breadth that no model is needed for. */
import type { AnswerFormat } from '../../workers/protocol/engine.ts';
import type { GrammarTokens } from '../../workers/sample/grammar.ts';
import { openNodeGrammar } from './node-grammar.ts';
import { randomBits } from './random-weights.ts';

/** Longer documents count as ones that do not end. */
const TOKENS_MAX = 4000;
/** What ends things is taken this often where it may come: evenly drawn, a text of 400 kinds of tokens hardly ever ends. */
const ENDING_SHARE = 0.4;

/** So many texts of a form, each drawn to its end. */
export async function drawDocuments(
  tokens: GrammarTokens,
  format: AnswerFormat,
  count: number,
  seed: number,
): Promise<string[]> {
  const grammar = await openNodeGrammar(tokens);
  const random = randomBits(seed);
  const share = (): number => (random() >>> 0) / 2 ** 32;
  const bytesOf = (id: number): Uint8Array =>
    tokens.bytes.subarray(id === 0 ? 0 : tokens.ends[id - 1]!, tokens.ends[id]!);
  const ends = Array.from(tokens.ends, (_, id) => /^["\]}]$/.test(new TextDecoder().decode(bytesOf(id))));
  const texts: string[] = [];
  for (let document = 0; document < count; document++) {
    const bytes: number[] = [];
    let mask = await grammar.begin(format);
    for (let length = 0; mask !== null; length++) {
      if (length === TOKENS_MAX)
        throw new Error(`no end after ${TOKENS_MAX} tokens: ${String.fromCharCode(...bytes.slice(0, 200))}`);
      const allowed = Array.from(tokens.ends.keys()).filter(
        (id) => (mask![id >>> 5]! >>> (id & 31)) & 1 && !tokens.endIds.includes(id),
      );
      // Where it may end, it does half of the time.
      if (tokens.endIds.some((id) => (mask![id >>> 5]! >>> (id & 31)) & 1) && share() < 0.5) break;
      const ending = allowed.filter((id) => ends[id]);
      const from = ending.length > 0 && share() < ENDING_SHARE ? ending : allowed;
      const id = from[Math.floor(share() * from.length)]!;
      bytes.push(...bytesOf(id));
      mask = await grammar.accept([id]);
    }
    texts.push(new TextDecoder('utf-8', { fatal: true }).decode(Uint8Array.from(bytes)));
  }
  grammar.end();
  return texts;
}
