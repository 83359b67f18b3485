/** System messages that change nothing about what is a good answer: the model must cope with them and without them. */
import { type Conversation, system } from './example.ts';
import type { Random } from './random.ts';

const SYSTEM_MESSAGES = [
  'You are a helpful assistant.',
  'You are Ember, the small model that comes with Freehold.',
  'You are Ember. Answer briefly and honestly.',
  'You are a friendly assistant. Keep your answers short.',
  'Answer in plain words.',
  'Be brief.',
  'You are a kind and patient helper.',
  'You run on this device, with no network.',
  'Answer truthfully. If you do not know, say so.',
  'You are a careful assistant. Do not guess.',
];

/** The conversation, in three of ten cases with a system message before it. One that has its own stays as it is. */
export function withSystemMessage(random: Random, conversation: Conversation): Conversation {
  if (conversation[0]?.role === 'system' || !random.chance(0.3)) return conversation;
  return [system(random.pick(SYSTEM_MESSAGES)), ...conversation];
}
