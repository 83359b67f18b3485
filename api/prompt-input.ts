/** What a session is given, in the Prompt API's shape → messages as the engine takes them. Text only. */
import type { ChatMessage } from '../workers/protocol/engine.ts';
import { refuseOthers, requireList, requireObject, requireText, wrong } from './checks.ts';

/** A message in the Prompt API's shape. */
export interface PromptMessage {
  readonly role: 'system' | 'user' | 'assistant';
  readonly content: string | readonly { readonly type: 'text'; readonly value: string }[];
  /** The answer goes on behind this text; on the last message alone, which is the assistant's. */
  readonly prefix?: boolean;
}

/** A question, or messages. */
export type PromptInput = string | readonly PromptMessage[];

/** Input that was read. */
export interface ReadInput {
  readonly messages: readonly ChatMessage[];
  /** What the answer begins with, where the last message says so. */
  readonly prefix: string | null;
}

/** Reads input behind `before` messages. Throws `SettingInvalid`, naming the place. */
export function readInput(input: unknown, field: string, before: number): ReadInput {
  if (typeof input === 'string') return { messages: [{ role: 'user', content: input }], prefix: null };
  const list = requireList(input, field);
  let prefix: string | null = null;
  const messages: ChatMessage[] = [];
  for (const [index, value] of list.entries()) {
    const place = `${field}[${index}]`;
    const message = requireObject(value, place);
    refuseOthers(message, ['role', 'content', 'prefix'], `${place}.`);
    const { role } = message;
    if (role !== 'system' && role !== 'user' && role !== 'assistant')
      throw wrong(`${place}.role`, '"system", "user" or "assistant"', role);
    if (role === 'system' && before + index > 0)
      throw wrong(`${place}.role`, '"system" for the session’s first message only', role);
    const content = readContent(message.content, `${place}.content`);
    if (message.prefix !== true) {
      messages.push({ role, content });
    } else if (role === 'assistant' && index === list.length - 1) {
      prefix = content;
    } else {
      throw wrong(`${place}.prefix`, 'true only for the last message, which is the assistant’s', true);
    }
  }
  return { messages, prefix };
}

function readContent(content: unknown, field: string): string {
  if (typeof content === 'string') return content;
  const parts = requireList(content, field).map((value, index) => {
    const part = requireObject(value, `${field}[${index}]`);
    if (part.type === 'text') return requireText(part.value, `${field}[${index}].value`);
    throw wrong(`${field}[${index}].type`, '"text", for models here read nothing else', part.type);
  });
  return parts.join('');
}
