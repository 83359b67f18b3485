/**
 * A loaded model's way between text and ids: prompts, what answers begin with, counts, and which token brought out which
 * text. Needs no GPU, so it may be asked while an answer is made.
 */
import type { AnswerPrefix, TokenCounts, TokenText } from '../protocol/engine.ts';
import type { ToolConversation, ToolMessage } from '../protocol/tools.ts';
import type { ChatTemplate } from '../text/chat-template.ts';
import { rememberingTokenizer } from '../text/remembering-tokenizer.ts';
import type { Tokenizer } from '../text/tokenizer.ts';
import { checkIds, type PrefixIds, prefixIds } from './answer-prefix.ts';
import { AnswerText } from './answer-text.ts';
import { countTokens } from './count-tokens.ts';
import { tokenTexts } from './token-texts.ts';

/** More answers than a context is likely to hold. */
const KEPT_ANSWERS = 256;

/** Template and tokenizer of one model, with the answers that it gave. */
export class ModelText {
  readonly #template: ChatTemplate;
  readonly #tokenizer: Tokenizer;
  /** Ids of answers by their text, oldest first: a follow-up must match what is in the cache, not what text encodes to. */
  readonly #answers = new Map<string, readonly number[]>();

  constructor(template: ChatTemplate, tokenizer: Tokenizer) {
    this.#template = template;
    this.#tokenizer = rememberingTokenizer(tokenizer);
  }

  /** Ids of a conversation through the model's template, ready to be answered. Throws `TemplateFailed`. */
  promptIds(messages: readonly ToolMessage[], options: Omit<ToolConversation, 'messages'> = {}): number[] {
    const { thinking, thinkingEffort, tools } = options;
    return this.#template.encode(messages, this.#tokenizer, {
      addGenerationPrompt: true,
      answers: this.#answers,
      ...(thinking === undefined ? {} : { thinking }),
      ...(thinkingEffort === undefined ? {} : { thinkingEffort }),
      ...(tools === undefined ? {} : { tools }),
    });
  }

  /** Ids of what an answer to this prompt begins with. Throws `SettingInvalid` for ids that the model does not have. */
  prefixIds(prefix: AnswerPrefix, promptIds: readonly number[]): PrefixIds {
    return prefixIds(prefix, promptIds, this.#template.thinking, this.#tokenizer, this.#answers);
  }

  /** Shares out a conversation's tokens. Throws `TemplateFailed`. */
  countTokens({ messages, ...options }: ToolConversation): TokenCounts {
    return countTokens(this.promptIds(messages, options), messages, this.#tokenizer, this.#answers);
  }

  /** How many tokens a text takes behind other text. */
  countText(text: string): number {
    return this.#tokenizer.encode(text, true).length;
  }

  /** The text of each id of an answer to this prompt. Throws `SettingInvalid` for ids that the model does not have. */
  tokenTexts(promptIds: readonly number[], tokens: readonly number[]): TokenText[] {
    checkIds(tokens, this.#tokenizer);
    return tokenTexts(tokens, new AnswerText(this.#tokenizer, [], this.#template.thinking, promptIds));
  }

  /** Remembers the ids that an answer was. */
  keepAnswer(text: string, tokens: readonly number[]): void {
    this.#answers.delete(text);
    this.#answers.set(text, [...tokens]);
    if (this.#answers.size > KEPT_ANSWERS) this.#answers.delete(this.#answers.keys().next().value!);
  }
}
