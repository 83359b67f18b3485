/** How a model is asked to sum a conversation up, in pieces where it is long. */
import { withAttachments } from '../attachments/with-attachments.ts';
import type { Message } from './chat.ts';

/** The conversation as it is written for its summary: a piece for each message. */
export function transcript(turns: readonly Pick<Message, 'role' | 'content' | 'attachments'>[]): string[] {
  return turns.flatMap(({ role, content, attachments = [] }) => {
    const text = withAttachments(content, attachments);
    return role === 'break' || text === '' ? [] : [`${role === 'user' ? 'Person' : 'Assistant'}: ${text}`];
  });
}

/** The question for a summary of a piece of a conversation, after what is summed up already. */
export function summaryPrompt(soFar: string, piece: string): string {
  return [
    'Below is a part of a conversation between a person and an assistant. Write notes from which the assistant can go on with it without having read it.',
    'Put into the notes: what the person wants; the facts, names, numbers and decisions that matter; what has been done; and what remains to be done. Leave out greetings and repetition. Add nothing that is not there. Write in the language of the conversation, in short sentences, and write only the notes.',
    ...(soFar === '' ? [] : [`These are the notes on what came before. Take over what still matters:\n${soFar}`]),
    `The conversation:\n${piece}`,
    'Now write the notes.',
  ].join('\n\n');
}

/**
 * Joins texts into pieces of at most `budget` tokens, in order; a text that is longer by itself is cut. `count` counts a
 * text's tokens.
 */
export async function packPieces(
  texts: readonly string[],
  budget: number,
  count: (text: string) => Promise<number>,
): Promise<string[]> {
  const pieces: string[] = [];
  let piece = '';
  for (const part of await cutLong(texts, budget, count)) {
    const joined = piece === '' ? part : `${piece}\n\n${part}`;
    if (piece === '' || (await count(joined)) <= budget) piece = joined;
    else {
      pieces.push(piece);
      piece = part;
    }
  }
  return piece === '' ? pieces : [...pieces, piece];
}

async function cutLong(
  texts: readonly string[],
  budget: number,
  count: (text: string) => Promise<number>,
): Promise<string[]> {
  const short: string[] = [];
  const left = [...texts].reverse();
  for (let text = left.pop(); text !== undefined; text = left.pop()) {
    const characters = Array.from(text);
    if (characters.length < 2 || (await count(text)) <= budget) short.push(text);
    else {
      const middle = Math.ceil(characters.length / 2);
      left.push(characters.slice(middle).join(''), characters.slice(0, middle).join(''));
    }
  }
  return short;
}
