/** What the corpus is made of: conversations, each made to teach one skill. */
import type { Random } from './random.ts';

/** Who speaks. `tool` is the result of a tool call that the assistant made. */
type Role = 'system' | 'user' | 'assistant' | 'tool';

/** One message. */
export interface Turn {
  readonly role: Role;
  readonly content: string;
}

/** A conversation: at most one system message, first; then user and assistant in turn (with tool calls between). */
export type Conversation = readonly Turn[];

/**
 * Names, numbers and passages are drawn from one of two sets that share nothing, so that the evaluation asks for what was
 * never trained on.
 */
export type Split = 'train' | 'held-out';

/** Makes training conversations for one skill; the same stream of random numbers gives the same conversation. */
export interface Skill {
  readonly name: string;
  generate(random: Random): Conversation;
}

/** A user's message. */
export function user(content: string): Turn {
  return { role: 'user', content };
}

/** The assistant's message. */
export function assistant(content: string): Turn {
  return { role: 'assistant', content };
}

/** A system message. */
export function system(content: string): Turn {
  return { role: 'system', content };
}

/** A tool's result. */
export function tool(content: string): Turn {
  return { role: 'tool', content };
}
