/** Ember's chat template, ChatML with tools, and the same as tokens for training. */
import type { Tokenizer } from '../../workers/text/tokenizer.ts';
import type { Conversation } from './corpus/example.ts';
import { TOOLS_TEMPLATE } from './corpus/tools-prompt.ts';

/** The control tokens, in the order of their ids behind the learnt ones. */
export const CONTROL_TOKENS = ['<|endoftext|>', '<|im_start|>', '<|im_end|>'] as const;

/** The template as it goes into the file (Jinja). Roles are system, user, assistant and tool. */
export const CHAT_TEMPLATE = [
  `{%- set system_message = messages[0].content if messages[0].role == 'system' else '' %}`,
  `{%- if tools %}{{- '<|im_start|>system\\n' }}${TOOLS_TEMPLATE}{{- '<|im_end|>\\n' }}{%- endif %}`,
  `{%- for message in messages %}{%- if not (tools and loop.first and message.role == 'system') %}`,
  `{{- '<|im_start|>' + message.role + '\\n' + message.content + '<|im_end|>\\n' }}`,
  `{%- endif %}{%- endfor %}`,
  `{%- if add_generation_prompt %}{{- '<|im_start|>assistant\\n' }}{%- endif %}`,
].join('');

/** A conversation as tokens, and for each whether the model learns to say it: answers and their ends, nothing else. */
export interface EncodedConversation {
  readonly ids: readonly number[];
  readonly learn: readonly boolean[];
}

/** The prompt for the answer that comes next, as the template gives it. */
export function encodePrompt(conversation: Conversation, tokenizer: Tokenizer): number[] {
  const { ids } = encodeConversation([...conversation, { role: 'assistant', content: '' }], tokenizer);
  const afterwards = tokenizer.encode('\n').length + 1; // the end of the answer's turn
  return ids.slice(0, -afterwards);
}

/** Encodes as the engine will: the words of an answer begin behind the generation prompt, never merged with it. */
export function encodeConversation(conversation: Conversation, tokenizer: Tokenizer): EncodedConversation {
  const firstControl = tokenizer.vocabularySize - CONTROL_TOKENS.length;
  const control = (name: (typeof CONTROL_TOKENS)[number]): number => firstControl + CONTROL_TOKENS.indexOf(name);
  const ids: number[] = [];
  const learn: boolean[] = [];
  const push = (more: readonly number[], learnt: boolean): void => {
    for (const id of more) {
      ids.push(id);
      learn.push(learnt);
    }
  };
  for (const { role, content } of conversation) {
    const isAnswer = role === 'assistant';
    push([control('<|im_start|>')], false);
    if (isAnswer) {
      push(tokenizer.encode('assistant\n'), false);
      push(tokenizer.encode(content), true);
    } else push(tokenizer.encode(`${role}\n${content}`), false);
    push([control('<|im_end|>')], isAnswer);
    push(tokenizer.encode('\n'), false);
  }
  return { ids, learn };
}
