/** What can be done in a chat: questions, answers, other tries at both, and a look into how an answer came about. */
import type { GenerateRequest, TokenExplanation, TokenText } from '../../workers/protocol/engine.ts';
import type { Attachment } from '../attachments/attachment.ts';
import { type AnswerSettings, requestOf } from '../chats/answer-record.ts';
import type { Message } from '../chats/chat.ts';
import { toEngineMessages } from '../chats/engine-messages.ts';
import { newMessage } from '../chats/new-message.ts';
import { titleIn, titleRequest } from '../chats/title-request.ts';
import { formatOf } from '../settings/answer-format.ts';
import { samplerOf } from '../settings/sampler.ts';
import { Answering, type AnswerPlan, type StreamingAnswer } from './answering.svelte.ts';
import type { ChatsState } from './chats.svelte.ts';
import type { EngineState } from './engine.svelte.ts';
import type { LibraryState } from './library.svelte.ts';
import type { SettingsState } from './settings.svelte.ts';

/** The conversation as state. What asks the engine rejects as the engine does; what was written stays. */
export class ConversationState {
  readonly #chats: ChatsState;
  readonly #engine: EngineState;
  readonly #library: Pick<LibraryState, 'entries'>;
  readonly #settings: SettingsState;
  readonly #answering: Answering;

  constructor(chats: ChatsState, engine: EngineState, library: Pick<LibraryState, 'entries'>, settings: SettingsState) {
    this.#chats = chats;
    this.#engine = engine;
    this.#library = library;
    this.#settings = settings;
    this.#answering = new Answering(chats, engine);
  }

  /** The answer in the making, in whichever chat it is. */
  get answer(): StreamingAnswer | null {
    return this.#answering.answer;
  }

  /** The chat that it is in. */
  get answeringIn(): string | null {
    return this.#answering.chatId;
  }

  /** The messages that are shown. */
  get path(): readonly Message[] {
    return this.#chats.path;
  }

  /** SHA-256 of the file of the model that would answer now; `null` where it is not known. */
  get modelSha256(): string | null {
    const id = this.#engine.model?.id;
    return this.#library.entries.find((entry) => entry.id === id)?.sha256 ?? null;
  }

  /** Adds what a person wrote and attached to the open chat and answers it. */
  async send(text: string, attachments: readonly Attachment[] = []): Promise<void> {
    const chat = this.#chats.ensure(text.trim() === '' ? (attachments[0]?.name ?? '') : text);
    await this.#answer({ question: this.#ask(chat.id, chat.leafId, text, attachments) });
  }

  /** Answers the question of an answer once more, beside what is there; or a question that has no answer. */
  async regenerate(id: string): Promise<void> {
    const question = this.#questionOf(id);
    if (question !== undefined) await this.#answer({ question });
  }

  /** Makes an answer again with all that decided it, beside it: on the same device it should be the same. */
  async replay(id: string): Promise<void> {
    const original = this.#chats.tree.get(id);
    const question = this.#questionOf(id);
    if (question === undefined || original?.answer == null) return;
    const { systemPrompt, sampler, stopStrings, maxTokens, thinking, thinkingEffort, format } = original.answer;
    const held = format === undefined ? {} : { format };
    const settings = { systemPrompt, sampler, stopStrings, maxTokens, thinking, thinkingEffort, ...held, replayOf: id };
    await this.#answer({ question, settings });
  }

  /** Goes on with an answer where it ended, in place: from its very tokens where this model made it, else from its text. */
  async continue(id: string): Promise<void> {
    const message = this.#chats.tree.get(id);
    const question = this.#questionOf(id);
    if (question === undefined || message === undefined) return;
    const { content, thinking } = message;
    const thought = thinking === undefined ? {} : { thinking: thinking.text };
    const prefix = this.ownTokens(message) ?? { text: content, ...thought };
    await this.#answer({ question, prefix, begun: message, inPlaceOf: message });
  }

  /** Answers beside an answer with the same tokens up to one place, and then with others; `begun` shows them. */
  async goOnWith(id: string, tokens: readonly number[], begun: Pick<Message, 'content' | 'thinking'>): Promise<void> {
    const question = this.#questionOf(id);
    const record = this.#chats.tree.get(id)?.answer;
    if (question === undefined || record == null) return;
    await this.#answer({ question, prefix: { tokens }, begun });
  }

