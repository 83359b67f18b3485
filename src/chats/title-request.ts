/** How a model is asked to name a chat, and how its answer becomes a title. */
import { DEFAULT_SAMPLER, type GenerateRequest } from '../../workers/protocol/engine.ts';
import type { Message } from './chat.ts';
import { toEngineMessages } from './engine-messages.ts';
import { firstLine } from './title.ts';

/** A chat is named after its first two questions and answers. */
const MESSAGES = 4;
const TOKENS = 24;
const REQUEST = 'Give this conversation a title of two to six words. Write only the title.';

/** The request for a title of a chat, from how it began; `null` where nothing was said. The same each time. */
export function titleRequest(path: readonly Message[]): GenerateRequest | null {
  const messages = toEngineMessages('', path.slice(0, MESSAGES));
  const last = messages.at(-1);
  if (last === undefined) return null;
  const asked =
    last.role === 'user'
      ? messages.with(-1, { ...last, content: `${last.content}\n\n${REQUEST}` })
      : [...messages, { role: 'user' as const, content: REQUEST }];
  const greedy = { ...DEFAULT_SAMPLER, temperature: 0, seed: 0 };
  return { messages: asked, sampler: greedy, maxTokens: TOKENS, thinking: false };
}

/** The title in a model's answer, without what models put around it; empty where there is none. */
export function titleIn(answer: string): string {
  return firstLine(answer.replace(/["“”*#]|^\s*title:\s*/gi, ''));
}
