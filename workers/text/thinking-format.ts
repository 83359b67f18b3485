/**
 * How a model marks its thoughts, as its chat template and its special tokens say: between two tags, or in a channel of
 * their own. A model that is known for neither is not looked into: there `<think>` is text like any other.
 *
 * Sources: the model cards of DeepSeek-R1, Qwen3, SmolLM3, Granite 3.3, Magistral, Seed-OSS and Command A Reasoning; OpenAI's
 * description of the harmony format.
 */
import type { Tokenizer } from './tokenizer.ts';

/** The marks of thoughts in what a model writes. */
export type ThinkingFormat =
  | {
      readonly kind: 'tags';
      readonly open: string;
      readonly close: string;
      /** Marks around the answer itself, which are not part of it. */
      readonly wrappers: readonly string[];
    }
  | { readonly kind: 'channels' };

/** How one model marks its thoughts. */
export interface ThinkingMarks {
  readonly format: ThinkingFormat;
  /** Bytes of the marks that are tokens, by id: control tokens stand for no text elsewhere. */
  readonly bytesOf: ReadonlyMap<number, Uint8Array>;
}

const TAGS = [
  ['<think>', '</think>'],
  ['[THINK]', '[/THINK]'],
  ['<seed:think>', '</seed:think>'],
  ['<|START_THINKING|>', '<|END_THINKING|>'],
] as const;
const WRAPPERS: readonly string[] = ['<response>', '</response>', '<|START_RESPONSE|>', '<|END_RESPONSE|>'];

/** What harmony's parts begin and end with. None is the beginning of another. */
export const CHANNEL_MARKS = [
  '<|start|>',
  '<|channel|>',
  '<|message|>',
  '<|constrain|>',
  '<|end|>',
  '<|return|>',
  '<|call|>',
] as const;
/** Without these tokens a vocabulary is not harmony's. */
const CHANNEL_TOKENS = ['<|start|>', '<|channel|>', '<|message|>', '<|end|>'] as const;

/** A prompt's end that may hold a tag, in tokens: a tag that is no token of its own is cut into a few. */
const PROMPT_END_TOKENS = 16;

function findFormat(template: string, hasToken: (token: string) => boolean): ThinkingFormat | null {
  if (CHANNEL_TOKENS.every(hasToken)) return { kind: 'channels' };
  for (const [open, close] of TAGS) {
    const isKnown = template.includes(open) || template.includes(close) || (hasToken(open) && hasToken(close));
    if (isKnown)
      return {
        kind: 'tags',
        open,
        close,
        wrappers: WRAPPERS.filter((mark) => hasToken(mark) || template.includes(mark)),
      };
  }
  return null;
}

/** The marks of a model with this template and these special tokens (text → id); `null` if it is not known to think. */
export function findThinking(template: string, special: ReadonlyMap<string, number>): ThinkingMarks | null {
  const format = findFormat(template, (token) => special.has(token));
  if (format === null) return null;
  const marks = format.kind === 'channels' ? CHANNEL_MARKS : [format.open, format.close, ...format.wrappers];
  const bytesOf = new Map<number, Uint8Array>();
  for (const mark of marks) {
    const id = special.get(mark);
    if (id !== undefined) bytesOf.set(id, new TextEncoder().encode(mark));
  }
  return { format, bytesOf };
}

/** Whether a prompt ends inside a thought: some templates open it, so that the model must begin with one. */
export function endsInThought(
  { format, bytesOf }: ThinkingMarks,
  promptIds: readonly number[],
  tokenizer: Tokenizer,
): boolean {
  if (format.kind === 'channels') return false;
  const decoder = new TextDecoder();
  const end = promptIds.slice(-PROMPT_END_TOKENS).map((id) => bytesOf.get(id) ?? tokenizer.tokenBytes(id));
  const text = end.map((bytes) => decoder.decode(bytes, { stream: true })).join('');
  return text.trimEnd().endsWith(format.open);
}