  /** An answer's tokens, if the model that is there made them and nobody changed them. */
  ownTokens({ answer, edited }: Message): { readonly tokens: readonly number[] } | null {
    if (answer === null || edited === true || answer.tokens.length === 0) return null;
    const { modelSha256 } = this;
    return modelSha256 !== null && answer.model.sha256 === modelSha256 ? { tokens: answer.tokens } : null;
  }

  /** The conversation that an answer was given to, as the engine was asked with it. */
  asked({ parentId, answer }: Message): GenerateRequest | null {
    if (answer === null) return null;
    const messages = toEngineMessages(answer.systemPrompt, this.#chats.tree.path(parentId));
    return { messages, ...requestOf(answer) };
  }

  /** The text of each of an answer's tokens; `null` where this model did not make it. */
  async tokenTexts(message: Message): Promise<readonly TokenText[] | null> {
    const own = this.ownTokens(message);
    const asked = this.asked(message);
    return own === null || asked === null ? null : this.#engine.tokenTexts(asked, own.tokens);
  }

  /** What there was to choose from at one of an answer's tokens; `null` where that cannot be told. */
  async explain(message: Message, index: number): Promise<TokenExplanation | null> {
    const own = this.ownTokens(message);
    const asked = this.asked(message);
    return own === null || asked === null ? null : this.#engine.explainToken(asked, own.tokens, index);
  }

  /** Has the model name the open chat, from how it began. Nothing is changed where it says nothing of use. */
  async nameChat(): Promise<void> {
    const chat = this.#chats.current;
    const request = titleRequest(this.#chats.path);
    if (chat === null || request === null) return;
    const title = titleIn((await this.#answering.aside(request)) ?? '');
    if (title !== '') this.#chats.change(chat.id, { title });
  }

  /**
   * Puts other words beside a message, which stays as a branch; a person's keep what was attached and are then answered if
   * that is wished.
   */
  async edit(id: string, text: string, thenAnswer = true): Promise<void> {
    const message = this.#chats.tree.get(id);
    if (message === undefined) return;
    if (message.role === 'assistant') {
      const made = newMessage(message.chatId, message.parentId);
      this.#chats.add({ ...message, ...made, content: text, edited: true });
      return;
    }
    const question = this.#ask(message.chatId, message.parentId, text, message.attachments);
    if (thenAnswer) await this.#answer({ question });
  }

  /** Puts another summary into a break. */
  editSummary(id: string, summary: string): void {
    const message = this.#chats.tree.get(id);
    if (message?.role === 'break') this.#chats.replace({ ...message, content: summary.trim() });
  }

  /** Ends the running answer and waits for its end; what is there stays. */
  async stop(): Promise<void> {
    await this.#answering.stop();
  }

  #ask(chatId: string, parentId: string | null, text: string, attachments: readonly Attachment[] = []): Message {
    const question: Message = {
      ...newMessage(chatId, parentId),
      role: 'user',
      content: text,
      ...(attachments.length > 0 && { attachments }),
      answer: null,
    };
    this.#chats.add(question);
    return question;
  }

  #questionOf(id: string): Message | undefined {
    const message = this.#chats.tree.get(id);
    return message?.role === 'assistant' ? this.#chats.tree.get(message.parentId ?? '') : message;
  }

  async #answer(
    plan: Omit<AnswerPlan, 'settings' | 'modelSha256'> & Partial<Pick<AnswerPlan, 'settings'>>,
  ): Promise<void> {
    const settings = plan.settings ?? this.#chosen(plan.question.chatId);
    await this.#answering.make({ ...plan, settings, modelSha256: this.modelSha256 });
  }

  /** What a person has set for answers in this chat, with a seed drawn where none is. */
  #chosen(chatId: string): AnswerSettings {
    const { model } = this.#engine;
    const settings = this.#settings.for(this.#chats.list.find(({ id }) => id === chatId) ?? {});
    const { systemPrompt, maxTokens, stopStrings, thinking } = settings;
    const efforts = model?.chatTemplate.thinkingEfforts ?? [];
    // Set for one model, it means nothing to another whose template has no such word.
    const thinkingEffort = efforts.find((effort) => effort === settings.thinkingEffort) ?? null;
    const sampler = samplerOf(settings, model?.summary.sampling);
    const format = formatOf(settings);
    const held = format === null ? {} : { format };
    return { systemPrompt, sampler, stopStrings, maxTokens, thinking, thinkingEffort, ...held };
  }
}
