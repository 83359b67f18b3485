/** What the evaluation asks, and what counts as right. */
import type { Conversation } from '../corpus/example.ts';

/** The rows of the evaluation's table. */
export const SKILLS = [
  'freehold',
  'facts',
  'reading',
  'unknown',
  'tool-call',
  'json',
  'recall',
  'arithmetic',
  'story',
] as const;

export type EvaluatedSkill = (typeof SKILLS)[number];

/** What an answer must be. Texts are compared without regard to case. */
export type Expectation =
  /** Holds at least one text of each group; none of `not`. */
  | { readonly kind: 'contains'; readonly all: readonly (readonly string[])[]; readonly not?: readonly string[] }
  /** The answer, or its one fenced block, is JSON equal to this value; the order of keys does not count. */
  | { readonly kind: 'json'; readonly value: unknown }
  /** One `<tool_call>` with this name and these arguments, and nothing else. */
  | { readonly kind: 'tool-call'; readonly name: string; readonly arguments: Readonly<Record<string, unknown>> }
  /** A list of exactly these items, in this order if `ordered`; bullets, numbers or commas between. */
  | { readonly kind: 'list'; readonly items: readonly string[]; readonly ordered: boolean }
  /** The last number in the answer. */
  | { readonly kind: 'number'; readonly value: number }
  /** A story: both named, no sentence twice, no loop, it ends with a full stop before the token limit. */
  | { readonly kind: 'story'; readonly hero: string; readonly place: string };

/** One prompt of the evaluation; `messages` ends with the user's. */
export interface EvaluationCase {
  readonly skill: EvaluatedSkill;
  readonly messages: Conversation;
  readonly expect: Expectation;
}
