/**
 * Writes conversations as the trainer reads them: `tokens.bin` (u16), `learn.bin` (u8, whether a token is to be learnt),
 * both one conversation after another, and `ends.bin` (u32, where each conversation ends).
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Tokenizer } from '../../workers/text/tokenizer.ts';
import { encodeConversation } from './chat-template.ts';
import type { Conversation } from './corpus/example.ts';

/** What was written, and what was left out. */
export interface EncodedCorpus {
  readonly conversations: number;
  readonly tokens: number;
  readonly learnt: number;
  /** Conversations longer than the context. */
  readonly tooLong: number;
}

/** Encodes into a folder, which is made. Conversations that do not fit the context are left out and counted. */
export async function encodeCorpus(
  conversations: Iterable<Conversation>,
  tokenizer: Tokenizer,
  context: number,
  folder: string,
): Promise<EncodedCorpus> {
  const tokens: number[][] = [];
  const learnt: number[][] = [];
  const ends: number[] = [];
  let end = 0;
  let tooLong = 0;
  for (const conversation of conversations) {
    const { ids, learn } = encodeConversation(conversation, tokenizer);
    if (ids.length > context) {
      tooLong++;
      continue;
    }
    tokens.push([...ids]);
    learnt.push(learn.map(Number));
    ends.push((end += ids.length));
  }
  const ids = Uint16Array.from(flat(tokens, end));
  const learn = Uint8Array.from(flat(learnt, end));
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'tokens.bin'), ids);
  await writeFile(join(folder, 'learn.bin'), learn);
  await writeFile(join(folder, 'ends.bin'), Uint32Array.from(ends));
  return { conversations: ends.length, tokens: end, learnt: learn.reduce((sum, one) => sum + one, 0), tooLong };
}

/** One typed array of all; `flat()` on a million arrays would take minutes. */
function flat(parts: readonly (readonly number[])[], length: number): Uint16Array {
  const all = new Uint16Array(length);
  let offset = 0;
  for (const part of parts) {
    all.set(part, offset);
    offset += part.length;
  }
  return all;
}
